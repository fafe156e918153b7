"""The channels. A new one is one module and one line here."""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.conf import settings as django_settings
from django.utils.module_loading import import_string
from pydantic import ValidationError

from jobs.registry import assert_may_talk
from registries.delivery.base import ENVIRONMENT, Channel, Parcel, Receipt, Settings, in_clear
from registries.models_delivery import DeliveryTarget


class _Channels(Mapping[str, Channel]):
    """Each is loaded when it is first used: the libraries of S3 and SFTP are 20 MB of every process otherwise."""

    def __init__(self, paths: dict[str, str]) -> None:
        self._paths = paths
        self._loaded: dict[str, Channel] = {}

    def __getitem__(self, name: str) -> Channel:
        if name not in self._loaded:
            self._loaded[name] = import_string(self._paths[name])()
        return self._loaded[name]

    def __contains__(self, name: object) -> bool:
        return name in self._paths

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


CHANNELS: Mapping[str, Channel] = _Channels({
    'email': 'registries.delivery.by_email.EmailChannel', 'sftp': 'registries.delivery.by_sftp.SftpChannel',
    's3': 'registries.delivery.by_s3.S3Channel'})
_PREFIX = 'REGISTRY_SECRET_'
MOST_UNKNOWN: Final = 3
"""So often what may have arrived is brought again when the answer is lost; then a person looks."""


def bring(parcel: Parcel, target: DeliveryTarget) -> Receipt:
    """Carry files to an address, unless the lease is lost. Raises NotTaken, MayBeTaken or Refused."""
    channel = CHANNELS[target.channel]
    secrets = channel.secrets.model_validate(in_clear(target.secrets or {}, django_settings.REGISTRY_SECRETS))
    assert_may_talk()
    return channel.deliver(parcel, channel.settings.model_validate(target.settings), secrets)


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
