"""Printed forms that lenders bring with their offers: consents of their own, shown beside the platform's."""
from __future__ import annotations

from collections.abc import Collection, Sequence

from django.utils import timezone

from applications.models import Application, Document
from lenders.documents import BY_LENDER, Received

STAGE = 'offers'


def store_forms(application: Application, lender_code: str, forms: Sequence[Received]) -> None:
    """Keep the forms of one lender, once; the application's row is locked.

    Their kinds begin with `own`, so that a template of the same lender is never taken for one of them.
    """
    mine = Document.objects.filter(application=application, stage=STAGE, lender_code=lender_code, made_from=BY_LENDER)
    if mine.exists():
        return
    for form in forms:
        form.file.save(force_insert=True)
        Document.objects.create(
            application=application, stage=STAGE, kind=f'own {form.kind}'[:40], lender_code=lender_code,
            file=form.file, file_name=form.name, made_from=BY_LENDER)


def has_consents(application: Application) -> bool:
    """Whether the consents that the platform prints are there; forms of lenders do not stand for them."""
    return Document.objects.filter(application=application, stage=STAGE).exclude(made_from=BY_LENDER).exists()


def keep_forms_of(application: Application, lender_codes: Collection[str]) -> None:
    """Put out of force the forms of lenders none of whose offers is shown; the application's row is locked."""
    Document.objects.filter(
        application=application, stage=STAGE, made_from=BY_LENDER, superseded_at__isnull=True,
    ).exclude(lender_code__in=lender_codes).update(superseded_at=timezone.now())
