"""Printed forms as documents of an application: stored encrypted, one in force per kind."""
from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from applications.models import Application, Document
from contracts.models import Contract
from contracts.printing import Printed
from jobs.registry import assert_no_transaction
from vault.files import write_blob
from vault.models import StoredFile


@dataclass(frozen=True, slots=True)
class Sealed:
    """A printed form whose encrypted bytes lie in the store already; its rows are not written yet."""

    form: Printed
    file: StoredFile


def seal_forms(application: Application, stage: str, forms: Sequence[Printed]) -> list[Sealed]:
    """Write the encrypted bytes of printed forms; outside a transaction, for the store may be far away.

    What is never put in force is left to the sweeper of files.
    """
    assert_no_transaction()
    sealed = []
    for form in forms:
        file = StoredFile(
            guid=uuid.uuid4(), kind=f'document.{stage}', context=str(application.guid),
            content_type=form.content_type, created_at=timezone.now())
        write_blob(file, (form.content,))
        sealed.append(Sealed(form, file))
    return sealed


def store_documents(application: Application, contract: Contract, forms: Sequence[Sealed]) -> None:
    """Put these printed forms in force instead of the former ones; application and contract are locked."""
    Document.objects.filter(application=application, stage='contract', superseded_at__isnull=True).update(
        superseded_at=timezone.now())
    _store(application, 'contract', contract.lender.code, forms)


def store_consents(application: Application, forms: Sequence[Sealed]) -> None:
    """Keep the consents of an application (locked); those that are there already stay."""
    if not Document.objects.filter(application=application, stage='offers').exists():
        _store(application, 'offers', '', forms)


def _store(application: Application, stage: str, lender_code: str, forms: Sequence[Sealed]) -> None:
    kinds = _distinct_kinds([sealed.form for sealed in forms])
    for sealed, kind in zip(forms, kinds, strict=True):
        sealed.file.save(force_insert=True)
        Document.objects.create(
            application=application, stage=stage, kind=kind, lender_code=lender_code, file=sealed.file,
            file_name=sealed.form.name[:200])


def _distinct_kinds(forms: Sequence[Printed]) -> list[str]:
    """A lender may send two forms of one kind: the second one is `kind 2`."""
    kinds: list[str] = []
    for form in forms:
        base = form.kind[:36]
        same = sum(1 for kind in kinds if kind == base or kind.startswith(f'{base} '))
        kinds.append(base if same == 0 else f'{base} {same + 1}')
    return kinds
