"""Pages for everyone who comes with a browser."""
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe


@dataclass(frozen=True)
class Door:
    """One way into the platform that exists."""

    address: str
    title: str
    text: str


def _doors() -> list[Door]:
    """Only what is served: a name without an address is no door."""
    wanted = [
        ('registration', _('Registration'), _('Connect a shop or a network of shops')),
        ('admin:index', _('Workstation'), _('For operators: applications, lenders, partners')),
        ('docs', _('Documentation of the API'), _('For integrators: methods, dictionaries, errors, examples')),
    ]
    doors = []
    for name, title, text in wanted:
        try:
            doors.append(Door(reverse(name), title, text))
        except NoReverseMatch:
            continue
    return doors


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """The start page."""
    return render(request, 'start.html', {'doors': _doors()})
