"""Statements of the comparison, in the order in which they run. Pure text."""
from __future__ import annotations

from typing import Final

from psycopg import sql

from registries.formulas import BEGINNINGS

_APOSTROPHE = rf"'^[ \t\n\r\v\f\u00a0]*''(?=[{BEGINNINGS}])'"
_BLANKS = r"'[ \t\n\r\v\f\u00a0]+'"
_CONTROLS = r"'[\u0001-\u0008\u000e-\u001f\u007f]'"
_TEXT = (f"btrim(regexp_replace(regexp_replace(regexp_replace({{0}}, {_APOSTROPHE}, ''), {_BLANKS}, ' ', 'g'),"
         f" {_CONTROLS}, E'\\uFFFD', 'g'))")
_NUMBER = "upper(regexp_replace({0}, '[ №]+', '', 'g'))"


def _text(column: str) -> str:
    return _TEXT.replace('{0}', column)


def _number(column: str) -> str:
    return _NUMBER.replace('{0}', column)


THEIRS: Final = """
    CREATE TEMPORARY TABLE match_theirs (
        sheet smallint NOT NULL, row_no integer NOT NULL, contract_number text NOT NULL, lender_deal_id text NOT NULL,
        form_guid text NOT NULL, external_id text NOT NULL, line_id text NOT NULL, status text NOT NULL,
        amount bigint NOT NULL, told_at text NOT NULL, at timestamptz,
        number_key text GENERATED ALWAYS AS (""" + _number('contract_number') + """) STORED,
        form_key text GENERATED ALWAYS AS (lower(form_guid)) STORED,
        neighbour bigint, is_forced boolean NOT NULL DEFAULT false, contract_id bigint,
        is_repeat boolean NOT NULL DEFAULT false, line integer GENERATED ALWAYS AS IDENTITY
    ) ON COMMIT DROP
"""
LOAD: Final = """
    COPY match_theirs (sheet, row_no, contract_number, lender_deal_id, form_guid, external_id, line_id, status, amount,
                       told_at)
    FROM STDIN WITH (FORMAT csv, FORCE_NOT_NULL (contract_number, lender_deal_id, form_guid, external_id, line_id,
                     told_at))
"""

_UNIT: Final = """
    CASE WHEN number_key <> '' THEN 'number ' || number_key
         WHEN lender_deal_id <> '' THEN 'lender ' || lender_deal_id
         WHEN form_key <> '' THEN 'form ' || form_key ELSE 'external ' || external_id END
"""
_TELLS: Final = "(event IN ('ISSUED', 'CANCELLED') OR (event = 'CORRECTED' AND total <> 0))"


def _standing(cancelled: str, net: str, returned: str, corrected: str, issued: str) -> str:
    """`matching.outcomes.standing` in SQL."""
    return (
        f"CASE WHEN {cancelled} OR {net} < 0 OR ({net} = 0 AND ({returned} OR {corrected})) THEN 'VOID'"
        f" WHEN {issued} OR {returned} OR {corrected} THEN 'LIVE' ELSE 'NONE' END")


# Deals of the counterparty that count in the period or within the days of grace around it. A correction written for a
# registry counts where that registry begins. What is counted in the period comes before what lies around it.
OURS: Final = sql.SQL("""
    CREATE TEMPORARY TABLE match_ours ON COMMIT DROP AS
    WITH forced AS (
        SELECT contract_id FROM registries_forcedmatch
         WHERE counterparty_id = {counterparty} AND status = 'APPROVED' AND contract_id IS NOT NULL
    ), line AS (
        SELECT line.contract_id, line.event, line.{sum} AS total, line.occurred_at, line.contract_number,
               line.lender_deal_id, line.form_guid, line.external_id,
               COALESCE(registry.starts_at, line.period_at) >= {starts}
               AND COALESCE(registry.starts_at, line.period_at) < {ends} AS within
          FROM registries_ledgerline line LEFT JOIN registries_registry registry ON registry.id = line.{for_party}
         WHERE line.{party} = {party_id} AND line.is_sandbox = {sandbox}
           AND ((line.{for_party} IS NULL AND line.period_at >= {wide_starts} AND line.period_at < {wide_ends})
                OR (line.{for_party} IS NOT NULL
                    AND registry.starts_at >= {wide_starts} AND registry.starts_at < {wide_ends})
                OR line.contract_id IN (SELECT contract_id FROM forced))
    ), told AS (
        SELECT *, """ + _TELLS + """ AS tells,
               bool_or(within AND """ + _TELLS + """) OVER (PARTITION BY contract_id) AS in_period
          FROM line
    ), deal AS (
        SELECT contract_id, in_period, max(contract_number) AS contract_number, max(lender_deal_id) AS lender_deal_id,
               max(form_guid::text) AS form_key, max(external_id) AS external_id,
               COALESCE(bool_or(event = 'CANCELLED') FILTER (WHERE counts), false) AS cancelled,
               COALESCE(bool_or(event = 'ISSUED') FILTER (WHERE counts), false) AS issued,
               COALESCE(bool_or(event = 'CORRECTED' AND total <> 0) FILTER (WHERE counts), false) AS corrected,
               COALESCE(sum(total) FILTER (WHERE counts AND event IN ('ISSUED', 'CORRECTED')), 0)::bigint AS moved,
               COALESCE(sum(total) FILTER (WHERE counts AND event = 'ISSUED'), 0)::bigint AS issue_sum,
               COALESCE(min(occurred_at) FILTER (WHERE counts AND tells), min(occurred_at)) AS at
          FROM (SELECT *, tells AND (within OR NOT in_period) AS counts FROM told) AS one
         GROUP BY contract_id, in_period
    )
    SELECT contract_id, in_period, contract_number, lender_deal_id, form_key, external_id, issued, issue_sum, at,
           """ + _number(_text('contract_number')) + """ AS number_key,
           """ + _text('lender_deal_id') + """ AS lender_key, """ + _text('external_id') + """ AS external_key,
           CASE WHEN cancelled THEN 0 ELSE moved END AS net,
           """ + _standing('cancelled', 'moved', 'false', 'corrected', 'issued') + """ AS standing
      FROM deal;
    ANALYZE match_ours
""")  # noqa: S608 - texts of this module

