"""System checks of the key sets: each opens, for its own purpose."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from django.core.checks import CheckMessage, Error, Warning  # noqa: A004 - Django's own name

from vault import keys, rotation
from vault.keysets import BadKeySet, Purpose

_OPENERS: Final[dict[Purpose, Callable[[], Any]]] = {
    'AEAD': keys.aead_primitive,
    'FILE': keys.streaming_primitive,
    'INDEX': keys.index_prf,
    'HASH': keys.hash_prf,
    'SIGN': keys.signer,
}


def check_key_sets(app_configs: Sequence[Any] | None, **_: Any) -> list[CheckMessage]:
    """vault.E003: a key set that is set but does not open. vault.W001: one key set serves two purposes."""
    found: list[CheckMessage] = []
    seen: dict[str, str] = {}
    for purpose, opener in _OPENERS.items():
        name, text = keys.SETTINGS[purpose], keys.key_set(purpose)
        if not text:
            continue
        try:
            opener()
        except BadKeySet as error:
            found.append(Error(
                f'{name}: {error}.', hint=f'Set {name} to the line that `manage.py vault_keys new` prints for it.',
                id='vault.E003'))
        if text in seen:
            found.append(Warning(
                f'{name} is the same key set as {seen[text]}.', hint='Give each purpose keys of its own.',
                id='vault.W001'))
        seen[text] = name
    return found


def check_rotation(app_configs: Sequence[Any] | None, **_: Any) -> list[CheckMessage]:
    """vault.W002: a model with blind indexes that a rotation of the index keys would leave behind."""
    return [
        Warning(
            f'{model._meta.label} has a blind index that a rotation of VAULT_INDEX_KEYS does not recompute.',
            hint='Call vault.rotation.register(model, indexes) in the AppConfig.ready of its room.', obj=model,
            id='vault.W002')
        for model in rotation.indexed_models() if not rotation.is_registered(model)]
