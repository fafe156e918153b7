"""Settings of the usual DRF service: what `startproject` writes, over the same database, broker and keys."""
from denimhub.settings import *  # noqa: F403
from denimhub.settings import DATABASE_URL, REST_FRAMEWORK, env

ROOT_URLCONF = 'tests.bench.usual'
MIDDLEWARE = [
    'django.middleware.security.SecurityMiddleware',
    'django.contrib.sessions.middleware.SessionMiddleware',
    'django.middleware.common.CommonMiddleware',
    'django.middleware.csrf.CsrfViewMiddleware',
    'django.contrib.auth.middleware.AuthenticationMiddleware',
    'django.contrib.messages.middleware.MessageMiddleware',
    'django.middleware.clickjacking.XFrameOptionsMiddleware',
]
# CONN_MAX_AGE stays at Django's default, a new connection for every request.
DATABASES = {'default': {**env.db_url_config(DATABASE_URL), 'ATOMIC_REQUESTS': True}}
REST_FRAMEWORK.clear()
CELERY_TASK_CREATE_MISSING_QUEUES = True
