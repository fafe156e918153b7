"""Consents that the client gives before scoring: personal data, credit history."""
from __future__ import annotations

from typing import Any

from reportlab.platypus import Flowable, Spacer

from contracts.forms.contract import client_lines
from contracts.forms.data import ConsentForm, LenderParty, SigningWay
from contracts.forms.sheet import (
    BODY,
    CELL_CENTER,
    TITLE,
    clean,
    grid,
    header_row,
    markup,
    print_form,
    signature,
    style,
    text,
)
from contracts.forms.words import day, day_words, money_full, phone

PERSONAL_DATA_FILE_NAME = 'Согласие на обработку персональных данных.pdf'
CREDIT_BUREAU_FILE_NAME = 'Согласие на запрос кредитной истории.pdf'

_PERSONAL_DATA = (
    ('<b>1. Цель обработки.</b> Рассмотрение моей анкеты, принятие решения о заключении договора потребительского '
    'кредита (займа) или договора об оплате товара частями, заключение и исполнение такого договора, сообщение мне о '
    'ходе рассмотрения.'),
    ('<b>2. Перечень данных.</b> Фамилия, имя, отчество (в том числе прежние); пол; дата и место рождения; данные '
    'документов, удостоверяющих личность; ИНН, СНИЛС; адреса регистрации и проживания; номера телефонов, адрес '
    'электронной почты; семейное положение; сведения об образовании, занятости, доходах, расходах, имуществе и '
    'обязательствах; изображения документов и моя фотография; сведения о приобретаемых товарах.'),
    ('<b>3. Действия с данными.</b> Сбор, запись, систематизация, накопление, хранение, уточнение (обновление, '
    'изменение), извлечение, использование, передача (предоставление, доступ) лицам, указанным в таблице, '
    'блокирование, удаление и уничтожение, с использованием средств автоматизации и без них.'),
    ('<b>4. Срок.</b> Согласие действует пять лет со дня подписания, а если договор заключён — до исполнения всех '
    'обязательств по нему и далее в течение срока хранения, установленного законом.'),
    ('<b>5. Отзыв.</b> Я могу отозвать согласие письменным заявлением любому из операторов по его адресу или письмом '
    'на адрес support@denumtech.ru. После отзыва обработка прекращается, кроме случаев, когда закон её требует или '
    'допускает без согласия.'),
    ('Мне разъяснены мои права субъекта персональных данных, предусмотренные Федеральным законом от 27.07.2006 '
    '№\u00a0152-ФЗ «О персональных данных». Согласие даю свободно, своей волей и в своём интересе.'),
)
_CREDIT_BUREAU = (
    ('<b>1. Основание и цель.</b> На основании части 9 статьи 6 Федерального закона от 30.12.2004 №\u00a0218-ФЗ «О '
    'кредитных историях» даю согласие лицам, указанным в таблице (пользователям кредитной истории), на получение из '
    'любого бюро кредитных историй основной части моей кредитной истории для проверки сведений анкеты и принятия '
    'решения о заключении со мной договора потребительского кредита (займа) или договора об оплате товара частями.'),
    ('<b>2. Срок.</b> Согласие действует шесть месяцев со дня его оформления. Если в этот срок договор заключён, '
    'согласие сохраняет силу в течение всего срока действия договора.'),
    ('<b>3. Передача сведений.</b> Мне известно, что кредитор передаёт сведения о заявлении, решении и договоре в бюро '
    'кредитных историй в случаях и порядке, установленных законом.'),
    ('<b>4. Отказ.</b> Мне известно, что я вправе не давать согласия, а данное согласие — отозвать до заключения '
    'договора.'),
)


def render_consent_personal_data(form: ConsentForm) -> bytes:
    """Print the consent to the processing of personal data (article 9 of 152-FZ)."""
    return _render(
        form, title=f'Согласие на обработку персональных данных от {day(form.made_on)}',
        heading='СОГЛАСИЕ НА ОБРАБОТКУ ПЕРСОНАЛЬНЫХ ДАННЫХ', role='Операторы персональных данных',
        opening='даю согласие на обработку моих персональных данных лицам, указанным в таблице, на следующих условиях.',
        clauses=_PERSONAL_DATA, seller_too=True)


def render_consent_credit_bureau(form: ConsentForm) -> bytes:
    """Print the consent to a request of the credit history (article 6 of 218-FZ)."""
    return _render(
        form, title=f'Согласие на запрос кредитной истории от {day(form.made_on)}',
        heading='СОГЛАСИЕ НА ЗАПРОС КРЕДИТНОЙ ИСТОРИИ', role='Пользователи кредитной истории',
        opening='даю согласие на получение сведений, составляющих мою кредитную историю, на следующих условиях.',
        clauses=_CREDIT_BUREAU, seller_too=False)


def _render(
    form: ConsentForm, *, title: str, heading: str, role: str, opening: str, clauses: tuple[str, ...], seller_too: bool,
) -> bytes:
    by_sms = form.signing == SigningWay.SMS
    lines = client_lines(form.client)
    about = f'Я, <b>{clean(lines[0])}</b>{"".join(f", {clean(_lower(line))}" for line in lines[1:])}, {opening}'
    story: list[Flowable] = [
        text(heading, TITLE), text(day_words(form.made_on), style('made', alignment=2, spaceAfter=8)), markup(about),
        *([text(f'Запрашиваемая сумма: {money_full(form.loan)}', BODY)] if form.loan else []),
        Spacer(0, 2), _organisations(form, role, seller_too=seller_too), Spacer(0, 8),
        *[markup(clause) for clause in clauses],
        signature(form.client.full_name if by_sms else form.client.short_name, phone(form.client.phone), by_sms=by_sms,
                  role='Клиент'),
    ]
    return print_form(story, title=title, author='DenimHub')


def _organisations(form: ConsentForm, role: str, *, seller_too: bool) -> Flowable:
    rows: list[list[Any]] = [header_row('№', role, 'Адрес и реквизиты')]
    parties = list(form.lenders)
    if seller_too:
        parties.append(LenderParty(name=form.seller.name, details='продавец товаров: принял анкету и передал её'))
    for number, party in enumerate(parties, 1):
        about = ', '.join(part for part in (party.address, party.details) if part)
        rows.append([text(str(number), CELL_CENTER), text(party.title), text(about or '—')])
    return grid(rows, (8, 70, 100))


def _lower(line: str) -> str:
    return line[0].lower() + line[1:]
