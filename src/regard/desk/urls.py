"""Addresses of the desk."""

from django.urls import path

from regard.desk.views import acts, case, listing, opening, today

urlpatterns = [
    path("today", today.today, name="desk-today"),
    path("cases", listing.cases, name="desk-cases"),
    path("cases/export.csv", listing.export, name="desk-export"),
    path("cases/filters", listing.filter_save, name="desk-filter-save"),
    path("cases/filters/<int:pk>/default", listing.filter_default, name="desk-filter-default"),
    path("cases/filters/<int:pk>/delete", listing.filter_delete, name="desk-filter-delete"),
    path("cases/new", opening.new, name="desk-new"),
    path("contacts/new", opening.log, name="desk-log"),
    path("contacts/<int:pk>/handled", opening.handled, name="desk-handled"),
    path("contacts/<int:pk>/retry", opening.retry, name="desk-retry"),
    path("cases/<str:number>", case.case, name="desk-case"),
    *acts.urlpatterns(),
]
