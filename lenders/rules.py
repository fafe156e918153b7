"""Bounds of what a lender says: its offers against what was asked for, its printed forms; and their names. Pure."""
from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence

from lenders.contract import (
    Capabilities,
    Decision,
    DecisionStatus,
    DocumentStage,
    LenderDocument,
    NotUnderstood,
    OfferTerms,
)

MOST_TIMES_ASKED = 1.5
MOST_DOCUMENTS = 20
MOST_DOCUMENT_BYTES = 20 * 1024 * 1024
MOST_DOCUMENTS_BYTES = 40 * 1024 * 1024
"""How many printed forms a lender may bring at one stage, and how large each and all of them may be."""
_ENDINGS = {'application/pdf': '.pdf', 'image/jpeg': '.jpg', 'image/png': '.png'}
_NOT_IN_NAMES = re.compile(r'[<>:"|?*%;\x00-\x1f\x7f]')
_LONGEST_NAME = 100


def check_decision(decision: Decision, *, amount: int, initial_payment: int) -> None:
    """Raise NotUnderstood when an approval cannot be an answer to this form; sums in kopecks.

    `amount` is the price of the goods, `initial_payment` what the client pays at once; the lender may lend less or
    more, but an offer's first payment and loan together are the price and the insurance it adds.
    """
    if decision.status != DecisionStatus.APPROVED:
        return
    if not decision.offers:
        raise NotUnderstood('approved without an offer')
    if len({offer.lender_offer_id for offer in decision.offers}) != len(decision.offers):
        raise NotUnderstood('two offers under one id')
    for offer in decision.offers:
        _check_offer(offer, amount, amount - initial_payment)


def _check_offer(offer: OfferTerms, price: int, asked: int) -> None:
    insurance = offer.life_insurance_sum + offer.work_insurance_sum
    if offer.amount > asked * MOST_TIMES_ASKED:
        raise NotUnderstood('an offer is far above the sum asked for')
    if offer.initial_payment + offer.amount != price + insurance:
        raise NotUnderstood('first payment and loan are not the price and the insurance')
    if offer.regular_payment_amount > offer.amount * 2:
        raise NotUnderstood('a regular payment is above the loan')
    if offer.effective_rate < offer.rate:
        raise NotUnderstood('the effective rate is below the rate')


def check_documents(documents: Sequence[LenderDocument], *, stage: DocumentStage, capabilities: Capabilities) -> None:
    """Raise NotUnderstood unless the lender brings printed forms exactly where that was agreed, and not too many.

    What a client signs is decided by agreement: forms that are missing are never replaced by ours in silence.
    """
    is_agreed = stage in capabilities.own_documents
    if documents and not is_agreed:
        raise NotUnderstood('the lender brings printed forms where none were agreed')
    if is_agreed and not documents:
        raise NotUnderstood('the printed forms that the lender was to bring are missing')
    if len(documents) > MOST_DOCUMENTS:
        raise NotUnderstood(f'more than {MOST_DOCUMENTS} printed forms')
    if sum(document.size_bytes or 0 for document in documents) > MOST_DOCUMENTS_BYTES:
        raise NotUnderstood(f'the printed forms are larger than {MOST_DOCUMENTS_BYTES} bytes together')


def check_content(document: LenderDocument, content: bytes) -> None:
    """Raise NotUnderstood unless these are the bytes that were announced."""
    if len(content) > MOST_DOCUMENT_BYTES:
        raise NotUnderstood(f'a printed form is larger than {MOST_DOCUMENT_BYTES} bytes')
    if document.size_bytes not in (None, len(content)) or hashlib.sha256(content).hexdigest() != document.sha256:
        raise NotUnderstood('a printed form is not the one that was announced')


def distinct_kinds(documents: Sequence[LenderDocument]) -> list[str]:
    """A lender may send two forms of one kind: the second one is `kind 2`."""
    return _distinct([document.kind[:36] for document in documents], '{} {}')


def file_names(documents: Sequence[LenderDocument]) -> list[str]:
    """Names to hand the forms out under: of safe characters, ending as their type does, no two alike.

    A path is cut to its last part; control characters, marks that turn the direction of text and characters that
    file systems refuse become spaces. What is left of nothing is called after the kind.
    """
    stems = [_stem(document) for document in documents]
    endings = [_ENDINGS.get(document.content_type, '') for document in documents]
    return [stem + ending for stem, ending in zip(_distinct(stems, '{} ({})'), endings, strict=True)]


def _stem(document: LenderDocument) -> str:
    last = re.split(r'[/\\]', unicodedata.normalize('NFC', document.name))[-1]
    kept = ''.join(' ' if unicodedata.category(char)[0] in 'CZ' else char for char in _NOT_IN_NAMES.sub(' ', last))
    stem = re.sub(r'\.(pdf|jpe?g|png)$', '', ' '.join(kept.split()), flags=re.IGNORECASE).strip(' .')
    return stem[:_LONGEST_NAME].strip(' .') or document.kind


def _distinct(names: Sequence[str], pattern: str) -> list[str]:
    made: list[str] = []
    taken: set[str] = set()
    for name in names:
        number, one = 1, name
        while one.casefold() in taken:
            number += 1
            one = pattern.format(name, number)
        taken.add(one.casefold())
        made.append(one)
    return made
