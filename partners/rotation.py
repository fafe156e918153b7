"""How the blind indexes of this room are computed anew when their keys rotate."""
from __future__ import annotations

from typing import Any

from partners.models_company import Invitation, Registration
from vault.blind import blind_index
from vault.rotation import register

EMAIL, ADDRESS = 'email', 'registration address'


def _of_registration(row: Registration) -> dict[str, Any]:
    contact: dict[str, Any] = row.contact
    return {'email_index': blind_index(contact['email'], EMAIL), 'address_index': blind_index(contact['ip'], ADDRESS)}


def _of_invitation(row: Invitation) -> dict[str, Any]:
    contact: dict[str, Any] = row.contact
    return {'email_index': blind_index(contact['email'], EMAIL)}


register(Registration, _of_registration)
register(Invitation, _of_invitation)
