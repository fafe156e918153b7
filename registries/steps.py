"""Deals into the ledger, run as jobs."""
from __future__ import annotations

from jobs.registry import Run, job
from registries.selectors import contract_to_book
from registries.services import book_deal


@job('registries.book', queue='documents', max_attempts=50)
def book(run: Run) -> None:
    """Write what a deal has earned into the ledger; the subject is the contract.

    In a transaction of its own, which takes the ledger's lock last and holds it for a moment only.
    """
    contract = contract_to_book(run.subject)
    with run.finish():
        book_deal(contract=contract)
