"""What a person is told when a setting of a partner cannot be what they asked for."""
from __future__ import annotations


class NotPossible(Exception):
    """The text is for the person, in their language; nothing was changed."""
