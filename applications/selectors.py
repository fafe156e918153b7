"""Reads of applications and documents, always scoped by the partner."""
from __future__ import annotations

from django.utils.translation import gettext as _

from applications.models import Application, Document
from applications.refusals import FormNotFound, ValidationRefused
from partners.guids import parse_guid
from partners.selectors import partner_by_guid


def unknown_partner() -> ValidationRefused:
    """The one answer to a partner that is unknown or blocked."""
    return ValidationRefused({'partner_guid': [_('Unknown partner: check partner_guid')]})


def missing_form(partner_guid: str) -> Exception:
    """What to raise when a form was not found under a partner: the partner itself may be the unknown one."""
    return unknown_partner() if partner_by_guid(partner_guid) is None else FormNotFound()


def find_form(partner_guid: str, form_guid: str, *, lock: bool = False) -> Application:
    """The partner's own application, in one query. Raises ValidationRefused or FormNotFound.

    With `lock` the row stays locked until the caller's transaction ends.
    """
    partner, form = parse_guid(partner_guid), parse_guid(form_guid)
    rows = Application.objects.select_related('partner', 'point')
    if lock:
        rows = rows.select_for_update(of=('self',))
    found = None
    if partner is not None and form is not None:
        found = rows.filter(guid=form, partner__guid=partner, partner__is_blocked=False).first()
    if found is None:
        raise missing_form(partner_guid)
    return found


def document_for(partner_guid: str, file_guid: str) -> Document | None:
    """The document with its stored file when it belongs to this partner, else None; one query."""
    partner, guid = parse_guid(partner_guid), parse_guid(file_guid)
    if partner is None or guid is None:
        return None
    rows = Document.objects.select_related('file', 'application__partner')
    return rows.filter(
        guid=guid, application__partner__guid=partner, application__partner__is_blocked=False).first()


def current_documents(application_id: int, stage: str) -> list[Document]:
    """Documents of a stage that are in force, in the order they were made."""
    return list(Document.objects.filter(
        application_id=application_id, stage=stage, superseded_at__isnull=True).order_by('id'))
