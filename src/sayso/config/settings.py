"""Django's settings, all derived from the declared `SAYSO_*` variables."""

from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from csp.constants import NONCE, NONE, SELF

from sayso.core.device import SIGNED_IN, cookie_name
from sayso.deployment import env, secrets

SOURCE = Path(__file__).resolve().parent.parent
DEMO = env.flag("SAYSO_DEMO")
DEBUG = env.flag("SAYSO_DEBUG")
SECRET_KEY = secrets.load().django
_web = urlsplit(env.text("SAYSO_WEB_ADDRESS"))
ALLOWED_HOSTS = [_web.hostname or "localhost"]
CSRF_TRUSTED_ORIGINS = [f"{_web.scheme}://{_web.netloc}"]


def database(url: str) -> dict[str, Any]:
    """Give Django's description of a database from its address."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": parts.path,
            # IMMEDIATE: a deferred transaction that turns into a write fails at once instead of waiting.
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 5,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;",
            },
        }
    host = dict(pair.split("=", 1) for pair in parts.query.split("&") if pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(host.get("host", parts.hostname or "")),
        "PORT": host.get("port", parts.port or ""),
    }


DATABASES = {"default": database(env.database_url())}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

ROOMS = [
    "outbox", "identity", "inventory", "notices", "consent", "decisions", "uses", "messages", "fulfilment", "changes",
    "staff", "rights", "asks", "personalisation", "centre", "console", "api", "cli",
]  # fmt: skip
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    *[f"sayso.{room}" for room in ROOMS if (SOURCE / room / "__init__.py").exists()],
    "sayso.config.apps.Composition",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "sayso.centre.middleware.HeedSignal",
    "sayso.centre.middleware.ProblemPages",
    "sayso.api.application.WrongMethods",
]
ROOT_URLCONF = "sayso.config.urls"
WSGI_APPLICATION = "sayso.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # The card of a question is the SDK's, so that a preview is what a shop shows.
        "DIRS": [files("sayso_sdk") / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "sayso.centre.context.frame",
                "sayso.console.places.around",
            ]
        },
    }
]

SESSION_COOKIE_NAME = cookie_name("sayso_session", _web.scheme == "https")
CSRF_COOKIE_NAME = cookie_name("sayso_csrf", _web.scheme == "https")
SESSION_COOKIE_AGE = int(SIGNED_IN.total_seconds())
LANGUAGE_COOKIE_NAME = "sayso_language"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _web.scheme == "https"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # whoever signs in typed a code of ours; allauth holds no address
ACCOUNT_ADAPTER = "sayso.centre.adapter.Adapter"
ACCOUNT_RATE_LIMITS = False  # allauth counts by IP address; ours are in identity.proofing.limits
ACCOUNT_SESSION_REMEMBER = True
MFA_ADAPTER = "sayso.identity.proofing.passkey.adapter.Adapter"
MFA_SUPPORTED_TYPES = ["webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"  # a finger, face or PIN each time: that makes it two factors
MFA_RECOVERY_CODE_DIGITS = 12
LOGIN_URL = "/sign-in"
LOGIN_REDIRECT_URL = "/centre/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/centre/"

_mail = urlsplit(env.text("SAYSO_SMTP_URL"))
EMAIL_HOST = _mail.hostname or "localhost"
EMAIL_PORT = _mail.port or 25
EMAIL_HOST_USER = unquote(_mail.username or "")
EMAIL_HOST_PASSWORD = unquote(_mail.password or "")
EMAIL_USE_SSL = _mail.scheme == "smtps"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("SAYSO_MAIL_FROM")
if (SOURCE / "messages" / "backend.py").exists():
    EMAIL_BACKEND = "sayso.messages.backend.QueuedLetters"

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hant", "繁體中文"), ("ar", "العربية")]
LOCALE_PATHS = [SOURCE / "locale"]
STATIC_URL = "/static/"
STATIC_ROOT = env.home() / "static"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
