"""Settings of the usual DRF service: what `startproject` writes, over the same database, broker and keys."""
from denimhub.settings import *  # noqa: F403
from denimhub.settings import DATABASE_URL, INSTALLED_APPS, REST_FRAMEWORK, env

ROOT_URLCONF = 'tests.bench.usual'
# The log-in of the workstation wants middleware of its own, which a plain service does not have.
_OURS = ('allauth', 'unfold', 'denimhub.people', 'denimhub.registration')
INSTALLED_APPS = [
    'django.contrib.admin.apps.SimpleAdminConfig', *(name for name in INSTALLED_APPS if not name.startswith(_OURS))]
AUTHENTICATION_BACKENDS = ['django.contrib.auth.backends.ModelBackend']
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
