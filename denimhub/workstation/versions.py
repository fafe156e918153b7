"""What runs here: the release and the libraries that matter when somebody asks for help."""
from __future__ import annotations

import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Final

_NAMES: Final = ('Django', 'psycopg', 'celery', 'django-unfold', 'pydantic', 'reportlab')


@cache
def versions() -> dict[str, str]:
    """Names and versions; what is not installed is left out."""
    found = {'python': platform.python_version()}
    for name in _NAMES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
