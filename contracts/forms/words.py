"""Sums, dates and percents the way Russian documents write them, in digits and in words. Pure."""
from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from num2words import num2words

NBSP = '\u00a0'
_MONTHS = (
    'января', 'февраля', 'марта', 'апреля', 'мая', 'июня', 'июля', 'августа', 'сентября', 'октября', 'ноября',
    'декабря',
)
_TERM_UNITS = {
    'day': ('день', 'дня', 'дней'), 'week': ('неделя', 'недели', 'недель'), 'month': ('месяц', 'месяца', 'месяцев'),
}
_FRACTIONS = {1: 'десятая десятых', 2: 'сотая сотых', 3: 'тысячная тысячных'}


def plural(number: int, one: str, few: str, many: str) -> str:
    """The form of a noun that Russian wants after `number`: 1 рубль, 2 рубля, 5 рублей."""
    number = abs(number)
    if number % 10 == 1 and number % 100 != 11:
        return one
    return few if number % 10 in {2, 3, 4} and number % 100 not in {12, 13, 14} else many


def digits(number: int) -> str:
    """Digits in groups of three, held together by no-break spaces."""
    return f'{number:,}'.replace(',', NBSP)


def money(kopecks: int) -> str:
    """`1 234 567,05`: rubles and kopecks."""
    sign = '−' if kopecks < 0 else ''
    rubles, rest = divmod(abs(kopecks), 100)
    return f'{sign}{digits(rubles)},{rest:02d}'


def rubles(kopecks: int) -> str:
    """`1 234 567,05 руб.`"""
    return f'{money(kopecks)}{NBSP}руб.'


def money_words(kopecks: int) -> str:
    """`двенадцать рублей 05 копеек`: rubles in words, kopecks in digits, as contracts write sums."""
    whole, rest = divmod(kopecks, 100)
    return (
        f'{num2words(whole, lang="ru")} {plural(whole, "рубль", "рубля", "рублей")} '
        f'{rest:02d} {plural(rest, "копейка", "копейки", "копеек")}'
    )


def money_full(kopecks: int) -> str:
    """Digits, then words in brackets."""
    words = money_words(kopecks)
    return f'{rubles(kopecks)} ({words[0].upper()}{words[1:]})'


def percent(rate: Decimal) -> str:
    """`23,900`: three decimals, as the law wants the full cost."""
    return f'{rate.quantize(Decimal("0.001"), ROUND_HALF_UP)}'.replace('.', ',')


def percent_words(rate: Decimal) -> str:
    """`двадцать три целых девятьсот тысячных процента`."""
    whole, thousandths = divmod(int((rate * 1000).to_integral_value(ROUND_HALF_UP)), 1000)
    if not thousandths:
        return f'{num2words(whole, lang="ru")} {plural(whole, "процент", "процента", "процентов")}'
    digits_count, part = 3, thousandths
    while part % 10 == 0:
        digits_count, part = digits_count - 1, part // 10
    one, many = _FRACTIONS[digits_count].split()
    return (
        f'{num2words(whole, lang="ru", gender="f")} {plural(whole, "целая", "целых", "целых")} '
        f'{num2words(part, lang="ru", gender="f")} {plural(part, one, many, many)} процента'
    )


def day(value: date) -> str:
    """`05.11.2026`."""
    return value.strftime('%d.%m.%Y')


def day_words(value: date) -> str:
    """`«05» ноября 2026 г.`"""
    return f'«{value.day:02d}»{NBSP}{month_words(value)}{NBSP}{value.year}{NBSP}г.'


def month_words(value: date) -> str:
    """`ноября`: the month of a date, in the genitive."""
    return _MONTHS[value.month - 1]


def term(value: int, unit: str) -> str:
    """`12 месяцев`; units are the wire's day, week, month."""
    return f'{value}{NBSP}{plural(value, *_TERM_UNITS[unit])}'


def phone(value: str) -> str:
    """`+7 900 123-45-67` for a Russian number in E.164; anything else as it is."""
    if len(value) == len('+79001234567') and value.startswith('+7'):
        return f'+7{NBSP}{value[2:5]}{NBSP}{value[5:8]}-{value[8:10]}-{value[10:]}'
    return value
