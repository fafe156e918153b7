"""The client's phone: what it must be, and as it is counted over all forms and partners, also while keys rotate."""
from __future__ import annotations

from applications.models import Application
from applications.questionnaire.phones import mobile_phone
from vault.blind import blind_indexes


def phone_indexes(application: Application) -> list[bytes]:
    """Blind indexes of the form's phone under every key, the primary first."""
    return blind_indexes(application.questionnaire['mobile_phone'], 'phone')


def is_russian_mobile(phone: str) -> bool:
    """Whether a phone in E.164 lies in the ranges of Russian mobiles."""
    return mobile_phone(phone) == phone
