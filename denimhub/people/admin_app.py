"""Puts our guarded site in the place of Django's own, before any package registers a page."""
from django.contrib.admin.apps import AdminConfig


class GuardedAdminConfig(AdminConfig):
    """Named in INSTALLED_APPS instead of `django.contrib.admin`."""

    default_site = 'denimhub.people.site.GuardedSite'
