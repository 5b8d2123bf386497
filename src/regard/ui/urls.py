"""The style guide: every component on one page, for those who build pages. Only with `DEBUG`."""

from django.urls import path

from regard.ui import styleguide

urlpatterns = [path("ui/styleguide", styleguide.show, name="ui-styleguide")]
