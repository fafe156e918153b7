"""Printed forms as documents of an application: stored encrypted, one in force per kind."""
from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from applications.models import Application, Document
from contracts.models import Contract
from contracts.printing import Printed
from vault.files import store_file


def store_documents(application: Application, contract: Contract, forms: Sequence[Printed]) -> None:
    """Put these printed forms in force instead of the former ones; application and contract are locked."""
    Document.objects.filter(application=application, stage='contract', superseded_at__isnull=True).update(
        superseded_at=timezone.now())
    _store(application, 'contract', contract.lender.code, forms)


def store_consents(application: Application, forms: Sequence[Printed]) -> None:
    """Keep the consents of an application (locked); those that are there already stay."""
    if not Document.objects.filter(application=application, stage='offers').exists():
        _store(application, 'offers', '', forms)


def _store(application: Application, stage: str, lender_code: str, forms: Sequence[Printed]) -> None:
    for form, kind in zip(forms, _distinct_kinds(forms), strict=True):
        stored = store_file(
            form.content, content_type=form.content_type, kind=f'document.{stage}', context=str(application.guid))
        Document.objects.create(
            application=application, stage=stage, kind=kind, lender_code=lender_code, file=stored,
            file_name=form.name[:200])


def _distinct_kinds(forms: Sequence[Printed]) -> list[str]:
    """A lender may send two forms of one kind: the second one is `kind 2`."""
    kinds: list[str] = []
    for form in forms:
        base = form.kind[:36]
        same = sum(1 for kind in kinds if kind == base or kind.startswith(f'{base} '))
        kinds.append(base if same == 0 else f'{base} {same + 1}')
    return kinds
