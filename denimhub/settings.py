"""Settings, all from the environment; `.env.example` explains every name.

DENIMHUB_ENV is production (the default), development (set by `make run`) or test. Defaults are those of production.
"""
import os
from pathlib import Path
from typing import Any

import django_stubs_ext
import environ
from csp.constants import NONE, SELF
from kombu import Exchange, Queue

from denimhub.conf.broker import celery_broker_url
from denimhub.conf.logs import configure_structlog, logging_settings
from denimhub.workstation import theme

# Lets Django's generic classes take their types at run time too: `class PartnerAdmin(admin.ModelAdmin[Partner])`.
django_stubs_ext.monkeypatch()

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
DENIMHUB_ENV: str = env.str('DENIMHUB_ENV', default='production')
if DENIMHUB_ENV not in {'production', 'development', 'test'}:
    raise environ.ImproperlyConfigured('DENIMHUB_ENV must be production, development or test')
PRODUCTION = DENIMHUB_ENV == 'production'
# A SECRET_KEY that `make run` makes begins with this, and production refuses it.
DEVELOPMENT_MARK = 'development:'

# --- keys -----------------------------------------------------------------------------------------------------------
MISSING_SECRET_KEY = 'missing' if PRODUCTION else f'{DEVELOPMENT_MARK}only-ever-signs-cookies-of-a-local-stack'
SECRET_KEY: str = env.str('SECRET_KEY', default=MISSING_SECRET_KEY)
SECRET_KEY_FALLBACKS: list[str] = env.list('SECRET_KEY_FALLBACKS', default=[])

VAULT_KEY_SETTINGS = (
    'VAULT_AEAD_KEYS', 'VAULT_FILE_KEYS', 'VAULT_INDEX_KEYS', 'VAULT_HASH_KEYS', 'VAULT_SIGN_KEYS')
VAULT_AEAD_KEYS: str = env.str('VAULT_AEAD_KEYS', default='')
VAULT_FILE_KEYS: str = env.str('VAULT_FILE_KEYS', default='')
VAULT_INDEX_KEYS: str = env.str('VAULT_INDEX_KEYS', default='')
VAULT_HASH_KEYS: str = env.str('VAULT_HASH_KEYS', default='')
VAULT_SIGN_KEYS: str = env.str('VAULT_SIGN_KEYS', default='')

# --- the web server -------------------------------------------------------------------------------------------------
DEBUG: bool = env.bool('DEBUG', default=False)
ALLOWED_HOSTS: list[str] = env.list('ALLOWED_HOSTS', default=[] if PRODUCTION else ['*'])
CSRF_TRUSTED_ORIGINS: list[str] = env.list('CSRF_TRUSTED_ORIGINS', default=[])
PORT: int = env.int('PORT', default=8000)
# Where clients, lenders and e-mails find us; no trailing slash.
PUBLIC_URL: str = env.str('PUBLIC_URL', default=f'http://localhost:{PORT}').rstrip('/')
ROOT_URLCONF = 'denimhub.urls'
WSGI_APPLICATION = 'denimhub.wsgi.application'
APPEND_SLASH = False
SUPPORT_EMAIL = 'support@denumtech.ru'

