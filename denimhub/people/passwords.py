"""What a password must be besides long and uncommon."""
from __future__ import annotations

import re
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LONGEST: Final = 128
WORDS: Final = ('denimhub', 'denim', 'деним', 'admin', 'password', 'пароль', 'qwerty', 'йцукен', 'operator', 'оператор')
LEAST_OTHER: Final = 8


class LongestValidator:
    """A bound for the hash, not for people: a sentence fits."""

    def validate(self, password: str, user: Any = None) -> None:
        """At most 128 characters."""
        if len(password) > LONGEST:
            raise ValidationError(self.get_help_text(), code='password_too_long')

    def get_help_text(self) -> str:
        """For the form."""
        return _('At most 128 characters')


class ContextValidator:
    """Refuses what is made of our own words and digits: denimhub-demo-2026."""

    def validate(self, password: str, user: Any = None) -> None:
        """Eight letters must be left without those words, when one of them is there."""
        text = password.lower()
        found = [word for word in WORDS if word in text]
        for word in found:
            text = text.replace(word, '')
        if found and len(re.sub(r'[\W\d_]', '', text)) < LEAST_OTHER:
            raise ValidationError(_('The password is made of words that everybody would try first'),
                                  code='password_of_context')

    def get_help_text(self) -> str:
        """For the form."""
        return _('Not the name of the service with a few digits')
