"""What may stand in a log line."""
import io
import json
import logging
import sys
from decimal import Decimal

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from denimhub.conf.logs import logging_settings, mask_event, mask_text


@pytest.mark.parametrize(('text', 'masked'), [
    ('позвонить +79161234567', 'позвонить +7 9** *** ** 67'),
    ('8 (916) 123-45-67', '+7 9** *** ** 67'),
    ('Key (phone)=(79161234567)', 'Key (phone)=(+7 9** *** ** 67)'),
    ('passport 4509 123456', 'passport 45** ****56'),
    ('45 09 123456', '45** ****56'),
    ('ivan.petrov@mail.example.ru wrote', 'i***@m*** wrote'),
    ('GET /dp/get_file?partner_guid=0f8fad5b-d9cb-469f-a165-70867728950e&file_guid=x',
     'GET /dp/get_file?partner_guid=***&file_guid=x'),
    ('duplicate key\nDETAIL:  Key (name)=(Иван) exists.\nCONTEXT: x', 'duplicate key\nDETAIL: ***\nCONTEXT: x'),
    ('A' * 200 + '==', '<base64>'),
    ('0f8fad5b-d9cb-469f-a165-708677289501', '0f8fad5b-d9cb-469f-a165-708677289501'),
    ('2026-11-24T03:05:06.123456Z', '2026-11-24T03:05:06.123456Z'),
    ('submission 12', 'submission 12'),
])
def test_texts_are_masked(text: str, masked: str) -> None:
    assert mask_text(text) == masked


def test_values_under_telling_names_are_dropped() -> None:
    event = mask_event(None, 'info', {
        'event': 'x', 'phone': '+79161234567', 'sms_code': 123456, 'attempts': 2,
        'inside': [{'passport': '4509 123456', 'note': 'call 89161234567'}]})
    assert event == {
        'event': 'x', 'phone': '***', 'sms_code': '***', 'attempts': 2,
        'inside': [{'passport': '***', 'note': 'call +7 9** *** ** 67'}]}


def test_our_own_line_is_json_with_time_and_level(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.contextvars.clear_contextvars()
    structlog.get_logger('x').info('submitted', submission='0f8fad5b-d9cb-469f-a165-708677289501')
    line = json.loads(capsys.readouterr().err)
    assert line.pop('timestamp').endswith('Z')
    assert line == {'event': 'submitted', 'submission': '0f8fad5b-d9cb-469f-a165-708677289501', 'level': 'info'}


def test_a_traceback_of_a_library_is_masked_and_has_no_locals(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    settings = logging_settings('INFO')['formatters']['json']
    handler = logging.StreamHandler(written)
    handler.setFormatter(settings['()'](**{name: value for name, value in settings.items() if name != '()'}))
    logger = logging.getLogger('some.library')
    monkeypatch.setattr(logger, 'handlers', [handler])
    try:
        client_name = 'Пётр'
        raise ValueError('bad phone +79161234567')
    except ValueError:
        logger.exception('failed for %s', 'ivan@example.ru', exc_info=sys.exc_info())
    line = json.loads(written.getvalue())
    assert line['event'] == 'failed for i***@e***'
    assert line['logger'] == 'some.library'
    assert 'bad phone +7 9** *** ** 67' in line['exception']
    assert client_name not in written.getvalue().replace("client_name = 'Пётр'", '')


@pytest.mark.parametrize('value', ['\ud83d half', Decimal('1.5'), {'a'}], ids=['surrogate', 'decimal', 'set'])
def test_a_line_is_written_whatever_it_holds(value: object, capsys: pytest.CaptureFixture[str]) -> None:
    structlog.get_logger('x').info('odd', value=value)
    assert json.loads(capsys.readouterr().err)['event'] == 'odd'


@given(number=st.from_regex(r'[0-9a-f]{32}', fullmatch=True))
def test_an_id_of_a_request_holds_nothing_to_mask(number: str) -> None:
    assert mask_text(number) == number == mask_text(f'{number}.')[:-1]