# Lines of files of other periods, not further away than the days of grace, whose deal was not found then.
NEIGHBOURS: Final = sql.SQL("""
    CREATE TEMPORARY TABLE match_near ON COMMIT DROP AS
    SELECT run.id FROM registries_matchrun run
     WHERE run.counterparty_id = {counterparty} AND run.date_to >= {near_from} AND run.date_from <= {near_to}
       AND (run.date_to < {date_from} OR run.date_from > {date_to})
       AND NOT EXISTS (SELECT 1 FROM registries_matchrun later
                        WHERE later.counterparty_id = run.counterparty_id AND later.date_from = run.date_from
                          AND later.date_to = run.date_to AND later.number > run.number);
    INSERT INTO match_theirs (sheet, row_no, contract_number, lender_deal_id, form_guid, external_id, line_id, status,
                              amount, told_at, at, neighbour)
    SELECT sheet, row_no, contract_number, lender_deal_id, form_guid, external_id, '', their_status, their_amount, '',
           their_at, line.id
      FROM registries_matchline line
     WHERE line.run_id IN (SELECT id FROM match_near) AND line.is_head AND line.outcome = 'MISSING_HERE'
""")

LINK_FORCED: Final = sql.SQL("""
    UPDATE match_theirs SET contract_id = forced.contract_id, is_forced = true
      FROM registries_forcedmatch forced
     WHERE forced.counterparty_id = {counterparty} AND forced.status = 'APPROVED' AND forced.contract_id IS NOT NULL
       AND forced.unit = """ + _UNIT)  # noqa: S608 - texts of this module

AGREE: Final = (
    ('number_key', 'number_key', ''),
    ('lender_key', 'lender_deal_id', ''),
    ('form_key', 'form_key', ''),
    # An order of the retailer may have had several contracts: another number is another deal.
    ('external_key', 'external_id',
     "AND (theirs.number_key = '' OR ours.number_key = '' OR theirs.number_key = ours.number_key)"),
)
"""Keys in the order in which they are tried: column of the ledger, column of the file, what else must hold."""

LINK: Final = sql.SQL("""
    UPDATE match_theirs target SET contract_id = found.contract_id
      FROM (SELECT DISTINCT ON (theirs.line) theirs.line, ours.contract_id
              FROM match_theirs theirs JOIN match_ours ours ON ours.{ours} = theirs.{theirs}
             WHERE theirs.contract_id IS NULL AND theirs.{theirs} <> '' {more}
             ORDER BY theirs.line,
                      (ours.lender_key = theirs.lender_deal_id)::int + (ours.form_key = theirs.form_key)::int
                      + (ours.external_key = theirs.external_id)::int DESC,
                      ours.in_period DESC, ours.issued DESC, ours.contract_id) AS found
     WHERE target.line = found.line
""")

# Deals whose line stands in such a file: found now, or found then not to count in its period.
ELSEWHERE: Final = sql.SQL("""
    CREATE TEMPORARY TABLE match_elsewhere ON COMMIT DROP AS
    SELECT contract_id FROM match_theirs WHERE neighbour IS NOT NULL AND contract_id IS NOT NULL
    UNION
    SELECT contract_id FROM registries_matchline
     WHERE run_id IN (SELECT id FROM match_near) AND row_no IS NOT NULL AND outcome = 'LATE'
""")

