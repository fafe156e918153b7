"""The shell of the platform: settings, front doors, health, development servers."""
from denimhub.celery import app as celery_app

__all__ = ['celery_app']
