"""Objects of the answers, to the letter of the document: Offer, File, Contract, Payment, ScanStatus."""
from __future__ import annotations

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from applications.vocabulary import PaymentState, ScanStatus, ScanType, TermUnit

MOSCOW = ZoneInfo('Europe/Moscow')

Kopecks = Annotated[int, Field(ge=0)]
Percent = Annotated[float, Field(ge=0, description='Проценты годовых, не более трёх знаков после запятой')]


class Shape(BaseModel):
    """Shape of an answer or of an object in it: what is documented and nothing else."""

    model_config = ConfigDict(extra='forbid')


class Nothing(Shape):
    """Always an empty object."""


class File(Shape):
    file_guid: str = Field(description='Уникальный идентификатор файла для скачивания')
    file_name: str = Field(description='Имя файла')


class Offer(Shape):
    guid: str = Field(description='Уникальный идентификатор предложения')
    name: str = Field(description='Наименование кредитного предложения (продукта)')
    initial_payment: Kopecks = Field(description='Сумма первоначального взноса в копейках')
    amount: Kopecks = Field(description='Сумма займа в копейках')
    life_insurance_sum: Kopecks = Field(description='Сумма страховки жизни в копейках')
    work_insurance_sum: Kopecks = Field(description='Сумма страховки от потери работы в копейках')
    term_value: int = Field(ge=1, description='Срок кредита')
    term_unit: TermUnit = Field(description='Тип срока кредита')
    regular_payment_amount: Kopecks = Field(description='Сумма платежа в копейках')
    regular_period_type: TermUnit = Field(description='Тип срока регулярных платежей')
    rate: Percent = Field(description='Процентная ставка, % годовых')


class Contract(Shape):
    number: str | None = Field(None, description='Номер договора (только pos)')
    effective_rate: Percent | None = Field(None, description='Ставка (только pos)')
    amount: Kopecks = Field(description='Одобренный лимит в копейках')
    term_value: int = Field(ge=1, description='Значение срока кредита')
    term_unit: TermUnit = Field(description='Тип срока кредита')
    regular_payment_amount: Kopecks = Field(description='Сумма платежа в копейках')
    first_payment_date: str = Field(pattern=r'^\d{4}-\d\d-\d\d$', description='Дата первого платежа, YYYY-MM-DD')
    payments_count: int = Field(ge=1, description='Количество платежей')


class Payment(Shape):
    payed_at: str = Field(
        pattern=r'^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$',
        description='Дата платежа в формате yyyy-MM-dd HH:mm:ss, московское время')
    status: PaymentState = Field(description=(
        'Статус платежа: pending - денежные средства успешно заморожены, cancel - возврат платежа, '
        'success - успешно оплачен'))
    amount: Kopecks = Field(description='Сумма платежа в копейках')
    transaction_number: str = Field(description='Номер транзакции')


class ScanStatusOf(Shape):
    """Object ScanStatus."""

    model_config = ConfigDict(extra='forbid', title='ScanStatus')

    type: ScanType = Field(description='Тип отсканированного документа')
    status: ScanStatus = Field(description='Статус скана')
    decline_reason: str | None = Field(None, description='Описание причины отказа, если скан не принят')


def moscow_time(moment: datetime) -> str:
    """`payed_at` of a payment: Moscow time, `yyyy-MM-dd HH:mm:ss`."""
    return moment.astimezone(MOSCOW).strftime('%Y-%m-%d %H:%M:%S')
