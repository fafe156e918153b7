"""Types and statuses of scans, to the letter of the document."""
from django.db.models import TextChoices


class ScanType(TextChoices):
    """56 types of scanned documents."""

    CLIENT_PHOTO = 'CLIENT_PHOTO', 'Фотография клиента'
    PASSPORT_MAIN = 'PASSPORT_MAIN', 'Паспорт - главная страница (с фотографией)'
    PASSPORT_REGISTRATION = 'PASSPORT_REGISTRATION', 'Паспорт - регистрация'
    PASSPORT_MARITAL_STATUS = 'PASSPORT_MARITAL_STATUS', 'Паспорт - семейное положение'
    PASSPORT_CHILDREN = 'PASSPORT_CHILDREN', 'Паспорт - дети'
    PASSPORT_PREVIOUS = 'PASSPORT_PREVIOUS', 'Паспорт - старый номер паспорта'
    PASSPORT_ADDITIONAL_1 = 'PASSPORT_ADDITIONAL_1', 'Паспорт - дополнительный скан 1'
    PASSPORT_ADDITIONAL_2 = 'PASSPORT_ADDITIONAL_2', 'Паспорт - дополнительный скан 2'
    PASSPORT_ADDITIONAL_3 = 'PASSPORT_ADDITIONAL_3', 'Паспорт - дополнительный скан 3'
    PERSONAL_DATA_PERMISSION_1 = (
        'PERSONAL_DATA_PERMISSION_1', 'Согласие клиента на обработку персональных данных (страница 1)',
    )
    PERSONAL_DATA_PERMISSION_2 = (
        'PERSONAL_DATA_PERMISSION_2', 'Согласие клиента на обработку персональных данных (страница 2)',
    )
    PERSONAL_DATA_PERMISSION_3 = (
        'PERSONAL_DATA_PERMISSION_3', 'Согласие клиента на обработку персональных данных (страница 3)',
    )
    PERSONAL_DATA_PERMISSION_4 = (
        'PERSONAL_DATA_PERMISSION_4', 'Согласие клиента на обработку персональных данных (страница 4)',
    )
    CONSENT_ON_COOPERATION = 'CONSENT_ON_COOPERATION', 'Согласие о взаимодействии'
    CLIENT_REQUEST_1 = 'CLIENT_REQUEST_1', 'Заявление клиента (страница 1)'
    CLIENT_REQUEST_2 = 'CLIENT_REQUEST_2', 'Заявление клиента (страница 2)'
    APPLICATION_FORM_1 = 'APPLICATION_FORM_1', 'Анкета клиента (страница 1)'
    APPLICATION_FORM_2 = 'APPLICATION_FORM_2', 'Анкета клиента (страница 2)'
    APPLICATION_FORM_3 = 'APPLICATION_FORM_3', 'Анкета клиента (страница 2)'
    COUNTERPARTY_FORM_1 = 'COUNTERPARTY_FORM_1', 'Анкета по форме Банка (страница 1)'
    COUNTERPARTY_FORM_2 = 'COUNTERPARTY_FORM_2', 'Анкета по форме Банка (страница 2)'
    COUNTERPARTY_FORM_3 = 'COUNTERPARTY_FORM_3', 'Анкета по форме Банка (страница 3)'
    INSURANCE_APPLICATION = 'INSURANCE_APPLICATION', 'Заявление о страховании'
    JOB_INSURANCE_FORM = 'JOB_INSURANCE_FORM', 'Заявление о страховании от потери работы'
    LIFE_INSURANCE_FORM = 'LIFE_INSURANCE_FORM', 'Заявление о страховании жизни'
    ADDITIONAL_SERVICES = 'ADDITIONAL_SERVICES', 'Заявление о предоставлении дополнительных услуг'
    AGREEMENT_1 = 'AGREEMENT_1', 'Договор (страница 1)'
    AGREEMENT_2 = 'AGREEMENT_2', 'Договор (страница 2)'
    AGREEMENT_3 = 'AGREEMENT_3', 'Договор (страница 3)'
    AGREEMENT_4 = 'AGREEMENT_4', 'Договор (страница 4)'
    AGREEMENT_5 = 'AGREEMENT_5', 'Договор (страница 5)'
    AGREEMENT_6 = 'AGREEMENT_6', 'Договор (страница 6)'
    AGREEMENT_7 = 'AGREEMENT_7', 'Договор (страница 7)'
    AGREEMENT_8 = 'AGREEMENT_8', 'Договор (страница 8)'
    AGREEMENT_9 = 'AGREEMENT_9', 'Договор (страница 9)'
    AGREEMENT_10 = 'AGREEMENT_10', 'Договор (страница 10)'
    INDIVIDUAL_TERMS_1 = 'INDIVIDUAL_TERMS_1', 'Индивидуальные условия (страница 1)'
    INDIVIDUAL_TERMS_2 = 'INDIVIDUAL_TERMS_2', 'Индивидуальные условия (страница 2)'
    INDIVIDUAL_TERMS_3 = 'INDIVIDUAL_TERMS_3', 'Индивидуальные условия (страница 3)'
    INDIVIDUAL_TERMS_4 = 'INDIVIDUAL_TERMS_4', 'Индивидуальные условия (страница 4)'
    ACCOUNT_POWER_OF_ATTORNEY = 'ACCOUNT_POWER_OF_ATTORNEY', 'Доверенность на открытие счета в банке'
    PRODUCT_TARIFF_1 = 'PRODUCT_TARIFF_1', 'Тарифы по банковскому продукту (страница 1)'
    PRODUCT_TARIFF_2 = 'PRODUCT_TARIFF_2', 'Тарифы по банковскому продукту (страница 2)'
    PRODUCT_TARIFF_3 = 'PRODUCT_TARIFF_3', 'Тарифы по банковскому продукту (страница 3)'
    PERSONAL_DATA_CHANGE = 'PERSONAL_DATA_CHANGE', 'Заявление на изменение данных'
    GOODS_SPECIFICATION = 'GOODS_SPECIFICATION', 'Спецификация товара'
    PAYMENT_PLAN_1 = 'PAYMENT_PLAN_1', 'График платежей (страница 1)'
    PAYMENT_PLAN_2 = 'PAYMENT_PLAN_2', 'График платежей (страница 2)'
    PAYMENT_PLAN_3 = 'PAYMENT_PLAN_3', 'График платежей (страница 3)'
    PAYMENT_PLAN_4 = 'PAYMENT_PLAN_4', 'График платежей (страница 4)'
    PAYMENT_PLAN_5 = 'PAYMENT_PLAN_5', 'График платежей (страница 5)'
    PAYMENT_PLAN_6 = 'PAYMENT_PLAN_6', 'График платежей (страница 6)'
    PAYMENT_PLAN_7 = 'PAYMENT_PLAN_7', 'График платежей (страница 7)'
    PAYMENT_PLAN_8 = 'PAYMENT_PLAN_8', 'График платежей (страница 8)'
    PAYMENT_PLAN_9 = 'PAYMENT_PLAN_9', 'График платежей (страница 9)'
    PAYMENT_PLAN_10 = 'PAYMENT_PLAN_10', 'График платежей (страница 10)'


