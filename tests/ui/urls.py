"""The addresses of Regard, and the few that the frame of a page asks for before their rooms are there."""

from django.urls import include, path

from regard.ui import styleguide

urlpatterns = [
    path("", include("regard.config.urls")),
    path("find", styleguide.show, name="customers-search"),
    path("demo", styleguide.show, name="office-demo-sign-in"),
]
