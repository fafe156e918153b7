"""The models that check a form: one per mode, all made from the one table of fields."""
from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from applications.questionnaire.fields import FIELDS
from applications.questionnaire.marks import Mode
from applications.questionnaire.objects import object_type

_TITLES = {
    Mode.POS_ONLINE: 'FormPosOnline', Mode.POS_OFFLINE: 'FormPosOffline', Mode.BNPL: 'FormBnpl',
    Mode.BNPL_LARGE: 'FormBnplLarge', Mode.UNKNOWN: 'FormOfAnyKind',
}
FORMS: dict[Mode, TypeAdapter[dict[str, Any]]] = {
    mode: TypeAdapter(object_type(title, FIELDS, mode)) for mode, title in _TITLES.items()}
VALIDATORS = {mode: form.validator for mode, form in FORMS.items()}
