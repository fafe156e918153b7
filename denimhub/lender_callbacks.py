"""Callbacks of lenders: a signed note that something has changed. It decides nothing, it only makes us ask."""
from __future__ import annotations

import binascii
import json
import re
import uuid

import structlog
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from jobs.services import enqueue
from lenders.models import Lender
from lenders.selectors import lender_by_code
from lenders.services import note_callback
from offers.models import Submission

log = structlog.get_logger(__name__)

MAX_BODY_BYTES = 16 * 1024
_EVENT_ID = re.compile(r'[\x21-\x7e]{1,100}')
_EVENT = re.compile(r'[a-z_]{1,40}')
# A lender that we do not know costs as much time to refuse as a wrong signature.
_NOBODY = 'whsec_' + 'A' * 43


@csrf_exempt
@require_POST
def take_callback(request: HttpRequest, code: str) -> HttpResponse:
    """POST /lenders/callback/<lender code>, signed as Standard Webhooks, no older than 5 minutes.

    204 is an answer to whatever was signed well, known form or not, first time or repeated.
    """
    body = _body(request)
    if body is None:
        return _refusal(413, 'the body is too long')
    lender = lender_by_code(code)
    if not _is_signed(lender, request, body) or lender is None:
        log.warning('lender_callback_refused', lender=code[:50])
        return _refusal(401, 'the signature is wrong')
    event_id = request.headers['webhook-id']
    note = _read(body)
    if note is None or _EVENT_ID.fullmatch(event_id) is None:
        return _refusal(400, 'form_guid or event is wrong')
    form_guid, event = note
    with transaction.atomic():
        is_own = Submission.objects.filter(application__guid=form_guid, lender=lender).exists()
        if is_own and note_callback(lender=lender, event_id=event_id, event=event, form_guid=form_guid):
            enqueue('offers.nudge', form_guid)
    log.info('lender_callback', lender=lender.code, lender_event=event, form_guid=form_guid, is_own=is_own)
    return HttpResponse(status=204)


def _body(request: HttpRequest) -> bytes | None:
    length = request.META.get('CONTENT_LENGTH') or '0'
    if not length.isdigit() or int(length) > MAX_BODY_BYTES:
        return None
    return request.body


def _is_signed(lender: Lender | None, request: HttpRequest, body: bytes) -> bool:
    """Whether one of the lender's secrets (two while they are being changed) made the signature."""
    secrets = (lender.credentials.get('callback_secrets') if lender is not None else None) or []
    headers = {name.lower(): value for name, value in request.headers.items()}
    is_signed = False
    for secret in [*secrets[:3], _NOBODY]:
        try:
            Webhook(secret).verify(body, headers, json_parse=False)
        except (WebhookVerificationError, ValueError, binascii.Error, RuntimeError):
            continue
        is_signed = is_signed or secret != _NOBODY
    return is_signed


def _read(body: bytes) -> tuple[str, str] | None:
    try:
        values = json.loads(body)
        form_guid, event = values['form_guid'], values['event']
        if not isinstance(form_guid, str) or not isinstance(event, str) or _EVENT.fullmatch(event) is None:
            return None
        return str(uuid.UUID(form_guid)), event
    except (ValueError, KeyError, TypeError, RecursionError, AttributeError):
        return None


def _refusal(status: int, message: str) -> JsonResponse:
    return JsonResponse({'error': message}, status=status)