# Of several issues (or cancellations) of one deal the one nearest to ours stays, so that the order of rows is nothing.
REPEATS: Final = (sql.SQL("""
    CREATE TEMPORARY TABLE match_found ON COMMIT DROP AS
    SELECT theirs.*, COALESCE('deal ' || theirs.contract_id, """ + _UNIT + """) AS unit
      FROM match_theirs theirs WHERE neighbour IS NULL
"""), sql.SQL(  # noqa: S608 - texts of this module
    """
    UPDATE match_found target SET is_repeat = true
      FROM (SELECT found.line, row_number() OVER (
                       PARTITION BY found.unit, found.status,
                                    CASE WHEN found.status IN ('RETURNED', 'CORRECTED', 'PAID') THEN found.amount END,
                                    CASE WHEN found.status IN ('RETURNED', 'CORRECTED', 'PAID') THEN found.at END,
                                    CASE WHEN found.status IN ('RETURNED', 'CORRECTED', 'PAID') THEN found.line_id END
                       ORDER BY abs(found.amount - COALESCE(ours.issue_sum, 0)), found.amount DESC, found.at,
                                found.line_id, found.sheet, found.row_no) AS place
              FROM match_found found LEFT JOIN match_ours ours USING (contract_id)) AS placed
     WHERE target.line = placed.line AND placed.place > 1
"""))

_THERE_NET: Final = (
    "CASE WHEN there.standing = 'VOID' AND ours.issued AND NOT there.issued THEN 0 ELSE there.net END")

UNITS: Final = sql.SQL("""
    CREATE TEMPORARY TABLE match_units ON COMMIT DROP AS
    WITH summed AS (
        SELECT unit, max(contract_id) AS contract_id, bool_or(status = 'CANCELLED') AS cancelled,
               bool_or(status = 'ISSUED') AS issued, bool_or(status = 'RETURNED') AS returned,
               bool_or(status = 'CORRECTED' AND amount <> 0) AS corrected, bool_or(is_forced) AS is_forced,
               COALESCE(sum(CASE WHEN status IN ('ISSUED', 'CORRECTED') THEN amount
                                 WHEN status = 'RETURNED' THEN -abs(amount) ELSE 0 END), 0)::bigint AS moved,
               min(line) AS head
          FROM match_found WHERE NOT is_repeat GROUP BY unit
    ), there AS (
        SELECT unit, contract_id, issued, is_forced, head, CASE WHEN cancelled THEN 0 ELSE moved END AS net,
               """ + _standing('cancelled', 'moved', 'returned', 'corrected', 'issued') + """ AS standing
          FROM summed
    ), laid AS (
        SELECT COALESCE(there.unit, 'deal ' || ours.contract_id) AS unit, ours.contract_id, there.head,
               there.is_forced, there.net AS their_net, there.standing AS their_standing, ours.net AS our_net,
               ours.standing AS our_standing, ours.at AS our_at, ours.contract_number, ours.lender_deal_id,
               ours.form_key, ours.external_id, ours.in_period, ours.issued AS our_issued,
               there.unit IS NOT NULL AND there.standing <> 'NONE' AS told,
               ours.contract_id IS NOT NULL AND ours.standing <> 'NONE' AS known,
               ours.contract_id IN (SELECT contract_id FROM match_elsewhere) AS elsewhere,
               """ + _THERE_NET + """ AS comparable
          FROM there FULL JOIN match_ours ours ON ours.contract_id = there.contract_id
    )
    SELECT laid.*, CASE
               WHEN head IS NOT NULL AND (contract_id IS NULL OR (told AND NOT known)) THEN 'MISSING_HERE'
               WHEN NOT told AND known AND in_period AND (our_issued OR our_net <> 0)
                   THEN CASE WHEN elsewhere THEN 'LATE' ELSE 'MISSING_THERE' END
               WHEN NOT told THEN CASE WHEN head IS NULL THEN NULL ELSE 'MATCHED' END
               WHEN our_standing <> their_standing THEN 'STATUS_MISMATCH'
               WHEN abs(our_net - comparable) > {tolerance} THEN 'AMOUNT_MISMATCH'
               WHEN in_period THEN 'MATCHED' ELSE 'LATE' END AS outcome
      FROM laid
""")  # noqa: S608 - texts of this module

