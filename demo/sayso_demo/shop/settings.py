"""Settings of the shop, all from the environment; the defaults run the demo on one machine."""

from __future__ import annotations

import os
from pathlib import Path

from csp.constants import NONCE, NONE, SELF
from sayso_sdk.django import TEMPLATES as ASK_TEMPLATES

from sayso_demo.database import database

HERE = Path(__file__).parent
HOME = Path(os.environ.get("SAYSO_HOME", ".demo")).resolve()

SECRET_KEY = os.environ.get("SHOP_SECRET_KEY", "linen-and-loom-demo-key-for-one-machine-only")
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
DEBUG = False

SAYSO_URL = os.environ.get("SHOP_SAYSO_URL", "http://localhost:8700")
SAYSO_KEY = os.environ.get("SHOP_SAYSO_KEY", "")
SAYSO_SITE = "shop"
SHOP_URL = os.environ.get("SHOP_URL", "http://localhost:8710")
PARTNER_URL = os.environ.get("BRIGHTSIDE_URL", "http://localhost:8720")
# The page of the staff has no sign-in: it opens in the demo only.
STAFF_PAGES = os.environ.get("SAYSO_DEMO") == "1"
CATALOGUE_FILE = Path(os.environ.get("SHOP_CATALOGUE", HERE / "data" / "catalogue.csv"))

DATABASES = {"default": database(os.environ.get("SHOP_DATABASE_URL") or f"sqlite:///{HOME}/shop.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = ["sayso_demo.shop.app.ShopApp"]
ROOT_URLCONF = "sayso_demo.shop.urls"
WSGI_APPLICATION = "sayso_demo.shop.wsgi.application"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "sayso_demo.shop.origin.same_origin",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "sayso_demo.shop.wrong_way.explained",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ASK_TEMPLATES],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "csp.context_processors.nonce",
                "sayso_demo.shop.frame.frame",
            ],
            "builtins": ["sayso_demo.shop.templatetags.loom"],
        },
    }
]

# The basket travels in the visitor's own signed cookie: there is no table of sessions to forget.
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
SESSION_COOKIE_NAME = "loom_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 60 * 60

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE, PARTNER_URL],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024

USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hant", "繁體中文"), ("ar", "العربية")]

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = "localhost"
EMAIL_PORT = int(os.environ.get("MAILBOX_SMTP_PORT", "8725"))
EMAIL_TIMEOUT = 5
DEFAULT_FROM_EMAIL = "Linen & Loom <hello@linenandloom.example.test>"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
