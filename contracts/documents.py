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
from lenders.documents import BY_LENDER, Received
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


def sealed_already(forms: Sequence[Received]) -> list[Sealed]:
    """Forms of the lender, whose bytes lie in the store since they were fetched: they are not held here again."""
    return [Sealed(Printed(form.kind, form.name, form.file.content_type, b'', BY_LENDER), form.file) for form in forms]


def store_documents(application: Application, contract: Contract, forms: Sequence[Sealed]) -> None:
    """Put these printed forms in force instead of the former ones; application and contract are locked."""
    Document.objects.filter(application=application, stage='contract', superseded_at__isnull=True).update(
        superseded_at=timezone.now())
    _store(application, 'contract', contract.lender.code, forms)


def store_consents(application: Application, forms: Sequence[Sealed]) -> None:
    """Keep the consents of an application (locked); those that are there already stay, and so do lenders' own."""
    made = Document.objects.filter(application=application, stage='offers').exclude(made_from=BY_LENDER)
    if not made.exists():
        _store(application, 'offers', '', forms)


def _store(application: Application, stage: str, lender_code: str, forms: Sequence[Sealed]) -> None:
    kinds = _distinct_kinds([sealed.form for sealed in forms])
    for sealed, kind in zip(forms, kinds, strict=True):
        sealed.file.save(force_insert=True)
        Document.objects.create(
            application=application, stage=stage, kind=kind, lender_code=sealed.form.lender_code or lender_code,
            file=sealed.file, file_name=sealed.form.name[:200], made_from=sealed.form.made_from)


def _distinct_kinds(forms: Sequence[Printed]) -> list[str]:
    """A lender may send two forms of one kind: the second one is `kind 2`."""
    taken: set[tuple[str, str]] = set()
    kinds: list[str] = []
    for form in forms:
        base, number = form.kind[:36], 1
        kind = base
        while (form.lender_code, kind) in taken:
            number += 1
            kind = f'{base} {number}'
        taken.add((form.lender_code, kind))
        kinds.append(kind)
    return kinds
