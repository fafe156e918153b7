"""What templates of the workstation may ask for: sums, counts, and what an empty list says."""
from __future__ import annotations

import json
from typing import Any

from django import template
from django.core.serializers.json import DjangoJSONEncoder

from denimhub.workstation import dashboard_charts, words
from denimhub.workstation.empty import Empty, what_empty_says

register = template.Library()


@register.filter
def rubles(kopecks: int | None) -> str:
    """Kopecks as `12 345,67 ₽`."""
    return words.rubles(kopecks)


@register.filter
def counted(number: int, forms: str) -> str:
    """A number with its noun in the right form: `{{ n|counted:"заявка,заявки,заявок" }}`."""
    one, few, many = forms.split(',')
    return words.counted(int(number), one, few, many)


@register.filter
def plural(number: int, forms: str) -> str:
    """The noun alone: `{{ n|plural:"заявка,заявки,заявок" }}`."""
    one, few, many = forms.split(',')
    return words.plural(int(number), one, few, many)


@register.filter
def headline(text: object) -> str:
    """Words begin with a capital letter; ids and names out of the code stay as they are, to be copied."""
    said = str(text)
    return said[:1].upper() + said[1:] if not said[:1].isascii() else said


@register.filter
def lasted(seconds: float | None) -> str:
    """A length of time: `2 мин 05 с`."""
    return dashboard_charts.lasted(seconds)


@register.simple_tag
def empty_list(cl: Any) -> Empty:
    """What a list without rows says, in its own words if it has any; and whether a search or a filter made it empty."""
    own: Empty | None = getattr(cl, 'empty', None)
    if own is not None:
        return own
    model = getattr(getattr(cl, 'model', None), '_meta', None)
    is_narrowed = bool(getattr(cl, 'query', '') or getattr(cl, 'has_active_filters', False))
    return what_empty_says(model.label if model is not None else '', is_narrowed=is_narrowed)


@register.filter
def json_text(field: Any) -> str:
    """The value of a JSON field of a page that is only read, as text: the colours of unfold are styles in the page."""
    resolved = field.resolved_field
    if not resolved or resolved[2] in (None, '', [], {}):
        return '–'
    return json.dumps(resolved[2], cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)


@register.filter
def labelled(field: Any) -> Any:
    """A field in a row of a table, named by its column for who does not see the heading."""
    return field.as_widget(attrs={'aria-label': str(field.label)})
