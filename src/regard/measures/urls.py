"""Addresses of measures."""

from django.urls import path

from regard.measures.views import catalogue, dashboard, measure, refreshing, rows, survey

urlpatterns = [
    path("dashboard", dashboard.dashboard, name="measures-dashboard"),
    path("measures", catalogue.catalogue, name="measures-catalogue"),
    path("measures/refresh", refreshing.refresh, name="measures-refresh"),
    path("measures/surveys/<int:pk>", survey.survey, name="measures-survey"),
    path("measures/<slug:slug>", measure.measure, name="measures-measure"),
    path("measures/<slug:slug>/export.csv", measure.export, name="measures-export"),
    path("measures/<slug:slug>/rows", rows.rows, name="measures-rows"),
    path("measures/<slug:slug>/rows.csv", rows.export, name="measures-rows-export"),
]
