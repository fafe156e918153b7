"""Groups and categories of goods, to the letter of the document, its misspellings included."""
from django.db.models import TextChoices


class ItemGroup(TextChoices):
    """14 groups of goods."""

    PHONES = 'PHONES', 'Телефоны'
    AUDIO_VIDEO = 'AUDIO_VIDEO', 'Аудио, видео'
    PHOTOGRAPHY = 'PHOTOGRAPHY', 'Фото'
    COMPUTERS = 'COMPUTERS', 'Компьютеры'
    CAR_ACCESSORIES = 'CAR_ACCESSORIES', 'Автоаксессуары'
    INSURANCE = 'INSURANCE', 'Страхование товаров'
    SERVICES = 'SERVICES', 'Услуги'
    HOME_APPLIANCES = 'HOME_APPLIANCES', 'Бытовая техника'
    HOUSEHOLD_PRODUCTS = 'HOUSEHOLD_PRODUCTS', 'Товары для дома'
    FURNITURE = 'FURNITURE', 'Мебель'
    SPORTS = 'SPORTS', 'Спорт'
    PRODUCTS_FOR_CHILDREN = 'PRODUCTS_FOR_CHILDREN', 'Товары для детей'
    JEWELERY = 'JEWELERY', 'Ювелирные изделия'
    OTHER = 'OTHER', 'Прочее'


