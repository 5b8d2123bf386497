"""Addresses of the office."""

from django.urls import path

from regard.office.views import calendars, overview, services, staff, start, units

urlpatterns = [
    path("", start.home, name="home"),
    path("no-role/", start.no_role, name="office-no-role"),
    path("welcome/", start.empty, name="office-empty"),
    path("welcome/<str:token>/", start.first_run, name="office-first-run"),
    path("demo/sign-in/", start.demo_sign_in, name="office-demo-sign-in"),
    path("office/", overview.overview, name="office-overview"),
    path("office/units/", units.units, name="office-units"),
    path("office/units/add/", units.unit_add, name="office-unit-add"),
    path("office/units/<int:pk>/", units.unit, name="office-unit"),
    path("office/staff/", staff.staff, name="office-staff"),
    path("office/staff/add/", staff.staff_add, name="office-staff-add"),
    path("office/staff/<int:pk>/", staff.staff_edit, name="office-staff-edit"),
    path("office/staff/<int:pk>/deactivate/", staff.staff_deactivate, name="office-staff-deactivate"),
    path("office/staff/<int:pk>/link/", staff.staff_link, name="office-staff-link"),
    path("office/services/", services.services, name="office-services"),
    path("office/services/add/", services.service_add, name="office-service-add"),
    path("office/services/<int:pk>/", services.service, name="office-service"),
    path("office/services/<int:pk>/standard/<str:stage>/", services.standard, name="office-standard"),
    path("office/calendars/", calendars.calendars, name="office-calendars"),
    path("office/calendars/add/", calendars.calendar_add, name="office-calendar-add"),
    path("office/calendars/<slug:code>/", calendars.calendar, name="office-calendar"),
    path("office/calendars/<slug:code>/edit/", calendars.calendar_edit, name="office-calendar-edit"),
    path("office/calendars/<slug:code>/holiday/", calendars.holiday, name="office-holiday"),
]
