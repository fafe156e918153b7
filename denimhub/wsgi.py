"""The WSGI application served by granian."""
import os

from django.core.wsgi import get_wsgi_application

from denimhub.conf.safety import refuse_unsafe_process

os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'denimhub.settings')

application = get_wsgi_application()
refuse_unsafe_process()