class ScanStatus(TextChoices):
    """Status of one scan (`status` of the object ScanStatus)."""

    REQUESTED = 'REQUESTED', 'Запрошен кредитором'
    RECEIVED_FROM_PARTNER = 'RECEIVED_FROM_PARTNER', 'Получен от партнёра'
    CHECKING = 'CHECKING', 'Проверка'
    RESCAN_NEEDED = 'RESCAN_NEEDED', 'Требуется пересканирование'
    CONFIRMED = 'CONFIRMED', 'Скан одобрен'


class ScansStatus(TextChoices):
    """Status of all scans of a contract (`scans_status` of get_scans_status)."""

    REQUESTED = 'REQUESTED', 'Запрошены кредитором'
    RECEIVED_FROM_PARTNER = 'RECEIVED_FROM_PARTNER', 'Получены от партнёра'
    CHECKING = 'CHECKING', 'Проверка'
    ACCEPTED = 'ACCEPTED', 'Приняты'
    PRINT_FORMS_CHANGED = 'PRINT_FORMS_CHANGED', 'Печатные формы изменены'
    RESCAN_NEEDED = 'RESCAN_NEEDED', 'Требуется пересканирование'
    DECLINED = 'DECLINED', 'Отклонены'


SCANS_OF_OFFLINE_POS: tuple[ScanType, ...] = (
    ScanType.PASSPORT_MAIN, ScanType.PASSPORT_REGISTRATION, ScanType.CLIENT_PHOTO,
)
"""What an OFFLINE `pos` form must bring: both pages of the passport and the client's photo."""
