"""Where a developer reads the SMS that no gateway was given."""
from __future__ import annotations

from contracts.selectors import newest_code_text
from denimhub.demo.till import code_of


def newest_code(phone: str) -> str | None:
    """The signing code of the newest SMS to this phone, or None when none came yet."""
    text = newest_code_text(phone)
    return None if text is None else code_of(text)