INSTALLED_APPS = [
    # Not 'unfold' and 'django.contrib.admin': their sites would take the place of the one that asks the matrix.
    'unfold.apps.BasicAppConfig', 'unfold.contrib.filters', 'unfold.contrib.forms',
    'denimhub.people.admin_app.GuardedAdminConfig', 'django.contrib.auth', 'django.contrib.contenttypes',
    'django.contrib.sessions', 'django.contrib.messages', 'whitenoise.runserver_nostatic', 'django.contrib.staticfiles',
    'pgtrigger', 'csp', 'django_filters', 'rest_framework', 'drf_spectacular', 'drf_spectacular_sidecar',
    'vault', 'jobs', 'partners', 'applications', 'lenders', 'offers', 'contracts', 'scans', 'registries', 'denimhub',
    'allauth', 'allauth.account', 'allauth.mfa', 'denimhub.people', 'denimhub.registration',
]
# What stands below PartnerShortCut is for browsers only: the API passes the first two (see denimhub/middleware.py).
MIDDLEWARE = [
    'denimhub.middleware.RequestLog',
    'denimhub.middleware.PartnerShortCut',
    'django.middleware.security.SecurityMiddleware',
    'whitenoise.middleware.WhiteNoiseMiddleware',
    'denimhub.workstation.policy.ContentPolicy',
    'django.contrib.sessions.middleware.SessionMiddleware',
    'django.middleware.common.CommonMiddleware',
    'django.middleware.csrf.CsrfViewMiddleware',
    'django.contrib.auth.middleware.AuthenticationMiddleware',
    'allauth.account.middleware.AccountMiddleware',
    'denimhub.people.middleware.StaffSession',
    'django.contrib.messages.middleware.MessageMiddleware',
    'django.middleware.clickjacking.XFrameOptionsMiddleware',
]
TEMPLATES: list[dict[str, Any]] = [{
    'BACKEND': 'django.template.backends.django.DjangoTemplates', 'DIRS': [BASE_DIR / 'templates'], 'APP_DIRS': True,
    'OPTIONS': {'context_processors': [
        'django.template.context_processors.request', 'django.contrib.auth.context_processors.auth',
        'django.contrib.messages.context_processors.messages']},
}]

