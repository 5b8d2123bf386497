"""The addresses of Regard: each room brings its own."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

#: Rooms in the order in which their addresses are looked up.
ROOMS = ["ui", "records", "office", "customers", "desk", "voice", "sources", "measures", "goals", "demo"]

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include("allauth.urls")),
    *(path("", include(f"regard.{room}.urls")) for room in ROOMS if find_spec(f"regard.{room}.urls")),
]
