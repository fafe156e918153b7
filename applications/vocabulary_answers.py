"""Words of the answers of the API, to the letter of the document."""
from django.db.models import TextChoices


class TermUnit(TextChoices):
    """Unit of a term or of a payment period."""

    DAY = 'day', 'день'
    WEEK = 'week', 'неделя'
    MONTH = 'month', 'месяц'


class OfferStatus(TextChoices):
    """`offer_status` of get_offers."""

    PENDING = 'pending', 'Предложения готовятся'
    DONE = 'done', 'Предложения готовы'
    DECLINED = 'declined', 'Отказ'
    ERROR = 'error', 'Ошибка'


class ContractStatus(TextChoices):
    """`contract_status` of get_contract."""

    PENDING = 'pending', 'Договор готовится'
    DONE = 'done', 'Договор готов'
    DECLINED = 'declined', 'Отказ'
    ERROR = 'error', 'Ошибка'


class SigningStatus(TextChoices):
    """`signing_status` of get_signing_status."""

    NOT_FOUND = 'NOT_FOUND', 'Договор не найден'
    NOT_SIGNED = 'NOT_SIGNED', 'Не подписан'
    SIGNED = 'SIGNED', 'Подписан'
    CANCELED = 'CANCELED', 'Отменён'
    UNKNOWN = 'UNKNOWN', 'Неизвестно'


class PaymentStatus(TextChoices):
    """`payment_status` of get_payment_status."""

    PENDING = 'pending', 'Ожидается оплата'
    PAID = 'paid', 'Оплачен'
    PARTIALLY_PAID = 'partially_paid', 'Оплачен частично'
    DECLINED = 'declined', 'Отказ в оплате'


class PaymentState(TextChoices):
    """`status` of one payment (object Payment)."""

    PENDING = 'pending', 'Денежные средства успешно заморожены'
    CANCEL = 'cancel', 'Возврат платежа'
    SUCCESS = 'success', 'Успешно оплачен'


class IssueStatus(TextChoices):
    """`issue_status` of get_issue_status."""

    PENDING = 'pending', 'Выдача обрабатывается'
    RESCAN_NEEDED = 'rescan_needed', 'Требуется пересканирование'
    SIGNING_NEEDED = 'signing_needed', 'Требуется подписание'
    DONE = 'done', 'Кредит выдан'
    DECLINED = 'declined', 'Отказ в выдаче'
    ERROR = 'error', 'Ошибка'
