"""People of each group with fixed names, to look at the workstation with their eyes. Development only."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction

from denimhub.demo.seed import ADMIN_PASSWORD
from partners.models import Partner
from partners.models_staff import PartnerStaff


@dataclass(frozen=True, slots=True)
class Person:
    """A log-in of one group."""

    username: str
    group: str
    last_name: str
    first_name: str


PEOPLE: Final = (
    Person('operator', 'operator', 'Климова', 'Ольга'),
    Person('supervisor', 'supervisor', 'Беляев', 'Сергей'),
    Person('supervisor2', 'supervisor', 'Ларина', 'Татьяна'),
    Person('auditor', 'auditor', 'Громов', 'Павел'),
    Person('security', 'security', 'Ершова', 'Вера'),
    Person('partner', 'partner', 'Нестеров', 'Илья'),
)


@transaction.atomic
def ensure_people(partner: Partner) -> list[str]:
    """Make who is missing and put back passwords and groups; the one of group `partner` is staff of this partner."""
    for person in PEOPLE:
        _ensure(person, partner)
    return [person.username for person in PEOPLE]


def _ensure(person: Person, partner: Partner) -> None:
    user, _created = get_user_model().objects.get_or_create(username=person.username)
    user.last_name, user.first_name = person.last_name, person.first_name
    user.email = f'{person.username}@demo.example'
    user.is_staff = user.is_active = True
    user.is_superuser = False
    if not user.check_password(ADMIN_PASSWORD):
        user.set_password(ADMIN_PASSWORD)
    user.save()
    group, _made = Group.objects.get_or_create(name=person.group)
    user.groups.set([group])
    if person.group == 'partner':
        PartnerStaff.objects.get_or_create(user=user, defaults={'partner': partner, 'invited_by': 'demo'})
