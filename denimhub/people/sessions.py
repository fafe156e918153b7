"""How long a person stays logged in: idle and absolute limits, ended when rights change."""
from __future__ import annotations

import hashlib
from typing import Any, Final

from django.contrib.sessions.backends.base import SessionBase
from django.utils import timezone

from denimhub.people.access import groups_of
from denimhub.people.matrix import matrix
from partners.staff import partner_of

LONGEST_SECONDS: Final = 12 * 3600
FRESH_SECONDS: Final = 5 * 60
SUPERUSER_IDLE_MINUTES: Final = 15
VISITOR_IDLE_MINUTES: Final = 30
_BEGAN, _SEEN, _FRESH, _RIGHTS = 'people_began', 'people_seen', 'people_fresh', 'people_rights'


def _now() -> float:
    return timezone.now().timestamp()


def idle_seconds(user: Any) -> int:
    """Without a click so long: the shortest of the person's groups; people who see personal data get 15 minutes."""
    minutes = [matrix().groups[name].idle_minutes for name in groups_of(user)]
    if user.is_superuser:
        minutes.append(SUPERUSER_IDLE_MINUTES)
    return 60 * min(minutes, default=VISITOR_IDLE_MINUTES)


def rights_stamp(user: Any) -> str:
    """Differs once a person's role has changed."""
    partner = partner_of(user)
    told = (sorted(groups_of(user)), user.is_superuser, user.is_staff, None if partner is None else partner.pk)
    return hashlib.sha256(repr(told).encode()).hexdigest()


def begin(session: SessionBase, user: Any) -> None:
    """Called for the first request of a logged-in session; what has begun stays as it is."""
    if _BEGAN not in session:
        now = _now()
        session[_BEGAN], session[_SEEN], session[_FRESH], session[_RIGHTS] = now, now, now, rights_stamp(user)
        session.set_expiry(idle_seconds(user))


def has_begun(session: SessionBase) -> bool:
    """Whether somebody has logged in in it."""
    return _BEGAN in session


def is_over(session: SessionBase, user: Any) -> str:
    """Why the session has ended ('' while it goes on): idle, age or rights."""
    now = _now()
    if now - session[_BEGAN] > LONGEST_SECONDS:
        return 'age'
    if now - session[_SEEN] > idle_seconds(user):
        return 'idle'
    return '' if session[_RIGHTS] == rights_stamp(user) else 'rights'


def touch(session: SessionBase) -> None:
    """The person is there."""
    session[_SEEN] = _now()


def refresh(session: SessionBase) -> None:
    """The password was given a moment ago."""
    session[_FRESH] = _now()


def is_fresh(session: SessionBase) -> bool:
    """Whether the password was given in the last five minutes."""
    given: float = session.get(_FRESH, 0)
    return 0 <= _now() - given <= FRESH_SECONDS


def restamp(session: SessionBase, user: Any) -> None:
    """The person has changed their own role just now, which ends no session of theirs but the others."""
    session[_RIGHTS] = rights_stamp(user)
