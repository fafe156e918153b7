"""How the workstation looks: the settings of django-unfold. Read by the settings, so it imports no models."""
from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static

SITE_NAME = 'DenimHub'


def static_file(path: str) -> Any:
    """The address of a static file, asked for once the static files are known."""
    def address(_request: HttpRequest) -> str:
        return static(path)

    return address


UNFOLD: dict[str, Any] = {
    'SITE_TITLE': SITE_NAME,
    'SITE_HEADER': SITE_NAME,
    'SITE_SUBHEADER': 'Рабочее место',
    'SITE_URL': '/',
    'SITE_ICON': {
        'light': static_file('denimhub/icon.svg'), 'dark': static_file('workstation/icon-dark.svg')},
    'SITE_FAVICONS': [{'rel': 'icon', 'type': 'image/svg+xml', 'href': static_file('denimhub/icon.svg')}],
    'SHOW_HISTORY': False,
    'SHOW_VIEW_ON_SITE': False,
    'SHOW_BACK_BUTTON': True,
    'SHOW_LANGUAGES': False,
    'DASHBOARD_CALLBACK': 'denimhub.workstation.dashboard.dashboard',
    'ENVIRONMENT': 'denimhub.workstation.navigation.environment',
    # unfold would write colours into a <style> of the page, which our policy forbids: they stand in denimhub.css.
    'COLORS': 'denimhub.workstation.navigation.no_inline_colours',
    'STYLES': [static_file('workstation/denimhub.css')],
    'SCRIPTS': [static_file('workstation/keyboard.js')],
    'COMMAND': {
        'search_models': False, 'show_history': False,
        'search_callback': 'denimhub.workstation.navigation.found_by_guid'},
    'SIDEBAR': {
        'show_search': True, 'command_search': True, 'show_all_applications': False,
        'navigation': 'denimhub.workstation.navigation.sidebar'},
}
