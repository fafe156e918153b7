"""JSON lines on standard error (standard output belongs to `--json`), UTC, with every personal thing masked.

Rooms log identifiers only; the masks here are the second net, for texts of exceptions and of libraries.
"""
import json
import logging
import re
import sys
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

import msgspec
import structlog

Event = MutableMapping[str, Any]
MASK = '***'
# Values under these names are never written, whatever they are.
SECRET_NAMES = frozenset({
    'phone', 'mobile_phone', 'passport', 'passport_series', 'passport_number', 'first_name', 'last_name',
    'middle_name', 'email', 'snils', 'inn', 'birth_date', 'sms_code', 'password', 'secret', 'token', 'authorization',
    'signature', 'cookie', 'body', 'questionnaire', 'partner_guid', 'file_content', 'text',
})
_PHONE = re.compile(r'(?<![\w.-])(?:\+?7|8)[ (-]*9\d\d[ )-]*\d{3}[ -]*\d\d[ -]*(\d\d)(?!\w)')
_PASSPORT = re.compile(r'(?<![\w.-])(\d\d) ?\d\d ?\d{4}(\d\d)(?!\w)')
_EMAIL = re.compile(r'\b([\w.+-])[\w.+-]*@([\w-])[\w-]*(?:\.[\w-]+)+')
_BASE64 = re.compile(r'[A-Za-z0-9+/]{120,}={0,2}')
_PARTNER_IN_QUERY = re.compile(r'(partner_guid=)[^&\s"\']+')
# Nothing to mask can be in such a text, and most values of a line are such; the second kind is an id of a request.
_PLAIN = re.compile(r'[A-Za-z_/. -]{0,119}|[0-9a-f]{32}')
_DATABASE_DETAIL = re.compile(r'^DETAIL:.*$', re.MULTILINE)  # PostgreSQL quotes the values of the row there


def mask_text(text: str) -> str:
    """Phones, passports, e-mails, base64, partner guids in queries and values quoted by the database, masked."""
    if _PLAIN.fullmatch(text):
        return text
    text = _DATABASE_DETAIL.sub('DETAIL: ***', text)
    text = _PARTNER_IN_QUERY.sub(r'\1***', text)
    text = _BASE64.sub('<base64>', text)
    text = _PHONE.sub(r'+7 9** *** ** \1', text)
    text = _PASSPORT.sub(r'\1** ****\2', text)
    return _EMAIL.sub(r'\1***@\2***', text)


def mask_event(_logger: Any, _method: str, event: Event) -> Event:
    """structlog processor: drop what a name gives away, mask what a text holds."""
    for name, value in event.items():
        if name in SECRET_NAMES:
            event[name] = MASK
        elif type(value) is not int and type(value) is not float:
            event[name] = _masked(value)
    return event


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return mask_text(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(name): MASK if name in SECRET_NAMES else _masked(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked(inner) for inner in value]
    return mask_text(str(value))


def has_traceback(record: logging.LogRecord) -> bool:
    """Of Django's lines about 5xx only those with an exception say more than our own line per request."""
    return bool(record.exc_info)


def _without_celery_arguments(_logger: Any, _method: str, event: Event) -> Event:
    event.pop('data', None)
    return event


_encode = msgspec.json.Encoder(enc_hook=repr).encode


def render(_logger: Any, _method: str, event: Event) -> str:
    """structlog processor: the line as JSON; what JSON does not know is written as Python would show it."""
    try:
        return _encode(event).decode()
    except (UnicodeEncodeError, TypeError):  # half a surrogate pair, or an odd key
        return json.dumps(event, ensure_ascii=True, default=repr, skipkeys=True)


_SHARED: list[Callable[..., Any]] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.format_exc_info,  # a plain traceback: no local variables
]
_TAIL: list[Callable[..., Any]] = [
    mask_event,
    structlog.processors.TimeStamper(fmt='iso', utc=True),  # after the masks, which would look for phones in it
    render,
]


def _line_logger(*_: Any) -> structlog.WriteLogger:
    return structlog.WriteLogger(sys.stderr)


def configure_structlog(level: str) -> None:
    """Our own loggers write at once, past the standard library, which costs a third as much."""
    structlog.configure(
        processors=[*_SHARED, *_TAIL], logger_factory=_line_logger, cache_logger_on_first_use=False,
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)))


def logging_settings(level: str) -> dict[str, Any]:
    """Django's LOGGING: the lines of libraries get the same form and the same masks."""
    return {
        'version': 1, 'disable_existing_loggers': False,
        'formatters': {'json': {
            '()': structlog.stdlib.ProcessorFormatter,
            'foreign_pre_chain': [structlog.stdlib.add_logger_name, *_SHARED],
            'processors': [structlog.stdlib.ProcessorFormatter.remove_processors_meta, _without_celery_arguments,
                           *_TAIL],
        }},
        'filters': {'has_traceback': {'()': 'django.utils.log.CallbackFilter', 'callback': has_traceback}},
        'handlers': {'stderr': {'class': 'logging.StreamHandler', 'formatter': 'json'}},
        'root': {'handlers': ['stderr'], 'level': 'WARNING'},
        'loggers': {
            'django': {'handlers': ['stderr'], 'level': 'WARNING', 'propagate': False},
            # RequestLog writes one line per request; Django's own would repeat it with the whole path.
            'django.request': {
                'handlers': ['stderr'], 'level': 'ERROR', 'propagate': False, 'filters': ['has_traceback']},
            'celery': {'handlers': ['stderr'], 'level': level, 'propagate': False},
            # One INFO line per task names its arguments; ids only, but our own lines say more.
            'celery.app.trace': {'level': 'WARNING'},
            'celery.worker.strategy': {'level': 'WARNING'},
            '_granian': {'handlers': ['stderr'], 'level': 'INFO', 'propagate': False},
        },
    }
