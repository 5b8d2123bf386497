"""Addresses of the records room."""

from django.urls import path

from regard.records import views

urlpatterns = [
    path("records/audit/", views.audit, name="records-audit"),
    path("records/audit/<int:pk>/", views.entry, name="records-entry"),
    path("records/audit/export/", views.export, name="records-export"),
    path("records/audit/verify/", views.verify, name="records-verify"),
    path("records/viewings/", views.viewings, name="records-viewings"),
]
