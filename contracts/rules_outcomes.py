"""When a talk with a lender has an end that nobody knows: looks at rows, asks nobody."""
from __future__ import annotations

from contracts.models import Contract
from contracts.statuses import ContractStatus
from contracts.statuses_operators import OutcomeKind
from offers.models import Submission
from offers.statuses import SubmissionStatus


def is_unknown(kind: str, submission: Submission, contract: Contract | None) -> bool:
    """Whether people may settle this question now. An issue is open while the contract is ISSUING: only the lender,
    or two people, end it.
    """
    if kind == OutcomeKind.SUBMISSION:
        return submission.status == SubmissionStatus.SENDING and submission.outcome_unknown_since is not None
    if contract is None or contract.submission_id != submission.pk:
        return False
    if kind == OutcomeKind.CHOICE:
        return (contract.status == ContractStatus.PREPARING and contract.chosen_at is None
                and contract.outcome_unknown_since is not None)
    return contract.status == ContractStatus.ISSUING


def open_question(submission: Submission, contract: Contract | None) -> OutcomeKind | None:
    """The question about this submission that people may settle; an issue only when its answer was lost."""
    for kind in OutcomeKind:
        if is_unknown(kind, submission, contract):
            if kind == OutcomeKind.ISSUE and contract is not None and contract.outcome_unknown_since is None:
                continue
            return kind
    return None
