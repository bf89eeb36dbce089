"""Settings: safe by default, changed by environment variables alone (see docs/settings.md)."""

import os
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from relasi.project.environment import database_from_url, flag, listed, mail_from_url, secret_key
from relasi.project.logs import configuration, start_structlog

PACKAGE = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("RELASI_DATA", PACKAGE.parents[1] / "data")).resolve()

DEBUG = flag("RELASI_DEBUG", default=False)
SECRET_KEY = secret_key(DATA)
ALLOWED_HOSTS = listed("RELASI_HOSTS", default=["*"])
CSRF_TRUSTED_ORIGINS = listed("RELASI_ORIGINS", default=[])

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "pgtrigger",
    "procrastinate.contrib.django",
    "relasi.users",
    "relasi.engine.access",
    "relasi.engine.records",
    "relasi.engine.query",
    "relasi.engine.activity",
    "relasi.engine.bulk",
    "relasi.engine.screens",
    "relasi.engine.transfer",
    "relasi.engine.customize",
    "relasi.engine.assigning",
    "relasi.engine.api",
    "relasi.modules.customers",
    "relasi.modules.sales",
    "relasi.modules.catalog",
    "relasi.modules.billing",
    "relasi.modules.inventory",
    "relasi.modules.purchasing",
    "relasi.modules.subscribing",
    "relasi.modules.agenda",
    "relasi.features.sign_in",
    "relasi.features.settings",
    "relasi.features.duplicates",
    "relasi.features.scheduler",
    "relasi.features.coretax",
    "relasi.features.other_crms",
    "relasi.features.tie_out",
    "relasi.features.month_end",
    "relasi.features.company_archive",
    "relasi.features.scheduled_exports",
    "relasi.features.compat",
    "relasi.features.mcp",
    "relasi.project.app.Relasi",
]

MIDDLEWARE = [
    "relasi.project.request_log.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "relasi.engine.screens.headers.SecurityHeaders",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "relasi.engine.screens.visitor.VisitorMiddleware",
    "relasi.features.sign_in.gate.Gate",
    "relasi.engine.records.again.Again",
]

ROOT_URLCONF = "relasi.project.urls"
WSGI_APPLICATION = "relasi.project.wsgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [PACKAGE / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {"environment": "relasi.engine.screens.pages.environment"},
    },
    {
        # allauth renders its few forms through Django templates where ours do not replace them.
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {"default": database_from_url(os.environ.get("DATABASE_URL", ""))}
# One cache for all web processes, so that a limit on sign-in attempts counts each of them.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache_entry"},
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "users.User"
AUTHENTICATION_BACKENDS = ["relasi.features.sign_in.backend.Backend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "relasi.users.passwords.NotOneOfTheLast"},
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "relasi.features.sign_in.adapter.Adapter"
ACCOUNT_FORMS = {
    "login": "relasi.features.sign_in.forms.SignInForm",
    "change_password": "relasi.features.sign_in.forms.ChangePasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
# Wrong tries are counted in the database (features.sign_in.attempt), where every process sees them.
ACCOUNT_RATE_LIMITS = False
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
MFA_ADAPTER = "relasi.features.sign_in.adapter.SecondFactor"
MFA_FORMS = {
    "authenticate": "relasi.features.sign_in.forms.CodeForm",
    "reauthenticate": "relasi.features.sign_in.forms.ConfirmByCodeForm",
    "add_webauthn": "relasi.features.sign_in.forms.AddPasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Relasi"
USERSESSIONS_TRACK_ACTIVITY = False
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("RELASI_PROXIES") or 0)

LIVE_SOCKET = os.environ.get("RELASI_LIVE_SOCKET", "")
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
PROCRASTINATE_IMPORT_PATHS = ["relasi.project.upkeep"]
# What a worker does beside its jobs, and what it calls around each of them.
BESIDE_JOBS = ["relasi.features.scheduler.timing.follow_settings", "relasi.engine.api.jobs.listen_for_news"]
AROUND_JOBS = ["relasi.features.scheduler.recording.record_run"]
# In the thread of the job itself.
INSIDE_JOBS = ["relasi.features.scheduler.time_limit.limited", "relasi.engine.records.again.whole_job"]

LOGGING = configuration()
start_structlog()

# Mail goes out when both are set: a mail server (smtp://user:password@host:587, smtps:// for TLS from the start)
# and the address people reach this server by, because a link in a mail must never trust what a request says.
PUBLIC_URL = os.environ.get("RELASI_URL", "")
globals().update(mail_from_url(os.environ.get("RELASI_MAIL", "")))
EMAIL_BACKEND = "relasi.engine.api.counted_mail.CountedMail"
MAIL_SENT_BY = "django.core.mail.backends.smtp.EmailBackend"
DEFAULT_FROM_EMAIL = os.environ.get("RELASI_MAIL_FROM", "relasi@localhost")

LANGUAGE_CODE = "id"
LANGUAGES = [("id", _("Indonesian")), ("en", _("English"))]
LOCALE_PATHS = [PACKAGE / "locale"]
TIME_ZONE = "Asia/Jakarta"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STATICFILES_DIRS = [PACKAGE / "static"]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA / "files"},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# Cookies are marked secure wherever the product is reached over https; a first run on plain
# http://127.0.0.1 must be able to sign in, so the launcher sets RELASI_HTTPS=0 for it.
HTTPS = flag("RELASI_HTTPS", default=True)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_ENGINE = "relasi.engine.access.session_store"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
# Megabytes one attached file may have.
LARGEST_FILE_MB = int(os.environ.get("RELASI_LARGEST_FILE_MB") or 25)
# Calls a token may make in one minute; whether a change by the API must say which version it saw.
API_PER_DAY = int(os.environ.get("RELASI_API_PER_DAY") or 0)
API_PER_MINUTE = int(os.environ.get("RELASI_API_PER_MINUTE") or 600)
PROPOSED_PER_HOUR = int(os.environ.get("RELASI_PROPOSED_PER_HOUR") or 200)
API_NEEDS_MATCH = flag("RELASI_API_NEEDS_MATCH", default=False)
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
