"""Dictionaries of the client's form: work, income, property, cards and loans. Misspellings are the document's."""
from django.db.models import TextChoices


class Employment(TextChoices):
    EMPLOYEE = 'EMPLOYEE', 'Работник по найму'
    SELF_EMPLOYED = 'SELF_EMPLOYED', 'Самозанятый'
    COMMERCIAL_EMPLOYEE = 'COMMERCIAL_EMPLOYEE', 'Работник коммерческой организации'
    GOVERNMENT_EMPLOYEE = 'GOVERNMENT_EMPLOYEE', 'Государственный служащий'
    STUDENT = 'STUDENT', 'Студент'
    PENSIONER = 'PENSIONER', 'Пенсионер'
    PENSIONER_WORKING = 'PENSIONER_WORKING', 'Работающий пенсионер'
    UNEMPLOYED = 'UNEMPLOYED', 'Не работает'


class EmploymentPositionType(TextChoices):
    JUNIOR_SPECIALIST = 'JUNIOR_SPECIALIST', 'Младший специалист'
    SPECIALIST = 'SPECIALIST', 'Специалист'
    SENIOR_SPECIALIST = 'SENIOR_SPECIALIST', 'Старший специалист'
    MANAGER = 'MANAGER', 'Руководитель'
    MIDDLE_MANAGER = 'MIDDLE_MANAGER', 'Руководитель среднего звена'
    TOP_MANAGER = 'TOP_MANAGER', 'Руководитель высшего звена'
    BUSINESS_OWNER = 'BUSINESS_OWNER', 'Владелец бизнеса'


class EmployerScope(TextChoices):
    DOMESTIC_SERVICES = 'DOMESTIC_SERVICES', 'Бытовые услуги'
    ARMED_FORCES = 'ARMED_FORCES', 'Вооружённые силы'
    GOVERNMENT = 'GOVERNMENT', 'Государственное управление'
    SECURITY_COMPANY = 'SECURITY_COMPANY', 'Охранное предприятие'
    CULTURE = 'CULTURE', 'Культура'
    LIGHT_INDUSTRY = 'LIGHT_INDUSTRY', 'Лёгкая промышленность'
    FORESTRY = 'FORESTRY', 'Лесное хозяйство'
    METALLURGY = 'METALLURGY', 'Металлургия'
    SCIENCE = 'SCIENCE', 'Наука'
    EDUCATION = 'EDUCATION', 'Образование'
    WHOLESALE = 'WHOLESALE', 'Оптовая торговля'
    FOOD_INDUSTRY = 'FOOD_INDUSTRY', 'Пищевая промышленность'
    PRINTING_INDUSTRY = 'PRINTING_INDUSTRY', 'Полиграфия'
    LAW_ENFORCEMENT_AGENCIES = 'LAW_ENFORCEMENT_AGENCIES', 'Правоохранительные органы'
    ADVERTISEMENT = 'ADVERTISEMENT', 'Реклама'
    CATERING = 'CATERING', 'Общественное питание'
    RETAIL = 'RETAIL', 'Розничная торговля'
    COMMUNICATION = 'COMMUNICATION', 'Связь'
    TRANSPORTATION = 'TRANSPORTATION', 'Транспорт'
    EXTRACTIVE_INDUSTRY = 'EXTRACTIVE_INDUSTRY', 'Добывающая промышленность'
    INFORMATION_TECHNOLOGY = 'INFORMATION_TECHNOLOGY', 'Информационные технологии'
    BANKS = 'BANKS', 'Банки'
    CONSTRUCTION = 'CONSTRUCTION', 'Строительство'
    NOTARIAL_SERVICES = 'NOTARIAL_SERVICES', 'Нотариальные услуги'
    HEALTH_SERVICE = 'HEALTH_SERVICE', 'Здравоохранение'
    CHEMICALS = 'CHEMICALS', 'Химическая промышленность'
    TOURISM = 'TOURISM', 'Туризм'
    GAMBLING_INDUSTRY = 'GAMBLING_INDUSTRY', 'Игорный бизнес'
    REALTOR = 'REALTOR', 'Недвижимость'
    HOTEL_BUSINESS = 'HOTEL_BUSINESS', 'Гостиничный бизнес'
    CONSULTING_SERVICES = 'CONSULTING_SERVICES', 'Консалтинг'
    BEAUTY = 'BEAUTY', 'Красота'
    AGRICULTURE = 'AGRICULTURE', 'Сельское хозяйство'
    OTHER_INDUSTRIES = 'OTHER_INDUSTRIES', 'Другие отрасли'


class EmployerCompanyStatus(TextChoices):
    INTERNATIONAL = 'INTERNATIONAL', 'Международная компания'
    PRIVATE_RUSSIAN = 'PRIVATE_RUSSIAN', 'Частная российская компания'
    STATE_OWNED = 'STATE_OWNED', 'Государственная компания'
    PRIVATE_ENTREPRENEUR = 'PRIVATE_ENTREPRENEUR', 'Индивидуальный предприниматель'


class OtherIncomeType(TextChoices):
    ALIMONY = 'ALIMONY', 'Алименты'
    INVESTMENT = 'INVESTMENT', 'Инвестиции'
    PENSION = 'PENSION', 'Пенсия'
    CHILDREN = 'CHILDREN', 'Помощь детей'
    AUXILIARY_FACILITIES = 'AUXILIARY_FACILITIES', 'Подсобное хозяйство'
    BONUS = 'BONUS', 'Премии'
    OFF_HOUR_JOB = 'OFF_HOUR_JOB', 'Подработка'
    TUTORING = 'TUTORING', 'Репетиторство'
    FLAT_LEASING = 'FLAT_LEASING', 'Сдача квартиры в аренду'
    FLAT_REPAIRING = 'FLAT_REPAIRING', 'Ремонт квартир'
    TIPS = 'TIPS', 'Чаевые'
    PRIVATE_CARTING = 'PRIVATE_CARTING', 'Частный извоз'
    OTHER = 'OTHER', 'Другое'


class CarPresence(TextChoices):
    NO_CAR = 'NO_CAR', 'Нет автомобиля'
    PTS_PRESENTED = 'PTS_PRESENTED', 'ПТС предъявлен'
    PTS_NOT_PRESENTED = 'PTS_NOT_PRESENTED', 'ПТС не предъявлен'


class BankCardPresence(TextChoices):
    NO_CARD = 'NO_CARD', 'Нет карты'
    EMBOSSSED_CARD = 'EMBOSSSED_CARD', 'Эмбоссированная карта'
    UNEMBOSSSED_CARD = 'UNEMBOSSSED_CARD', 'Неэмбоссированная карта'
    GOLD_PLATINUM_AAMEX = 'GOLD_PLATINUM_AAMEX', 'Gold, Platinum или American Express'


class BankCardType(TextChoices):
    DEBIT = 'DEBIT', 'Дебетовая'
    CREDIT = 'CREDIT', 'Кредитная'


class CreditCount(TextChoices):
    ZERO = 'ZERO', 'Ни разу'
    ONE = 'ONE', 'Один раз'
    TWO = 'TWO', 'Два раза'
    MANY = 'MANY', 'Много раз'


class PreviousCreditType(TextChoices):
    PERSONAL = 'PERSONAL', 'На личные нужды'
    MORTGAGE = 'MORTGAGE', 'Ипотека'
    CAR = 'CAR', 'Автокредит'
    CONSUMER = 'CONSUMER', 'Потребительский'
