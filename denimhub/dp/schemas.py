"""Bodies of the methods other than create_form: who asks, about which form, which offer."""
from __future__ import annotations

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError

from applications.questionnaire.absent import without_absent
from applications.questionnaire.objects import SCANS
from applications.questionnaire.problems import Problems
from applications.questionnaire.scans import ScanIn, decode_scans, take_texts
from applications.refusals import ValidationRefused


class Body(BaseModel):
    """A body whose types are strict; unknown keys are ignored, null and "" count as absent."""

    model_config = ConfigDict(extra='ignore', strict=True, frozen=True, hide_input_in_errors=True)

    @classmethod
    def read(cls, document: dict[str, Any]) -> Self:
        """The body out of the first look; raises ValidationRefused with all its problems."""
        problems = Problems()
        body = cls.check(document, problems)
        if body is None or problems:
            raise ValidationRefused(problems.by_path())
        return body

    @classmethod
    def check(cls, document: dict[str, Any], problems: Problems) -> Self | None:
        """The body, or None with what is wrong added to `problems`."""
        try:
            return cls.model_validate(without_absent(document))
        except ValidationError as trouble:
            problems.add_pydantic(trouble)
            return None


class PartnerCall(Body):
    partner_guid: str = Field(description='Уникальный идентификатор партнера')


class FormCall(PartnerCall):
    form_guid: str = Field(
        description='Уникальный идентификатор анкеты, полученный в ответе на запрос create_form')


class OfferCall(FormCall):
    offer_guid: str = Field(description='Уникальный идентификатор предложения')


class CodeCall(OfferCall):
    code: str = Field(description='Код подписания')


class ScansCall(OfferCall):
    """A body with scans; `files` are the decoded ones."""

    scans: SCANS = Field(description='Массив сканов, не более 20')
    _files: list[ScanIn] = PrivateAttr(default_factory=list)

    @property
    def files(self) -> list[ScanIn]:
        """The scans with their bytes; in `scans` only stand-ins are left."""
        return self._files

    @classmethod
    def check(cls, document: dict[str, Any], problems: Problems) -> Self | None:
        texts = take_texts(document)
        body = super().check(document, problems)
        files = decode_scans(document.get('scans'), texts, problems)
        if body is not None:
            body._files.extend(files)
        return body
