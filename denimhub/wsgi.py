"""The WSGI application served by granian."""
import os
from collections.abc import Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import get_resolver
from django.utils.translation import gettext

from denimhub.conf.safety import refuse_unsafe_process
from vault.inspection.pool import pool

os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'denimhub.settings')

_django = get_wsgi_application()
refuse_unsafe_process()

from denimhub import straight  # noqa: E402  # it imports the views with their models, which are only ready now

# What the first call would otherwise wait a second for: the views with their models, the translations, and the children
# that open scans.
get_resolver().url_patterns  # noqa: B018 - reading it imports them
gettext('Wrong signing code')
pool().warm_up()


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Calls of tills go straight, all others through Django's handler.

    A finished answer becomes a list, which granian sends at once and whole; anything else it sends in chunks.
    """
    if straight.is_straight(environ):
        return straight.answer(environ, start_response)
    response = _django(environ, start_response)
    if not isinstance(response, HttpResponse):
        return response
    try:
        return [response.content]
    finally:
        response.close()
