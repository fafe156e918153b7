"""The bundle for support: the whole story of an application as masked JSON, no personal data in it."""
from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from applications.models import Application
from applications.states import record
from denimhub.people.access import demand
from denimhub.workstation.card_pages import Page, the_application
from denimhub.workstation.card_rows import CardRows, card_rows
from denimhub.workstation.masks import masked_mobile, masked_name
from denimhub.workstation.versions import versions
from vault.access import note_access
from vault.address import client_ip

RIGHT: Final = 'applications.bundle'
_LEFT_OUT: Final = frozenset({
    'questionnaire', 'body_hash', 'body_hash_key', 'phone_index', 'passport_index', 'last_name_index',
    'full_name_index', 'phone', 'text', 'raw', 'evidence', 'salt', 'digest', 'digest_key', 'right_try', 'file',
    'display_file', 'thumbnail_file', 'payment_url', 'looks', 'file_name'})
_NUMBER: Final = re.compile(r'(?<![\w-])\+?\d(?:[\s()./–-]{0,3}\d){8,}(?![\w-])')
_MAIL: Final = re.compile(r'[^\s"@]+@[^\s"@]+')
_WORD: Final = re.compile(r'[A-Z][A-Z_\d]*')
_OF_THE_DEAL: Final = frozenset({
    'items', 'amount', 'initial_payment', 'term_value', 'external_id', 'point_code', 'partner_guid',
    'credit_product_code'})
_LEAST_OF_A_SECRET: Final = 4


def bundle_view(page: Page, request: HttpRequest, pk: int) -> HttpResponse:
    """The file; who took it stands in the log of access and in the journal."""
    demand(request.user, RIGHT)
    application = the_application(page, request, pk)
    actor = f'operator {request.user.get_username()}'
    content = json.dumps(
        bundle_of(card_rows(application, request.user)), cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
    with transaction.atomic():
        note_access(actor=actor, reason='пакет для поддержки, без персональных данных', subject=str(application.guid),
                    fields=['support_bundle'], ip=client_ip(request))
        record(application.pk, subject='support bundle', actor=actor)
    answer = HttpResponse(content, content_type='application/json; charset=utf-8')
    answer['Content-Disposition'] = f'attachment; filename="denimhub-{application.guid}.json"'
    answer['Cache-Control'] = 'no-store, private, max-age=0'
    answer['X-Content-Type-Options'] = 'nosniff'
    return answer


def bundle_of(rows: CardRows) -> dict[str, Any]:
    """All rows of a card as plain values, cleaned of everything the form says of the client."""
    secrets = _secrets(rows.application)
    found: dict[str, Any] = {
        'made_at': timezone.now(), 'versions': versions(),
        'application': _plain(rows.application) | {
            'partner': rows.application.partner.name, 'point': rows.application.point.code,
            'client': masked_name(rows.application.questionnaire),
            'phone': masked_mobile(rows.application.questionnaire)},
        'contract': None if rows.contract is None else _plain(rows.contract)}
    for name in ('events', 'calls', 'submissions', 'routing', 'offers', 'codes', 'messages', 'payments', 'signatures',
                 'documents', 'scans', 'sent_files', 'exchanges', 'callbacks', 'jobs', 'requests'):
        found[name] = [_plain(row) for row in getattr(rows, name)]
    cleaned: dict[str, Any] = _clean(found, secrets)
    return cleaned


def _plain(row: models.Model) -> dict[str, Any]:
    """Columns of a row but the ones that may hold what is personal; a lender by its code."""
    deferred = row.get_deferred_fields()
    values = {field.name: getattr(row, field.attname) for field in row._meta.concrete_fields
              if field.name not in _LEFT_OUT and field.attname not in deferred}
    lender = getattr(row, 'lender', None)
    return values | ({'lender': lender.code} if lender is not None else {})


def _secrets(application: Application) -> frozenset[str]:
    """Every value of the questionnaire that is long enough to be known again, in lower case; not words of lists."""
    return frozenset(
        text.lower() for name, value in application.questionnaire.items() if name not in _OF_THE_DEAL
        for text in _texts(value)
        if len(text) >= _LEAST_OF_A_SECRET and (name.endswith('_translit') or not _WORD.fullmatch(text)))


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, str):
        yield value


def _clean(value: Any, secrets: frozenset[str]) -> Any:
    if isinstance(value, Mapping):
        return {key: _clean(one, secrets) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(one, secrets) for one in value]
    return _cleaned(value, secrets) if isinstance(value, str) else value


def _cleaned(text: str, secrets: frozenset[str]) -> str:
    lower = text.lower()
    for secret in secrets:
        if secret in lower:
            text = re.sub(re.escape(secret), '***', text, flags=re.IGNORECASE)
            lower = text.lower()
    return _MAIL.sub('***', _NUMBER.sub('***', text))
