"""Giving out the evidence of a form: the package, and a note of who took it and why."""
from __future__ import annotations

from django.db import transaction

from applications.models import Application
from contracts.evidence_package import NoEvidence, Package, build_package
from partners.guids import parse_guid
from vault.access import note_access

FIELDS = ('last_name', 'first_name', 'middle_name', 'mobile_phone', 'sms', 'documents')
"""What of the client a package shows, for the log of access."""


def export_evidence(*, form_guid: str, actor: str, reason: str, ip: str | None) -> Package:
    """The signed package of a form, after it was written down who took it and why.

    Raises NoEvidence, and Broken or BlobDamaged when what is stored is not what was signed.
    """
    guid = parse_guid(form_guid)
    application = None if guid is None else Application.objects.filter(guid=guid).first()
    if application is None:
        raise NoEvidence(f'there is no form {form_guid}')
    with transaction.atomic():
        note_access(actor=actor, reason=reason, subject=str(application.guid), fields=FIELDS, ip=ip)
        return build_package(application)
