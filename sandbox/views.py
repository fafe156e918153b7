"""What the lender says of an application when asked: pure functions of the deal and the clock."""
from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from sandbox.deal import Deal, Scan
from sandbox.scenarios import Scenario
from sandbox.terms import first_payment_date

_MOSCOW = timezone(timedelta(hours=3))
OFFER_SECONDS = 24 * 3600


def iso(moment: float) -> str:
    """Unix seconds as `YYYY-MM-DDThh:mm:ssZ`."""
    return datetime.fromtimestamp(moment, UTC).strftime('%Y-%m-%dT%H:%M:%SZ')


def decision(deal: Deal, now: float) -> dict[str, Any]:
    """The word of the scoring, offers included once it is approved."""
    if deal.cancelled_at is not None:
        return {'status': 'declined', 'reason': 'Заявка отменена', 'offers': []}
    if now < deal.decision_at or deal.plays(Scenario.SILENT):
        return {'status': 'pending', 'reason': '', 'offers': []}
    if deal.verdict != 'approved':
        return {'status': 'declined', 'reason': deal.reason, 'offers': []}
    expires_at = iso(deal.decision_at + OFFER_SECONDS)
    shown = [{name: value for name, value in offer.items() if name != 'payments_count'} for offer in deal.offers]
    return {'status': 'approved', 'reason': '', 'offers': [
        {**offer, 'has_payment_page': deal.kind == 'bnpl', 'expires_at': expires_at} for offer in shown]}


def contract_stage(deal: Deal, now: float) -> str | None:
    """pending, ready, declined or error; None until an offer is chosen."""
    if deal.contract_at is None:
        return None
    if now < deal.contract_at:
        return 'pending'
    if deal.plays(Scenario.CONTRACT_DECLINED):
        return 'declined'
    return 'error' if deal.plays(Scenario.CONTRACT_ERROR) else 'ready'


def contract(deal: Deal, now: float, pay_url: str) -> dict[str, Any]:
    """The contract as it stands, without its printed forms."""
    stage = contract_stage(deal, now)
    answer: dict[str, Any] = {'stage': stage, 'reason': '', 'forms_version': deal.forms_version}
    if stage == 'declined':
        return {**answer, 'reason': 'Кредитор отказал при подготовке договора'}
    if stage == 'error':
        return {**answer, 'reason': 'Договор не сформирован: внутренняя ошибка кредитора'}
    offer = deal.chosen_offer
    if stage != 'ready' or offer is None or deal.contract_at is None:
        return answer
    is_bnpl = deal.kind == 'bnpl'
    day = datetime.fromtimestamp(deal.contract_at, _MOSCOW).date()
    terms = {
        'number': '' if is_bnpl else deal.number, 'effective_rate': None if is_bnpl else offer['effective_rate'],
        'amount': offer['amount'], 'term_value': offer['term_value'], 'term_unit': offer['term_unit'],
        'regular_payment_amount': offer['regular_payment_amount'], 'payments_count': offer['payments_count'],
        'first_payment_date': first_payment_date(deal.kind, day).isoformat(),
    }
    return {**answer, 'terms': terms, 'signing_mode': deal.signing_mode, 'wanted_scans': deal.wanted_scans,
            'payment_url': pay_url if is_bnpl else ''}


def _scan_stage(scan: Scan, now: float) -> tuple[str, str]:
    return (scan.stage, scan.reason) if scan.checked_at <= now else ('checking', '')


def scans(deal: Deal, now: float) -> dict[str, Any]:
    """Verdicts on every scan that came, those of the form included."""
    outcome = 'declined' if deal.scans_declined else 'open'
    if deal.forms_changed and deal.signed_at is None:
        outcome = 'print_forms_changed'
    verdicts = []
    for kind, scan in deal.scans.items():
        stage, reason = _scan_stage(scan, now)
        verdicts.append({'type': kind, 'version': scan.version, 'stage': stage, 'reason': reason})
    return {'outcome': outcome, 'forms_version': deal.forms_version, 'verdicts': verdicts}


def missing_scans(deal: Deal, now: float) -> list[str]:
    """Scans without which the lender takes no confirmation: wanted and not accepted, or sent and not accepted."""
    wanted = {str(scan['type']) for scan in deal.wanted_scans} | set(deal.scans)
    accepted = {kind for kind, scan in deal.scans.items() if _scan_stage(scan, now)[0] == 'accepted'}
    return sorted(wanted - accepted)


def issue_stage(deal: Deal, now: float) -> tuple[str, str]:
    """Where the issue stands, and why it was declined."""
    if deal.cancelled_at is not None:
        return 'declined', 'Заявка отменена'
    if deal.confirm_refusal:
        return 'declined', deal.confirm_refusal
    if deal.issue_at is None:
        return 'not_confirmed', ''
    if now < deal.issue_at:
        return 'pending', ''
    if deal.plays(Scenario.ISSUE_DECLINED):
        return 'declined', 'Кредитор отказал в выдаче'
    return 'issued', ''


def payment_stage(deal: Deal) -> str | None:
    """Word of the payment page: pending, paid, partially_paid or declined; None without a page."""
    if not deal.first_payment:
        return None
    if deal.paid >= deal.first_payment:
        return 'paid'
    if deal.paid:
        return 'partially_paid'
    return 'declined' if deal.payment_declined else 'pending'


def state(deal: Deal, now: float) -> dict[str, Any]:
    """The issue and the payments."""
    issue, reason = issue_stage(deal, now)
    payments = [{
        'transaction_number': payment.transaction_number, 'amount': payment.amount, 'status': payment.status,
        'paid_at': iso(payment.paid_at)} for payment in deal.payments]
    return {'issue': issue, 'reason': reason, 'payment': payment_stage(deal), 'payments': payments}


def found(deal: Deal, now: float) -> dict[str, Any]:
    """All that is known of the platform's id, enough to adopt a call whose answer was lost."""
    return {
        'form_guid': deal.form_guid, 'lender_id': deal.lender_id, 'decision': decision(deal, now),
        'chosen_offer_id': deal.chosen, 'contract': contract_stage(deal, now), 'is_signed': deal.signed_at is not None,
        'forms_version': deal.forms_version,
        'scans_versions': {kind: scan.version for kind, scan in deal.scans.items()},
        'is_confirmed': deal.confirmed_at is not None, 'confirm_refused': bool(deal.confirm_refusal),
        'is_cancelled': deal.cancelled_at is not None, 'issue': issue_stage(deal, now)[0],
        'issued_amount': issued_amount(deal, now),
    }


def issued_amount(deal: Deal, now: float) -> int | None:
    """Kopecks lent, once they are."""
    offer = deal.chosen_offer
    return int(offer['amount']) if offer and issue_stage(deal, now)[0] == 'issued' else None
