"""The channels. A new one is one module and one line here."""
from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from registries.delivery.base import ENVIRONMENT, Channel, Settings
from registries.delivery.by_email import EmailChannel
from registries.delivery.by_s3 import S3Channel
from registries.delivery.by_sftp import SftpChannel

CHANNELS: dict[str, Channel] = {'email': EmailChannel(), 'sftp': SftpChannel(), 's3': S3Channel()}
_PREFIX = 'REGISTRY_SECRET_'


def problem_of(channel: str, settings: Any, secrets: Any) -> str:
    """Why a target cannot be used as described, empty when it can; values of secrets are never repeated."""
    if channel not in CHANNELS:
        return f'channel: {", ".join(CHANNELS)}'
    one = CHANNELS[channel]
    problem = _problem(one.settings, settings) or _problem(one.secrets, secrets)
    if not problem:
        foreign = [key for key, value in secrets.items()
                   if value.startswith(ENVIRONMENT) and not value.removeprefix(ENVIRONMENT).startswith(_PREFIX)]
        problem = f'{", ".join(foreign)}: env:{_PREFIX}…' if foreign else ''
    return problem


def _problem(model: type[Settings], values: Any) -> str:
    try:
        model.model_validate(values)
    except ValidationError as error:
        return '; '.join(
            f'{".".join(map(str, found["loc"])) or model.__name__}: {found["msg"]}'
            for found in error.errors(include_input=False, include_url=False))
    return ''