class ItemCategory(TextChoices):
    """80 categories of goods."""

    MOBILE_PHONES = 'MOBILE_PHONES', 'Мобильный телефон'
    MEMORY_CARDS = 'MEMORY_CARDS', 'Карты памяти'
    MOBILE_PHONE_GARNITURE = 'MOBILE_PHONE_GARNITURE', 'Гарнитура для мобильных телефонов'
    DECT_PHONES = 'DECT_PHONES', 'Телефоны Dect'
    PHONE_BAGS_AND_CASES = 'PHONE_BAGS_AND_CASES', 'Сумки и чехлы'
    PHONE_OTHERS = 'PHONE_OTHERS', 'Прочее'
    PHONE_ACCUMULATORS = 'PHONE_ACCUMULATORS', 'Аккумуляторы'
    PHONE_ADDITIONAL_WARRANTY = 'PHONE_ADDITIONAL_WARRANTY', 'Дополнительная гарантия на телефоны'
    ADDITIONAL_PHONE_RECEIVER = 'ADDITIONAL_PHONE_RECEIVER', 'Дополнительные трубки к телефонам'
    AV_BATTERIES = 'AV_BATTERIES', 'Батарейки'
    CONCOMITANT_AUDIO_GOODS = 'CONCOMITANT_AUDIO_GOODS', 'Сопутствующие аудиотовары'
    FILMS_GAMES_SOFTWARE = 'FILMS_GAMES_SOFTWARE', 'Фильмы, Игры, ПО'
    CONCOMITANT_VIDEO_GOODS = 'CONCOMITANT_VIDEO_GOODS', 'Сопутствующие видеотовары'
    OTHER_TV_VIDEO_TECHNICS = 'OTHER_TV_VIDEO_TECHNICS', 'Прочая теле, видео, DVD техника'
    MEDIA_PLAYERS = 'MEDIA_PLAYERS', 'Мультимедиа плееры'
    SPEAKERS = 'SPEAKERS', 'Колонки'
    PORTABLE_MEDIA_CENTRE = 'PORTABLE_MEDIA_CENTRE', 'Портативные медиacentры'
    OTHER_AUDIOTECHNICS = 'OTHER_AUDIOTECHNICS', 'Прочая аудиотехника'
    AV_ADDITIONAL_WARRANTY = 'AV_ADDITIONAL_WARRANTY', 'Дополнительная гарантия на аудио, видео'
    PHOTOCAMERA = 'PHOTOCAMERA', 'Фотокамеры'
    PHOTO_VIDEO_ACCESSORIES = 'PHOTO_VIDEO_ACCESSORIES', 'Фото, видео аксессуары'
    CAMCODER = 'CAMCODER', 'Видеокамеры'
    PHOTO_OTHERS = 'PHOTO_OTHERS', 'Прочая фототехника'
    PHOTO_ADDITIONAL_WARRANTY = 'PHOTO_ADDITIONAL_WARRANTY', 'Дополнительная гарантия на фото'
    PDA = 'PDA', 'КПК'
    NOTEBOOKS = 'NOTEBOOKS', 'Ноутбук'
    GAMING_CONSOLES = 'GAMING_CONSOLES', 'Игровые приставки'
    MODEMS = 'MODEMS', 'Модемы'
    ELECTRONIC_ORGANIZERS = 'ELECTRONIC_ORGANIZERS', 'Электронные органайзеры'
    DIGITAL_PHOTO_FRAMES = 'DIGITAL_PHOTO_FRAMES', 'Цифровые фоторамки'
    COMPUTER_COMPONENTS = 'COMPUTER_COMPONENTS', 'Комплектующие компьютерной техники'
    CONCOMITANT_COMPUTER_GOODS = 'CONCOMITANT_COMPUTER_GOODS', 'Прочая вычислительная техника/периферия'
    COMPUTER_ADDITIONAL_WARRANTY = 'COMPUTER_ADDITIONAL_WARRANTY', 'Доп.гарантия на компьютерную технику'
    CAR_GPS_NAVIGATION = 'CAR_GPS_NAVIGATION', 'GPS - Навигация'
    CAR_SPEAKERS = 'CAR_SPEAKERS', 'Автоколонки'
    OTHER_CAR_AUDIO = 'OTHER_CAR_AUDIO', 'Прочая автоаудиоаппаратура'
    OTHER_CAR_VIDEO = 'OTHER_CAR_VIDEO', 'Прочая автовидеоаппаратура'
    CAR_ADDITIONAL_WARRANTY = 'CAR_ADDITIONAL_WARRANTY', 'Дополнительная гарантия на автоаксессуары'
    GOODS_INSURANCE = 'GOODS_INSURANCE', 'Страхование товаров'
    CASCO_INSURANCE = 'CASCO_INSURANCE', 'Страховка КАСКО'
    OSAGO_INSURANCE = 'OSAGO_INSURANCE', 'Страховка ОСАГО/ДГО'
    PROPERTY_INSURANCE = 'PROPERTY_INSURANCE', 'Страхование недвижимости'
    KITCHEN_APPLIANCES = 'KITCHEN_APPLIANCES', 'Кухонная техника'
    HOME_APPLIANCES = 'HOME_APPLIANCES', 'Техника для Дома'
    HEALTH_APPLIANCES = 'HEALTH_APPLIANCES', 'Техника для Здоровья'
    COMFORT_APPLIANCES = 'COMFORT_APPLIANCES', 'Техника комфорта'
    DECOR = 'DECOR', 'Декор'
    HOUSEWARES = 'HOUSEWARES', 'Посуда'
    ILLUMINATOR = 'ILLUMINATOR', 'Свет'
    TEXTILES = 'TEXTILES', 'Текстиль'
    HOUSEHOLD_GOODS = 'HOUSEHOLD_GOODS', 'Хозтовары'
    BEDROOM_FURNITURE = 'BEDROOM_FURNITURE', 'Зона сна'
    KITCHEN_FURNITURE = 'KITCHEN_FURNITURE', 'Кухни'
    BATHROOMS_FURNITURE = 'BATHROOMS_FURNITURE', 'Мебель для ванных'
    FREESTANDING_FURNITURE = 'FREESTANDING_FURNITURE', 'Мебель Корпусная'
    CUSHIONED_FURNITURE = 'CUSHIONED_FURNITURE', 'Мягкая мебель'
    OFFICE_FURNITURE = 'OFFICE_FURNITURE', 'Офисная мебель'
    BICYCLES_INVENTORY = 'BICYCLES_INVENTORY', 'Велоспорт'
    HORSEBACK_RIDING_INVENTORY = 'HORSEBACK_RIDING_INVENTORY', 'Верховая езда'
    WATER_SPORTS_INVENTORY = 'WATER_SPORTS_INVENTORY', 'Водные виды спорта'
    HUNTING_AND_FISHING_INVENTORY = 'HUNTING_AND_FISHING_INVENTORY', 'Всё для охоты и рыбалки'
    TRAVEL_INVENTORY = 'TRAVEL_INVENTORY', 'Всё для путешествий'
    HOME_SPORTS_INVENTORY = 'HOME_SPORTS_INVENTORY', 'Домашний спорт и игры'
    WINTER_SPORTS_INVENTORY = 'WINTER_SPORTS_INVENTORY', 'Зимние виды спорта'
    SUMMER_SPORTS_INVENTORY = 'SUMMER_SPORTS_INVENTORY', 'Летние виды спорта'
    ROLLERS_SCOOTERS_SKATEBOARDS = 'ROLLERS_SCOOTERS_SKATEBOARDS', 'Ролики, самокаты, скейтборды'
    BACKPACKS = 'BACKPACKS', 'Рюкзаки'
    HIKING_AND_CAMPING_INVENTORY = 'HIKING_AND_CAMPING_INVENTORY', 'Туризм и кемпинг'
    FITNESS = 'FITNESS', 'Фитнес'
    TOYS_AND_GAMES = 'TOYS_AND_GAMES', 'Игрушки и игры'
    BABYCARE_PRODUCTS = 'BABYCARE_PRODUCTS', 'Уход за малышом'
    BROOCHES = 'BROOCHES', 'Броши'
    CHOKER = 'CHOKER', 'Колье'
    RINGS = 'RINGS', 'Кольца'
    PIERCING = 'PIERCING', 'Пирсинг'
    PENDANTS = 'PENDANTS', 'Подвески'
    EARRINGS = 'EARRINGS', 'Серьги'
    CHAINS_AND_BRACELETS = 'CHAINS_AND_BRACELETS', 'Цепи и Браслеты'
    CLOCK = 'CLOCK', 'Часы'
    OTHER_SERVICES = 'OTHER_SERVICES', 'Услуги'


