from django.apps import AppConfig
from django.core.checks import register

from denimhub.conf.safety import check_production


class DenimhubConfig(AppConfig):
    name = 'denimhub'
    verbose_name = 'DenimHub'

    def ready(self) -> None:
        register(check_production)
