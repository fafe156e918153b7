"""What a letter with a registry says, in Russian."""
from __future__ import annotations

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import override

from contracts.texts import rubles
from registries.models_delivery import Delivery
from registries.rules import BY_KEY, Show


def subject_of(delivery: Delivery) -> str:
    """Whose, for which days, which version."""
    version = delivery.version
    text = f'Реестр сделок DenimHub: {version.registry.counterparty.name}, {_dates(delivery)}, версия {version.number}'
    return ' '.join(text.split())


def body_of(delivery: Delivery) -> str:
    """Count, totals, hash of the lines and of each file, and what it replaces; the same at each attempt."""
    version = delivery.version
    columns = [BY_KEY[key] for key in version.columns if key in BY_KEY]
    with override('ru'):
        totals = [(str(column.title).removesuffix(', ₽'), rubles(version.totals[column.key]))
                  for column in columns if column.show == Show.MONEY]
    return render_to_string('registries/letter.txt', {
        'version': version, 'counterparty': version.registry.counterparty, 'dates': _dates(delivery), 'totals': totals,
        'files': delivery.files, 'support_email': settings.SUPPORT_EMAIL})


def _dates(delivery: Delivery) -> str:
    registry = delivery.version.registry
    first, last = f'{registry.date_from:%d.%m.%Y}', f'{registry.date_to:%d.%m.%Y}'
    return first if first == last else f'{first}–{last}'
