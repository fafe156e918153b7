"""Dictionaries of the client's form: the person, the address, the phone, the contact persons."""
from django.db.models import TextChoices


class Gender(TextChoices):
    """Latin letters; the Cyrillic М of a form is read as M."""

    M = 'M', 'Мужской'
    F = 'F', 'Женский'


class MaritalStatus(TextChoices):
    MARRIED_OFFICIAL = 'MARRIED_OFFICIAL', 'В официальном браке'
    MARRIED_UNOFFICIAL = 'MARRIED_UNOFFICIAL', 'В гражданском браке'
    DIVORCED = 'DIVORCED', 'В разводе'
    SINGLE = 'SINGLE', 'Не в браке'
    WIDOW = 'WIDOW', 'Вдовец или вдова'


class HousingStatus(TextChoices):
    """Status of the dwelling at the registration or residence address."""

    OWNERSHIP = 'OWNERSHIP', 'Собственность'
    JOINT_OWNERSHIP = 'JOINT_OWNERSHIP', 'Совместная собственность'
    RENT = 'RENT', 'Аренда'
    RELATIVES = 'RELATIVES', 'У родственников'
    MUNICIPAL = 'MUNICIPAL', 'Муниципальное жильё'


class Education(TextChoices):
    HIGHER = 'HIGHER', 'Высшее'
    SECONDARY_SPECIAL = 'SECONDARY_SPECIAL', 'Среднее специальное'
    SECONDARY = 'SECONDARY', 'Среднее'
    INCOMPLETE_HIGHER = 'INCOMPLETE_HIGHER', 'Неоконченное высшее'
    INCOMPLETE_SECONDARY = 'INCOMPLETE_SECONDARY', 'Неоконченное среднее'
    SECOND_HIGHER = 'SECOND_HIGHER', 'Второе высшее'
    ACADEMIC_DEGREE = 'ACADEMIC_DEGREE', 'Учёная степень'


class MobileOperator(TextChoices):
    BEELINE = 'BEELINE', 'Билайн'
    MEGAFON = 'MEGAFON', 'МегаФон'
    MTS = 'MTS', 'МТС'
    MSS = 'MSS', 'МСС'
    SONET = 'SONET', 'Сонет'
    NW_GSM = 'NW_GSM', 'Северо-Западный GSM'
    CORBINA_TELECOM = 'CORBINA_TELECOM', 'Корбина Телеком'
    SKYLINK = 'SKYLINK', 'Скай Линк'
    OTHER = 'OTHER', 'Другой'


class MobileContractType(TextChoices):
    ADVANCE = 'ADVANCE', 'Авансовый'
    CREDIT = 'CREDIT', 'Кредитный'


class CommunicationType(TextChoices):
    EMAIL = 'EMAIL', 'Электронная почта'
    POST_REGISTRATION_ADDRESS = 'POST_REGISTRATION_ADDRESS', 'Почта по адресу регистрации'
    POST_CURRENT_ADDRESS = 'POST_CURRENT_ADDRESS', 'Почта по адресу проживания'


class RelationType(TextChoices):
    """Who a contact person is to the client."""

    BROTHER = 'BROTHER', 'Брат'
    SISTER = 'SISTER', 'Сестра'
    MOTHER = 'MOTHER', 'Мать'
    FATHER = 'FATHER', 'Отец'
    DAUGHTER = 'DAUGHTER', 'Дочь'
    SON = 'SON', 'Сын'
    HUSBAND = 'HUSBAND', 'Муж'
    WIFE = 'WIFE', 'Жена'
    OTHER_RELATIVE = 'OTHER_RELATIVE', 'Другой родственник'
    FRIEND = 'FRIEND', 'Друг'
    COLLEAGUE = 'COLLEAGUE', 'Коллега'


class ClientEvaluationGroup(TextChoices):
    """Group of the seller's own judgement of the client."""

    SUSPICIOUS_BEHAVIOR = 'SUSPICIOUS_BEHAVIOR', 'Подозрительное поведение'
    DISTRUST_OF_DATA = 'DISTRUST_OF_DATA', 'Недоверие к данным'
    DISTRUST_OF_DOCUMENTS = 'DISTRUST_OF_DOCUMENTS', 'Недоверие к документам'
    SUSPICIOUS_LOOKS_CLIENT = 'SUSPICIOUS_LOOKS_CLIENT', 'Подозрительный вид клиента'
    BAD_CLIENT_STATE = 'BAD_CLIENT_STATE', 'Плохое состояние клиента'


class ClientEvaluationLevel(TextChoices):
    """The seller's own judgement of the client."""

    INFLUENCE_OF_OTHERS = 'INFLUENCE_OF_OTHERS', 'Под влиянием других лиц'
    FRAUDULENT_GROUP = 'FRAUDULENT_GROUP', 'Группа мошенников'
    UNABLE_TO_PROVIDE_DATA_INDEPENDENTLY = (
        'UNABLE_TO_PROVIDE_DATA_INDEPENDENTLY', 'Не может сам назвать свои данные',
    )
    OFFER_A_BRIBE = 'OFFER_A_BRIBE', 'Предлагает взятку'
    RESIDENCE_ADDRESS = 'RESIDENCE_ADDRESS', 'Адрес проживания'
    REGISTRATION_ADDRESS = 'REGISTRATION_ADDRESS', 'Адрес регистрации'
    EMPLOYMENT = 'EMPLOYMENT', 'Занятость'
    INCOME = 'INCOME', 'Доход'
    PHONES = 'PHONES', 'Телефоны'
    WORK_EXPERIENCE = 'WORK_EXPERIENCE', 'Трудовой стаж'
    CREDIT_EXPERIENCE = 'CREDIT_EXPERIENCE', 'Кредитный опыт'
    CAR = 'CAR', 'Автомобиль'
    PASSPORT = 'PASSPORT', 'Паспорт'
    DRIVERS_LICENSE = 'DRIVERS_LICENSE', 'Водительское удостоверение'
    CAR_DOCUMENTS = 'CAR_DOCUMENTS', 'Документы на автомобиль'
    ALCOHOLIC = 'ALCOHOLIC', 'Алкоголик'
    NARCOTIC = 'NARCOTIC', 'Наркоман'
    HOMELESS_PERSON = 'HOMELESS_PERSON', 'Лицо без определённого места жительства'
    CRIMINAL_ATTRIBUTES = 'CRIMINAL_ATTRIBUTES', 'Криминальные признаки'
    ALCOHOLIC_INTOXICATION = 'ALCOHOLIC_INTOXICATION', 'Алкогольное опьянение'
    MENTALLY_IMPROPER_CONDITION = 'MENTALLY_IMPROPER_CONDITION', 'Психически неадекватное состояние'
    UNABLE_FILL_APPLICATION = 'UNABLE_FILL_APPLICATION', 'Не может заполнить анкету'
    OTHER = 'OTHER', 'Другое'