INSERT: Final = sql.SQL("""
    INSERT INTO registries_matchline (
        run_id, outcome, is_head, unit, sheet, row_no, contract_number, external_id, lender_deal_id, form_guid,
        their_status, their_amount, their_at, their_net, their_standing, contract_id, our_net, our_standing, our_at)
    SELECT {run}, CASE WHEN found.is_repeat THEN 'DUPLICATE' ELSE units.outcome END,
           found.line IS NULL OR found.is_repeat OR found.line = units.head, units.unit, found.sheet, found.row_no,
           COALESCE(NULLIF(found.contract_number, ''), units.contract_number, ''),
           COALESCE(NULLIF(found.external_id, ''), units.external_id, ''),
           COALESCE(NULLIF(found.lender_deal_id, ''), units.lender_deal_id, ''),
           COALESCE(NULLIF(found.form_guid, ''), units.form_key, ''), COALESCE(found.status, ''), found.amount,
           found.at, units.their_net, COALESCE(units.their_standing, ''), units.contract_id, units.our_net,
           COALESCE(units.our_standing, ''), units.our_at
      FROM match_units units LEFT JOIN match_found found ON found.unit = units.unit
     WHERE units.outcome IS NOT NULL
     ORDER BY found.sheet NULLS LAST, found.row_no, units.unit
""")

_DECIDE: Final = """
    INSERT INTO registries_resolution (line_id, kind, reason, author, at)
    SELECT DISTINCT line.id, {kind}, {reason}, {author}, {now}::timestamptz
"""
_OPEN: Final = """
    NOT EXISTS (SELECT 1 FROM registries_resolution known WHERE known.line_id = line.id AND known.kind <> 'WILL_COME')
"""
_AUTHOR: Final = "'match run ' || {run}"


def _closes(kind: str, reason: str, rest: str) -> sql.SQL:
    head = _DECIDE.replace('{kind}', f"'{kind}'").replace('{reason}', reason).replace('{author}', _AUTHOR)
    return sql.SQL(head + rest + ' AND ' + _OPEN + ' ON CONFLICT DO NOTHING')


CLOSE: Final = (
    # Booked here since: the line of the neighbouring file has its deal now.
    _closes('CAME_LATER', "'the deal counts here in another period'", """
      FROM match_theirs near JOIN match_ours ours USING (contract_id) JOIN registries_matchline line
        ON line.id = near.neighbour
     WHERE ours.in_period"""),
    # What the neighbouring file did not have, or had without our deal counting there, stands on the other side here.
    _closes('CAME_LATER', "'the line came in a file of another period'", """
      FROM match_units units JOIN registries_matchline line ON line.contract_id = units.contract_id
     WHERE line.run_id IN (SELECT id FROM match_near) AND line.is_head AND units.outcome = 'LATE'
       AND ((units.head IS NOT NULL AND line.row_no IS NULL) OR (units.head IS NULL AND line.row_no IS NOT NULL))
       AND line.outcome IN ('MISSING_THERE', 'LATE')"""),
    # And so is the line of this run: both sides have been seen.
    _closes('CAME_LATER', "'both sides were seen, in periods next to each other'", """
      FROM match_units units JOIN registries_matchline line ON line.unit = units.unit AND line.run_id = {run}
     WHERE line.is_head AND line.outcome = 'LATE'
       AND (units.head IS NULL OR EXISTS (
            SELECT 1 FROM registries_matchline other
             WHERE other.run_id IN (SELECT id FROM match_near) AND other.contract_id = units.contract_id
               AND other.row_no IS NULL))"""),
    _closes('FORCED', "'matched by force before'", """
      FROM match_units units JOIN registries_matchline line ON line.unit = units.unit AND line.run_id = {run}
     WHERE line.is_head AND line.outcome = 'LATE' AND units.is_forced"""),
)

# A decision stays for as long as the difference is the same.
CARRY: Final = sql.SQL("""
    INSERT INTO registries_resolution (line_id, kind, reason, author, at, carried_from_id)
    SELECT DISTINCT ON (line.id) line.id, former.kind, former.reason, former.author, former.at, former.id
      FROM registries_matchline line
      JOIN registries_matchline old ON old.run_id = {before} AND old.is_head AND old.unit = line.unit
       AND old.outcome = line.outcome AND old.their_net IS NOT DISTINCT FROM line.their_net
       AND old.our_net IS NOT DISTINCT FROM line.our_net AND old.their_standing = line.their_standing
       AND old.our_standing = line.our_standing
       AND (line.outcome <> 'DUPLICATE' OR (old.row_no = line.row_no AND old.their_amount = line.their_amount))
      JOIN registries_resolution former ON former.line_id = old.id
     WHERE line.run_id = {run} AND line.is_head AND line.outcome <> 'MATCHED'
       AND NOT EXISTS (SELECT 1 FROM registries_resolution known WHERE known.line_id = line.id)
     ORDER BY line.id, former.id DESC
    ON CONFLICT DO NOTHING
""")
