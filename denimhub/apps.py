from django.apps import AppConfig
from django.contrib import admin
from django.core.checks import register
from django.utils.translation import gettext_lazy as _

from denimhub.conf.safety import check_production


class DenimhubConfig(AppConfig):
    name = 'denimhub'
    verbose_name = 'DenimHub'

    def ready(self) -> None:
        register(check_production)
        admin.site.site_header = admin.site.site_title = 'DenimHub'
        admin.site.index_title = _('Workstation')
