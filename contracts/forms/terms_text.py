"""The sixteen individual terms of a consumer loan, in the order and wording of the Bank of Russia's table. Pure."""
from __future__ import annotations

from contracts.forms.data import ContractForm, FormKind, SigningWay, Terms
from contracts.forms.schedule import Payment
from contracts.forms.words import day, money_full, percent, percent_words, phone, plural, rubles, term

PERIODS = {'day': 'ежедневно', 'week': 'еженедельно', 'month': 'ежемесячно'}
NOT_APPLICABLE = 'Не применимо'
FINE = (
    'Неустойка 0,05 % от суммы просроченного платежа за каждый день просрочки (не более 20 % годовых); '
    'проценты на просроченный долг за период начисления неустойки продолжают начисляться.'
)


def individual_terms(form: ContractForm, payments: tuple[Payment, ...], step: int) -> list[tuple[str, str, str]]:
    """Number, condition, content of every line of the table."""
    terms = form.terms
    return [
        ('1', 'Сумма кредита (займа) или лимит кредитования и порядок его изменения', _loan(terms)),
        ('2', 'Срок действия договора, срок возврата кредита (займа)',
         ('Договор действует до полного исполнения обязательств. Срок возврата — '
         f'{term(terms.term_value, terms.term_unit)}, не позднее {day(payments[-1].due_on)}.')),
        ('3', 'Валюта, в которой предоставляется кредит (заём)', 'Российский рубль'),
        ('4', 'Процентная ставка (процентные ставки) в процентах годовых или порядок её (их) определения',
         _rate(terms)),
        ('5', 'Порядок определения курса иностранной валюты при переводе денежных средств кредитором третьему лицу',
         NOT_APPLICABLE),
        ('6', 'Количество, размер и периодичность (сроки) платежей заёмщика по договору',
         _payments(terms, payments, step)),
        ('7', 'Порядок изменения количества, размера и периодичности платежей при частичном досрочном возврате',
         ('Размер платежей не меняется, их количество уменьшается; по заявлению Заёмщика сохраняется срок и '
         'уменьшается размер платежа. Новый график передаётся Заёмщику.')),
        ('8', 'Способы исполнения заёмщиком обязательств по договору; бесплатный способ',
         ('Банковский перевод, перевод через Систему быстрых платежей, оплата картой на сайте Кредитора. '
         'Бесплатный способ — перевод через Систему быстрых платежей.')),
        ('9', 'Обязанность заёмщика заключить иные договоры', 'Отсутствует'),
        ('10', 'Обязанность заёмщика по предоставлению обеспечения исполнения обязательств', 'Отсутствует'),
        ('11', 'Цели использования заёмщиком потребительского кредита (займа)',
         f'Оплата товаров, приобретаемых у продавца {quoted(form.seller.name)} по перечню ниже.'),
        ('12', 'Ответственность заёмщика за ненадлежащее исполнение условий договора, размер неустойки', FINE),
        ('13', 'Условие об уступке кредитором третьим лицам прав (требований) по договору',
         'Уступка допускается лицам, указанным в законе. Заёмщик вправе запретить уступку до подписания договора.'),
        ('14', 'Согласие заёмщика с общими условиями договора',
         'Заёмщик ознакомлен с общими условиями договора и согласен с ними.'),
        ('15', 'Услуги, оказываемые кредитором за отдельную плату, их цена и согласие заёмщика на их оказание',
         _services(terms)),
        ('16', 'Способ обмена информацией между кредитором и заёмщиком', _contacts(form)),
    ]


def instalment_terms(form: ContractForm, payments: tuple[Payment, ...], step: int) -> list[tuple[str, str, str]]:
    """The shorter table of a purchase paid in parts."""
    terms = form.terms
    return [
        ('1', 'Цена товаров', money_full(terms.price)),
        ('2', 'Сумма, уплачиваемая частями', money_full(terms.loan)),
        ('3', 'Срок', f'{term(terms.term_value, terms.term_unit)}, не позднее {day(payments[-1].due_on)}'),
        ('4', 'Проценты и плата за рассрочку', _rate(terms) if terms.rate else
         'Не взимаются: цена товара при оплате частями и без неё одинакова.'),
        ('5', 'Количество, размер и сроки платежей', _payments(terms, payments, step)),
        ('6', 'Досрочный возврат', 'В любой день полностью или частично, без платы и предварительного уведомления.'),
        ('7', 'Ответственность Заёмщика за просрочку', FINE),
        ('8', 'Товары и продавец', f'Продавец — {quoted(form.seller.name)}, перечень товаров ниже.'),
        ('9', 'Способ обмена информацией', _contacts(form)),
    ]


def terms_of(form: ContractForm, payments: tuple[Payment, ...], step: int) -> list[tuple[str, str, str]]:
    """The table that belongs to the kind of the product."""
    build = instalment_terms if form.kind == FormKind.BNPL else individual_terms
    return build(form, payments, step)


def agreement_words(form: ContractForm) -> str:
    """How this contract comes into force, by the way it is signed."""
    if form.signing == SigningWay.PAPER:
        return 'Договор составлен в двух экземплярах, по одному для каждой стороны, и заключён с момента подписания.'
    return (
        'Договор составлен в форме электронного документа и заключён с момента его подписания Заёмщиком простой '
        'электронной подписью; экземпляр договора доступен Заёмщику у Кредитора и в точке продажи.'
    )


def quoted(name: str) -> str:
    """A name in quotation marks, unless it has its own."""
    return name if '«' in name or '"' in name else f'«{name}»'


def _contacts(form: ContractForm) -> str:
    email = f', письма на {form.client.email}' if form.client.email else ''
    return f'СМС и звонки на номер {phone(form.client.phone)}{email}.'


def _loan(terms: Terms) -> str:
    parts = [f'{money_full(terms.loan)}.']
    insurance = terms.life_insurance_sum + terms.work_insurance_sum
    if insurance:
        parts.append(f'В том числе на оплату страховых премий {rubles(insurance)}')
    parts.append('Лимит кредитования не устанавливается.')
    return ' '.join(parts)


def _rate(terms: Terms) -> str:
    words = percent_words(terms.rate)
    return f'{percent(terms.rate)} % годовых ({words}). Ставка не меняется весь срок договора.'


def _payments(terms: Terms, payments: tuple[Payment, ...], step: int) -> str:
    unit = terms.regular_period_type
    pace = PERIODS[unit] if step == 1 else f'каждые {term(step, unit)}'
    count = len(payments)
    many = plural(count, 'платёж', 'платежа', 'платежей')
    words = f'{count} {many} {pace}, по {rubles(terms.regular_payment_amount)}'
    if payments[-1].amount != terms.regular_payment_amount:
        words += f', последний — {rubles(payments[-1].amount)}'
    return f'{words} Первый платёж — {day(payments[0].due_on)}. Даты и суммы — в графике платежей.'


def _services(terms: Terms) -> str:
    bought = [
        f'{name} — {rubles(amount)}' for name, amount in (
            ('страхование жизни', terms.life_insurance_sum), ('страхование от потери работы', terms.work_insurance_sum),
        ) if amount]
    if not bought:
        return 'Отсутствуют'
    words = '; '.join(bought)
    return (
        f'{words[0].upper()}{words[1:]} Услуги оказываются по отдельному заявлению Заёмщика; от них можно отказаться '
        'в течение 30 календарных дней с возвратом уплаченного.'
    )