# --- security of browser pages (reliability of the API itself does not rest on them) --------------------------------
CONTENT_SECURITY_POLICY = {'DIRECTIVES': {
    'default-src': [NONE], 'script-src': [SELF], 'style-src': [SELF], 'img-src': [SELF], 'font-src': [SELF],
    'connect-src': [SELF], 'frame-ancestors': [NONE], 'base-uri': [NONE], 'form-action': [SELF], 'object-src': [NONE],
    'report-uri': '/csp-report',
}}
# Pages of the workstation may do a little more: denimhub/workstation/policy.py.
X_FRAME_OPTIONS = 'DENY'
# Not no-referrer: under it browsers send `Origin: null` with a form, and the CSRF check refuses every log-in.
SECURE_REFERRER_POLICY = 'same-origin'
SECURE_CROSS_ORIGIN_OPENER_POLICY = 'same-origin'
SECURE_SSL_REDIRECT: bool = env.bool('SECURE_SSL_REDIRECT', default=PRODUCTION)
SECURE_HSTS_SECONDS: int = env.int('SECURE_HSTS_SECONDS', default=31_536_000 if PRODUCTION else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
if env.bool('BEHIND_TLS_PROXY', default=PRODUCTION):
    # The proxy must set this header itself and drop the one a client sends.
    SECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
# A link in a letter opens the log-in even for who is logged in elsewhere; nothing of ours is posted from other sites.
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = 'Strict'
SESSION_COOKIE_NAME = '__Host-session' if PRODUCTION else 'denimhub-session'
CSRF_COOKIE_NAME = '__Host-csrf' if PRODUCTION else 'denimhub-csrf'
# Seconds without a click; denimhub/people/sessions.py makes it 15 minutes for some, and 12 hours in all.
SESSION_COOKIE_AGE = 30 * 60
SESSION_SAVE_EVERY_REQUEST = True
PASSWORD_HASHERS = [
    'django.contrib.auth.hashers.Argon2PasswordHasher',
    'django.contrib.auth.hashers.PBKDF2PasswordHasher',
] if DENIMHUB_ENV != 'test' else ['django.contrib.auth.hashers.MD5PasswordHasher']
AUTH_PASSWORD_VALIDATORS = [
    {'NAME': 'django.contrib.auth.password_validation.MinimumLengthValidator', 'OPTIONS': {'min_length': 15}},
    {'NAME': 'django.contrib.auth.password_validation.UserAttributeSimilarityValidator'},
    {'NAME': 'django.contrib.auth.password_validation.CommonPasswordValidator'},
    {'NAME': 'denimhub.people.passwords.LongestValidator'},
    {'NAME': 'denimhub.people.passwords.ContextValidator'},
]
# Proxies of ours, as networks: from them, and from nobody else, X-Forwarded-For is believed (vault/address.py).
TRUSTED_PROXIES: list[str] = env.list('TRUSTED_PROXIES', default=[
    '127.0.0.0/8', '::1/128', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'] if PRODUCTION else [])

# --- people: who logs in and how (what they may do stands in denimhub/people/matrix.toml) ----------------------------
AUTHENTICATION_BACKENDS = ['denimhub.people.backend.MatrixBackend']
LOGIN_URL = 'account_login'
LOGIN_REDIRECT_URL = 'admin:index'
# Staff without a second step are led to its set-up and can open nothing else.
STAFF_TOTP_REQUIRED: bool = env.bool('STAFF_TOTP_REQUIRED', default=PRODUCTION)
ACCOUNT_ADAPTER = 'denimhub.people.adapters.AccountAdapter'
ACCOUNT_LOGIN_METHODS = {'username'}
ACCOUNT_SIGNUP_FIELDS = ['username*', 'password1*']  # there is no sign-up; the library checks that the two agree
ACCOUNT_EMAIL_VERIFICATION = 'none'
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = 'https' if PRODUCTION else 'http'
ACCOUNT_EMAIL_SUBJECT_PREFIX = 'DenimHub: '
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
# Wrong passwords are counted in the database (denimhub/people/slowdown.py), by account and address.
ACCOUNT_RATE_LIMITS = {'login_failed': None}
MFA_ADAPTER = 'denimhub.people.adapters.SecondStepAdapter'
MFA_FORMS = {'authenticate': 'denimhub.people.forms.SecondStepForm',
             'activate_totp': 'denimhub.people.forms.ActivateForm'}
MFA_SUPPORTED_TYPES = ['totp', 'recovery_codes']
MFA_TOTP_ISSUER = 'DenimHub'
MFA_TOTP_TOLERANCE = 1  # half minutes to each side, for clocks that are not quite right
MFA_RECOVERY_CODES_SHOW_ONCE = True
# The parser of `/dp/` counts bytes itself, per method; this one bounds the forms of the browser.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440

# --- database -------------------------------------------------------------------------------------------------------
DATABASE_URL: str = env.str('DATABASE_URL', default='')
# Without a URL Django's dummy answers any use of the database with an error; manage.py says what to do before that.
DATABASES: dict[str, dict[str, Any]] = {'default': env.db_url('DATABASE_URL') if DATABASE_URL else {}}
DATABASE_STATEMENT_TIMEOUT_MS: int = env.int('DATABASE_STATEMENT_TIMEOUT_MS', default=10_000)
if DATABASE_URL:
    _options = DATABASES['default'].setdefault('OPTIONS', {})
    # Django prepares nothing unless told: parameters bound by the server, statements prepared at their third use.
    _options['server_side_binding'] = True
    _options['prepare_threshold'] = 3
    _options['options'] = ' '.join(filter(None, [
        _options.get('options', ''), f'-c statement_timeout={DATABASE_STATEMENT_TIMEOUT_MS}', '-c lock_timeout=3000',
        '-c idle_in_transaction_session_timeout=15000']))
    _options.setdefault('connect_timeout', 5)
    DATABASES['default'] |= {'ENGINE': 'denimhub.database', 'CONN_MAX_AGE': 600, 'CONN_HEALTH_CHECKS': True,
                             'ATOMIC_REQUESTS': False}
DEFAULT_AUTO_FIELD = 'django.db.models.BigAutoField'

# --- broker: it only carries nudges, losing it costs seconds (see jobs) ---------------------------------------------
REDIS_URL: str = env.str('REDIS_URL', default='')
CELERY_BROKER_URL = celery_broker_url(REDIS_URL)
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = 'json'
CELERY_ACCEPT_CONTENT = ['json']
CELERY_TASK_QUEUES = [Queue(name, Exchange(name), routing_key=name) for name in ('lenders', 'sms', 'documents')]
CELERY_TASK_DEFAULT_QUEUE = 'lenders'
CELERY_TASK_CREATE_MISSING_QUEUES = False
CELERY_TASK_ACKS_LATE = False  # the lease of a job is the only redelivery
CELERY_TASK_PUBLISH_RETRY = False  # the dispatcher looks again by itself
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CONNECTION_TIMEOUT = 3
CELERY_BROKER_TRANSPORT_OPTIONS = {  # seconds; kombu's default waits for ever
    'socket_timeout': 5, 'socket_connect_timeout': 3, 'socket_keepalive': True, 'health_check_interval': 10,
}
# Prefork workers only (queue documents): a thread pool ignores them, its steps are bounded by HTTP timeouts.
CELERY_TASK_SOFT_TIME_LIMIT = 100
CELERY_TASK_TIME_LIMIT = 120
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000  # KiB
CELERY_WORKER_MAX_TASKS_PER_CHILD = 1000

# --- time, language, static files, stored files ---------------------------------------------------------------------
USE_TZ = True
TIME_ZONE = 'Europe/Moscow'  # what people are shown; the database and the logs hold UTC
LANGUAGE_CODE = 'ru'
LANGUAGES = [('ru', 'Русский'), ('en', 'English')]
FORMAT_MODULE_PATH = 'denimhub.conf.formats'
LOCALE_PATHS = [BASE_DIR / 'locale', BASE_DIR / 'locale' / 'unfold']
STATIC_URL = '/static/'
# Outside production files are found where they lie, nothing is collected.
STATIC_ROOT: str | None = env.str('STATIC_ROOT', default=str(BASE_DIR / 'staticfiles')) if PRODUCTION else None
WHITENOISE_USE_FINDERS = not PRODUCTION
FILES_ROOT: str = env.str('FILES_ROOT', default=str(BASE_DIR / 'var' / 'files'))
STORAGES: dict[str, dict[str, Any]] = {
    'default': {'BACKEND': 'django.core.files.storage.FileSystemStorage', 'OPTIONS': {'location': FILES_ROOT}},
    'staticfiles': {'BACKEND': 'whitenoise.storage.CompressedManifestStaticFilesStorage' if PRODUCTION
                    else 'django.contrib.staticfiles.storage.StaticFilesStorage'},
}

# --- how the workstation looks ---------------------------------------------------------------------------------------
UNFOLD = theme.UNFOLD

# --- neighbours -----------------------------------------------------------------------------------------------------
SANDBOX_URL: str = env.str('SANDBOX_URL', default='http://127.0.0.1:8100').rstrip('/')
# The stand's tokens are made of this one; it moves no money, a public stand sets its own.
SANDBOX_SECRET: str = env.str('SANDBOX_SECRET', default='denimhub-sandbox')

# --- API framework --------------------------------------------------------------------------------------------------
REST_FRAMEWORK: dict[str, Any] = {
    'DEFAULT_AUTHENTICATION_CLASSES': [], 'DEFAULT_PERMISSION_CLASSES': [], 'UNAUTHENTICATED_USER': None,
    'DEFAULT_RENDERER_CLASSES': ['rest_framework.renderers.JSONRenderer'],
    'DEFAULT_SCHEMA_CLASS': 'drf_spectacular.openapi.AutoSchema',
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    'TITLE': 'DenimHub API', 'VERSION': '1.0.7', 'OAS_VERSION': '3.1.0',
    'DESCRIPTION': 'POS-кредитование и BNPL: от анкеты до выдачи. Деньги – в копейках, даты – YYYY-MM-DD, тела – JSON '
                   'в UTF-8. Успех: {"status":"success","data":…}; ошибка: {"status":"error","error_code":…,'
                   '"error_message":…,"data":…}. Поддержка: support@denumtech.ru.',
    'SERVE_INCLUDE_SCHEMA': False, 'SWAGGER_UI_DIST': 'SIDECAR', 'SWAGGER_UI_FAVICON_HREF': 'SIDECAR',
    'POSTPROCESSING_HOOKS': [], 'SORT_OPERATIONS': False,
}
# Processes of the web server over all machines: each grants its share of a partner's requests per second.
WEB_PROCESSES: int = env.int('WEB_PROCESSES', default=2)

# --- partners: the log of their calls, for the card of an application and the partner's own page ----------------------
PARTNER_CALLS_LOG: bool = DENIMHUB_ENV != 'test'
PARTNER_CALLS_KEEP_DAYS: int = env.int('PARTNER_CALLS_KEEP_DAYS', default=30)

# --- logs: JSON lines on standard error, without personal data ------------------------------------------------------
LOG_LEVEL: str = env.str('LOG_LEVEL', default='INFO')
LOGGING = logging_settings(LOG_LEVEL)
configure_structlog(LOG_LEVEL)

# --- the deal: how long offers live and how often lenders are asked (seconds unless the name says otherwise) --------
OFFER_HOURS: int = env.int('OFFER_HOURS', default=24)
SCORING_DEADLINE_SECONDS: int = env.int('SCORING_DEADLINE_SECONDS', default=120)
FIRST_POLL_SECONDS: float = env.float('FIRST_POLL_SECONDS', default=0.5)
CONSENTS_WAIT_SECONDS: float = 0.3
# So long after the scoring deadline offers still wait for the printed consents; then the form fails.
CONSENTS_GRACE_SECONDS: float = 60
LENDER_RETRY_CAP_SECONDS: float = env.float('LENDER_RETRY_CAP_SECONDS', default=3600)
# After an unknown outcome the lender is asked by our id at these distances; the last one repeats.
UNKNOWN_SCHEDULE_SECONDS: list[float] = env.list(
    'UNKNOWN_SCHEDULE_SECONDS', cast=float,
    default=[5, 15, 60, 300, 900, 3600, 14400, 86400] if PRODUCTION else [1, 2, 5, 15, 60])
RELEASE_REFUSALS: int = 8

# --- vault: encrypted files (keys stand above) ----------------------------------------------------------------------
VAULT_FILES_DIR: str = env.str('VAULT_FILES_DIR', default=FILES_ROOT)
# JSON of a Django storage, e.g. {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": {...}}; empty: the folder.
VAULT_FILES_STORAGE: str = env.str('VAULT_FILES_STORAGE', default='')

# --- jobs -----------------------------------------------------------------------------------------------------------
# Concurrency of the workers of each queue, all of them together: the dispatcher keeps twice as many messages in flight.
JOBS_CONCURRENCY: dict[str, int] = env.dict(
    'JOBS_CONCURRENCY', cast={'value': int}, default={'lenders': 32, 'sms': 8, 'documents': 2})
JOBS_KEEP_DONE_DAYS: int = env.int('JOBS_KEEP_DONE_DAYS', default=30)

# --- signing and SMS (the numbers of one contract stand in contracts/rules.py) ---------------------------------------
CHECK_CODE_WAIT_SECONDS: float = 5.0  # for a lender that checks codes itself; then 503
CONFIRM_WAIT_SECONDS: float = 3.0  # for the lender's word on confirm_contract; then success
# Over all partners and forms of one phone in 24 hours; sandbox partners are not counted.
WRONG_CODES_PER_PHONE_DAY: int | None = env.int('WRONG_CODES_PER_PHONE_DAY', default=20)
SMS_PER_PHONE_DAY: int | None = env.int('SMS_PER_PHONE_DAY', default=10)
# Name of a gateway in contracts/sms/catalogue.py for messages of live partners; empty: they are kept in the outbox.
SMS_GATEWAY: str = env.str('SMS_GATEWAY', default='' if PRODUCTION else 'outbox')

# --- registries: how they reach counterparties -----------------------------------------------------------------------
# smtp+tls://user:password@host:587 (STARTTLS) or smtp+ssl://…:465; unset: no letter is sent, deliveries by e-mail fail.
EMAIL_URL: str = env.str('EMAIL_URL', default='')
_email: dict[str, Any] = env.email_url_config(EMAIL_URL) if EMAIL_URL else {}
EMAIL_HOST: str = _email.get('EMAIL_HOST') or ''
EMAIL_PORT: int = _email.get('EMAIL_PORT') or 25
EMAIL_HOST_USER: str = _email.get('EMAIL_HOST_USER') or ''
EMAIL_HOST_PASSWORD: str = _email.get('EMAIL_HOST_PASSWORD') or ''
EMAIL_USE_TLS: bool = _email.get('EMAIL_USE_TLS', False)
EMAIL_USE_SSL: bool = _email.get('EMAIL_USE_SSL', False)
DEFAULT_FROM_EMAIL: str = env.str('EMAIL_FROM', default=SUPPORT_EMAIL)
EMAIL_TIMEOUT = 15  # seconds
# A stand without a mail server keeps letters in a folder; /registration/letters/ shows them, outside production only.
EMAIL_FILE_PATH = Path(FILES_ROOT).parent / 'letters'
if not EMAIL_URL and not PRODUCTION:
    EMAIL_BACKEND = 'django.core.mail.backends.filebased.EmailBackend'
# Above this a letter carries a link instead of the files.
REGISTRY_ATTACHMENT_BYTES: int = env.int('REGISTRY_ATTACHMENT_BYTES', default=10 * 1024 * 1024)
# Secrets of addresses of delivery that are kept in the environment; an address names them as env:REGISTRY_SECRET_…
REGISTRY_SECRETS: dict[str, str] = {
    name: value for name, value in os.environ.items() if name.startswith('REGISTRY_SECRET_')}
# --- SMS gateways: smsc.ru over HTTP, and any that speaks SMPP 3.4 ---------------------------------------------------
SMSC_URL: str = env.str('SMSC_URL', default='https://smsc.ru/sys')
SMSC_API_KEY: str = env.str('SMSC_API_KEY', default='')  # or login and password
SMSC_LOGIN: str = env.str('SMSC_LOGIN', default='')
SMSC_PASSWORD: str = env.str('SMSC_PASSWORD', default='')
SMSC_SENDER: str = env.str('SMSC_SENDER', default='')
SMSC_CALLBACK_SECRET: str = env.str('SMSC_CALLBACK_SECRET', default='')  # empty: no callbacks are taken
SMPP_HOST: str = env.str('SMPP_HOST', default='')
SMPP_PORT: int = env.int('SMPP_PORT', default=2775)
SMPP_TLS: bool = env.bool('SMPP_TLS', default=PRODUCTION)
SMPP_SYSTEM_ID: str = env.str('SMPP_SYSTEM_ID', default='')
SMPP_PASSWORD: str = env.str('SMPP_PASSWORD', default='')
SMPP_SYSTEM_TYPE: str = env.str('SMPP_SYSTEM_TYPE', default='')
SMPP_SENDER: str = env.str('SMPP_SENDER', default='')
SMPP_LONG_MESSAGES: str = env.str('SMPP_LONG_MESSAGES', default='udh')  # udh, sar or payload
SMPP_PER_SECOND: int = env.int('SMPP_PER_SECOND', default=10)  # parts, of one process; 0 is no limit
