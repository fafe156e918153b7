"""What a code of the API means and what an integrator does about it, as the guide's tables say."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Advice:
    """What happened, what to do."""

    meaning: str
    todo: str


_ADVICE: Final[dict[int, Advice]] = {
    2000: Advice('ошибки в полях', 'исправьте поля и отправьте снова; повтор без изменений бесполезен'),
    3102: Advice('анкета не найдена', 'проверьте form_guid и partner_guid'),
    3103: Advice('предложение не найдено', 'возьмите guid из get_offers'),
    3104: Advice('договора ещё нет', 'сначала confirm_offer'),
    6009: Advice('состояние анкеты этого не позволяет', 'посмотрите таблицу состояний в руководстве'),
    6010: Advice(
        'состояние предложения этого не позволяет', 'чаще всего рано: договор не готов, не подписан, не оплачен'),
    6011: Advice('предложение – от другой вашей анкеты', 'передайте пару из одного ответа'),
    7000: Advice('неверный код из СМС', 'попросите клиента проверить код'),
    7001: Advice('СМС больше не отправить или ещё рано', 'подождите data.retry_after секунд или предложите отмену'),
    7002: Advice('код больше не действует', 'вызовите resend_sms_code'),
    7003: Advice('договор подписывается на бумаге', 'отправьте сканы подписанных страниц'),
    7004: Advice('кредитор не подтвердил договор', 'товар не отдавайте, предложите новую анкету'),
    7005: Advice('сканы проверяются', 'подождите get_scans_status и повторите'),
    400: Advice('тело – не один объект JSON', 'исправьте программу'),
    401: Advice('нет ключа или он не подходит', 'пришлите заголовок Authorization: Bearer с действующим ключом'),
    404: Advice('нет такого метода или файла', 'проверьте адрес и file_guid'),
    405: Advice('не тот HTTP-метод', 'нужный – в заголовке Allow'),
    413: Advice('тело слишком большое', 'уменьшите сканы или отправьте их по частям'),
    415: Advice('не application/json или тело сжато', 'исправьте заголовки'),
    416: Advice('в файле нет запрошенных байтов', 'запросите диапазон в пределах файла'),
    429: Advice('слишком часто', 'повторите через Retry-After секунд'),
    500: Advice('наша ошибка', 'повторите позже с теми же данными; не помогло – напишите в поддержку'),
    503: Advice('сервис занят', 'повторите через Retry-After секунд'),
}
_WRONG_PARTNER: Final = Advice(
    'партнёр не узнан', 'проверьте partner_guid; если он верен – вызов пришёл не с адреса из вашего списка')
_OTHER: Final = Advice('ошибка', 'посмотрите error_message ответа')


def advice_for(code: int, fields: str = '') -> Advice:
    """For a code of an answer that is not success; `fields` are the refused ones."""
    if code == 2000 and fields == 'partner_guid':
        return _WRONG_PARTNER
    return _ADVICE.get(code, _OTHER)
