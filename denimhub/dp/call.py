"""What a dp method knows of the call besides its body."""
from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType
from typing import Any, cast

from denimhub.dp.schemas import Body


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a dp method: id of the request, language of the answer (`ru` or `en`), address of the caller."""

    request_id: str
    language: str
    ip: str


@dataclass(frozen=True, slots=True)
class Method:
    """One POST method of the API: its name on the wire, its file, the largest body it takes in bytes."""

    name: str
    module: ModuleType
    limit_bytes: int
    is_upload: bool = False

    @property
    def summary(self) -> str:
        return cast(str, self.module.SUMMARY)

    @property
    def request(self) -> type[Body]:
        return cast(type[Body], self.module.Request)

    def perform(self, call: Call, document: dict[str, Any]) -> dict[str, Any]:
        """Validates the parsed body and lets the method answer; refusals come out as exceptions."""
        body = self.request.read(document)
        return cast(dict[str, Any], self.module.handle(call, body))
