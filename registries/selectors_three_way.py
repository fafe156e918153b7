"""Partner × ledger × lender: what three sides say of each deal of a period. Sums in kopecks."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import connection
from psycopg import sql

from registries.models import Counterparty
from registries.rules import period_of


@dataclass(frozen=True, slots=True)
class Said:
    """What one file says of a deal: its sum, how the deal stands, and what the matching found; '' when it says nothing.
    """

    net: int | None
    standing: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Deal:
    """One deal and its three sides. `differs` when a file that there is does not agree with the ledger."""

    contract_id: int | None
    contract_number: str
    external_id: str
    partner: Said
    our_net: int | None
    lender: Said
    differs: bool


@dataclass(frozen=True, slots=True)
class ThreeWay:
    """A page of deals, how many there are in all, and which sides gave a file for these dates."""

    deals: list[Deal]
    count: int
    has_partner_file: bool
    has_lender_file: bool


# Runs in force whose dates lie within the asked ones.
_RUNS: Final = """
    SELECT id FROM registries_matchrun run
     WHERE run.counterparty_id = {party} AND run.date_from >= {date_from} AND run.date_to <= {date_to}
       AND NOT EXISTS (SELECT 1 FROM registries_matchrun later
                        WHERE later.counterparty_id = run.counterparty_id AND later.date_from = run.date_from
                          AND later.date_to = run.date_to AND later.number > run.number)
"""
# Of a line that was linked to no deal nobody knows whose it is: it is shown with every other side.
_SIDE: Final = """
    SELECT DISTINCT ON (key) key, deal, contract_number, external_id, net, standing, outcome
      FROM (SELECT COALESCE('deal ' || line.contract_id, line.unit) AS key, line.contract_id AS deal,
                   line.contract_number, line.external_id, line.their_net AS net, line.their_standing AS standing,
                   line.outcome, line.id
              FROM registries_matchline line LEFT JOIN contracts_contract contract ON contract.id = line.contract_id
              LEFT JOIN applications_application application ON application.id = contract.application_id
             WHERE line.run_id IN (RUNS) AND line.is_head AND line.outcome <> 'DUPLICATE'
               AND (line.contract_id IS NULL
                    OR (contract.lender_id = {lender} AND application.partner_id = {partner}))) AS one
     ORDER BY key, (outcome = 'MATCHED') DESC, id DESC
"""
_QUERY: Final = """
    WITH ours AS (
        SELECT 'deal ' || contract_id AS key, contract_id AS deal, max(contract_number) AS contract_number,
               max(external_id) AS external_id,
               sum(amount) FILTER (WHERE event IN ('ISSUED', 'CORRECTED'))::bigint AS net
          FROM registries_ledgerline
         WHERE partner_id = {partner} AND lender_id = {lender} AND is_sandbox = {sandbox}
           AND period_at >= {starts} AND period_at < {ends} AND event IN ('ISSUED', 'CORRECTED')
         GROUP BY contract_id
    ), partner AS (""" + _SIDE.replace('RUNS', _RUNS.replace('{party}', '{partner_party}')) + """
    ), lender AS (""" + _SIDE.replace('RUNS', _RUNS.replace('{party}', '{lender_party}')) + """
    ), laid AS (
        SELECT key, COALESCE(ours.deal, partner.deal, lender.deal) AS deal,
               COALESCE(NULLIF(ours.contract_number, ''), NULLIF(partner.contract_number, ''),
                        lender.contract_number, '') AS contract_number,
               COALESCE(NULLIF(ours.external_id, ''), NULLIF(partner.external_id, ''), lender.external_id, '')
                   AS external_id,
               partner.net AS partner_net, COALESCE(partner.standing, '') AS partner_standing,
               COALESCE(partner.outcome, '') AS partner_outcome, ours.net AS our_net, lender.net AS lender_net,
               COALESCE(lender.standing, '') AS lender_standing, COALESCE(lender.outcome, '') AS lender_outcome,
               ({has_partner} AND partner.outcome IS DISTINCT FROM 'MATCHED')
               OR ({has_lender} AND lender.outcome IS DISTINCT FROM 'MATCHED') AS differs
          FROM ours FULL JOIN partner USING (key) FULL JOIN lender USING (key)
    )
"""  # noqa: S608 - texts of this module


def three_way(
    *, partner: Counterparty, lender: Counterparty, dates: tuple[date, date], only_differences: bool = False,
    limit: int = 50, offset: int = 0,
) -> ThreeWay:
    """Deals of a partner with a lender in a period (its dates in the lender's zone), by their numbers."""
    has_partner, has_lender = (_has_file(party, dates) for party in (partner, lender))
    period = period_of(*dates, lender.zone)
    values: dict[str, Any] = {
        'partner': partner.partner_id, 'lender': lender.lender_id, 'sandbox': lender.is_sandbox,
        'partner_party': partner.pk, 'lender_party': lender.pk, 'date_from': dates[0], 'date_to': dates[1],
        'starts': period.starts_at, 'ends': period.ends_at, 'has_partner': has_partner, 'has_lender': has_lender,
        'limit': limit, 'offset': offset}
    where = ' FROM laid WHERE differs' if only_differences else ' FROM laid'
    literals = {name: sql.Literal(value) for name, value in values.items()}
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(_QUERY + 'SELECT count(*)' + where).format(**literals))
        count = int(cursor.fetchone()[0])
        cursor.execute(sql.SQL(
            _QUERY + 'SELECT deal, contract_number, external_id, partner_net, partner_standing, partner_outcome,'
            ' our_net, lender_net, lender_standing, lender_outcome, differs' + where
            + ' ORDER BY differs DESC, contract_number, key LIMIT {limit} OFFSET {offset}').format(**literals))
        deals = [
            Deal(row[0], row[1], row[2], Said(*row[3:6]), row[6], Said(*row[7:10]), row[10])
            for row in cursor.fetchall()]
    return ThreeWay(deals, count, has_partner, has_lender)


def _has_file(party: Counterparty, dates: tuple[date, date]) -> bool:
    return party.runs.filter(date_from__gte=dates[0], date_to__lte=dates[1]).exists()
