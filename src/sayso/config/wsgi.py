"""The web process: pages and the REST interface."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sayso.config.settings")
application = get_wsgi_application()
