"""The client's phone as it is counted: over all forms and partners, also while index keys rotate."""
from __future__ import annotations

from applications.models import Application
from vault.blind import blind_indexes


def phone_indexes(application: Application) -> list[bytes]:
    """Blind indexes of the form's phone under every key, the primary first."""
    return blind_indexes(application.questionnaire['mobile_phone'], 'phone')
