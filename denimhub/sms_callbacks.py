"""Callbacks of SMS gateways: a signed note that the state of a message has changed. It only makes us ask."""
from __future__ import annotations

import uuid

import structlog
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from contracts.services_messages import look_at_delivery
from contracts.sms.smsc import is_signed

log = structlog.get_logger(__name__)
MAX_BODY_BYTES = 16 * 1024


@csrf_exempt
@require_POST
def take_smsc(request: HttpRequest) -> HttpResponse:
    """POST /sms/callback/smsc, a form with id, phone, status and the hash of them and our secret.

    200 for a message of ours, first time or repeated; 404 for everything else, without a word why.
    """
    length = request.META.get('CONTENT_LENGTH') or ''
    if not length.isdigit() or int(length) > MAX_BODY_BYTES:
        return HttpResponse(status=413)
    form = request.POST
    if not is_signed(form.dict(), settings.SMSC_CALLBACK_SECRET):
        log.warning('sms_callback_refused', gateway='smsc')
        return HttpResponse(status=404)
    try:
        guid = uuid.UUID(form['id'])
    except ValueError:
        return HttpResponse(status=404)
    with transaction.atomic():
        is_known = look_at_delivery(gateway='smsc', message_guid=guid)
    log.info('sms_callback', gateway='smsc', message=str(guid), is_known=is_known)
    return HttpResponse(status=200 if is_known else 404)
