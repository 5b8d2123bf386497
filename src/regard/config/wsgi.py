"""The web application, for granian or another WSGI server."""

import os

from django.core.wsgi import get_wsgi_application

from regard.config.processes import follow_parent

follow_parent()  # a process that serves pages must not outlive the server that started it
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regard.config.settings")
application = get_wsgi_application()