CATEGORIES_BY_GROUP: dict[ItemGroup, tuple[ItemCategory, ...]] = {
    ItemGroup.PHONES: (
        ItemCategory.MOBILE_PHONES,
        ItemCategory.MEMORY_CARDS,
        ItemCategory.MOBILE_PHONE_GARNITURE,
        ItemCategory.DECT_PHONES,
        ItemCategory.PHONE_BAGS_AND_CASES,
        ItemCategory.PHONE_OTHERS,
        ItemCategory.PHONE_ACCUMULATORS,
        ItemCategory.PHONE_ADDITIONAL_WARRANTY,
        ItemCategory.ADDITIONAL_PHONE_RECEIVER,
    ),
    ItemGroup.AUDIO_VIDEO: (
        ItemCategory.AV_BATTERIES,
        ItemCategory.CONCOMITANT_AUDIO_GOODS,
        ItemCategory.FILMS_GAMES_SOFTWARE,
        ItemCategory.CONCOMITANT_VIDEO_GOODS,
        ItemCategory.OTHER_TV_VIDEO_TECHNICS,
        ItemCategory.MEDIA_PLAYERS,
        ItemCategory.SPEAKERS,
        ItemCategory.PORTABLE_MEDIA_CENTRE,
        ItemCategory.OTHER_AUDIOTECHNICS,
        ItemCategory.AV_ADDITIONAL_WARRANTY,
    ),
    ItemGroup.PHOTOGRAPHY: (
        ItemCategory.PHOTOCAMERA,
        ItemCategory.PHOTO_VIDEO_ACCESSORIES,
        ItemCategory.CAMCODER,
        ItemCategory.PHOTO_OTHERS,
        ItemCategory.PHOTO_ADDITIONAL_WARRANTY,
    ),
    ItemGroup.COMPUTERS: (
        ItemCategory.PDA,
        ItemCategory.NOTEBOOKS,
        ItemCategory.GAMING_CONSOLES,
        ItemCategory.MODEMS,
        ItemCategory.ELECTRONIC_ORGANIZERS,
        ItemCategory.DIGITAL_PHOTO_FRAMES,
        ItemCategory.COMPUTER_COMPONENTS,
        ItemCategory.CONCOMITANT_COMPUTER_GOODS,
        ItemCategory.COMPUTER_ADDITIONAL_WARRANTY,
    ),
    ItemGroup.CAR_ACCESSORIES: (
        ItemCategory.CAR_GPS_NAVIGATION,
        ItemCategory.CAR_SPEAKERS,
        ItemCategory.OTHER_CAR_AUDIO,
        ItemCategory.OTHER_CAR_VIDEO,
        ItemCategory.CAR_ADDITIONAL_WARRANTY,
    ),
    ItemGroup.INSURANCE: (
        ItemCategory.GOODS_INSURANCE,
    ),
    ItemGroup.SERVICES: (
        ItemCategory.CASCO_INSURANCE,
        ItemCategory.OSAGO_INSURANCE,
        ItemCategory.PROPERTY_INSURANCE,
    ),
    ItemGroup.HOME_APPLIANCES: (
        ItemCategory.KITCHEN_APPLIANCES,
        ItemCategory.HOME_APPLIANCES,
        ItemCategory.HEALTH_APPLIANCES,
        ItemCategory.COMFORT_APPLIANCES,
    ),
    ItemGroup.HOUSEHOLD_PRODUCTS: (
        ItemCategory.DECOR,
        ItemCategory.HOUSEWARES,
        ItemCategory.ILLUMINATOR,
        ItemCategory.TEXTILES,
        ItemCategory.HOUSEHOLD_GOODS,
    ),
    ItemGroup.FURNITURE: (
        ItemCategory.BEDROOM_FURNITURE,
        ItemCategory.KITCHEN_FURNITURE,
        ItemCategory.BATHROOMS_FURNITURE,
        ItemCategory.FREESTANDING_FURNITURE,
        ItemCategory.CUSHIONED_FURNITURE,
        ItemCategory.OFFICE_FURNITURE,
    ),
    ItemGroup.SPORTS: (
        ItemCategory.BICYCLES_INVENTORY,
        ItemCategory.HORSEBACK_RIDING_INVENTORY,
        ItemCategory.WATER_SPORTS_INVENTORY,
        ItemCategory.HUNTING_AND_FISHING_INVENTORY,
        ItemCategory.TRAVEL_INVENTORY,
        ItemCategory.HOME_SPORTS_INVENTORY,
        ItemCategory.WINTER_SPORTS_INVENTORY,
        ItemCategory.SUMMER_SPORTS_INVENTORY,
        ItemCategory.ROLLERS_SCOOTERS_SKATEBOARDS,
        ItemCategory.BACKPACKS,
        ItemCategory.HIKING_AND_CAMPING_INVENTORY,
        ItemCategory.FITNESS,
    ),
    ItemGroup.PRODUCTS_FOR_CHILDREN: (
        ItemCategory.TOYS_AND_GAMES,
        ItemCategory.BABYCARE_PRODUCTS,
    ),
    ItemGroup.JEWELERY: (
        ItemCategory.BROOCHES,
        ItemCategory.CHOKER,
        ItemCategory.RINGS,
        ItemCategory.PIERCING,
        ItemCategory.PENDANTS,
        ItemCategory.EARRINGS,
        ItemCategory.CHAINS_AND_BRACELETS,
        ItemCategory.CLOCK,
    ),
    ItemGroup.OTHER: (
        ItemCategory.OTHER_SERVICES,
    ),
}
