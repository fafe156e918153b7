"""How the blind indexes of applications are computed anew when their keys rotate."""
from __future__ import annotations

from typing import Any

from applications.models import Application
from applications.services import indexes_of
from vault.rotation import register


def _indexes(application: Application) -> dict[str, Any]:
    return dict(indexes_of(application.questionnaire))


register(Application, _indexes)
