"""Django's settings, read from the environment. docs/configuration.md explains each variable."""

from csp.constants import NONE, SELF

from regard.config import env
from regard.config.database import database_settings
from regard.config.home import ROOT, data_home, secret_key
from regard.config.mail import mail_settings

HOME = data_home()
PRODUCTION = env.flag("REGARD_PRODUCTION")
DEBUG = env.flag("REGARD_DEBUG")
if PRODUCTION and DEBUG:
    raise env.SettingsError("REGARD_DEBUG shows code and data to visitors. Unset it when REGARD_PRODUCTION is set.")

SECRET_KEY = secret_key(HOME, production=PRODUCTION)
ALLOWED_HOSTS = env.listing("REGARD_ALLOWED_HOSTS")
if PRODUCTION and not ALLOWED_HOSTS:
    raise env.SettingsError("REGARD_ALLOWED_HOSTS is not set. In production name the hosts Regard answers to.")
if not PRODUCTION:
    ALLOWED_HOSTS += ["localhost", "127.0.0.1", "[::1]", ".localhost"]

# --- rooms and libraries ----------------------------------------------------------------------------

INSTALLED_APPS = [
    "regard.ui",  # first, so that its templates win over those of the libraries
    "regard.records",
    "regard.office",
    "regard.customers",
    "regard.desk",
    "regard.voice",
    "regard.sources",
    "regard.measures",
    "regard.goals",
    "regard.demo",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",  # its widgets' templates, behind ours
    "django_cotton.apps.SimpleAppConfig",  # its loader is configured below, where one can see it
    "django_cotton_uswds",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "regard.office.middleware.OfficeTime",  # dates and times as in the person's own office
    "regard.office.middleware.DeclaredAccess",  # a page without a declared access rule is refused
    "axes.middleware.AxesMiddleware",  # last: it replaces the answer to a locked-out sign-in
]

ROOT_URLCONF = "regard.config.urls"
WSGI_APPLICATION = "regard.config.wsgi.application"
AUTH_USER_MODEL = "office.Staff"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LOADERS = [
    "django_cotton.cotton_loader.Loader",
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "OPTIONS": {
            "loaders": LOADERS if DEBUG else [("django.template.loaders.cached.Loader", LOADERS)],
            "builtins": [
                "django_cotton.templatetags.cotton",
                "django_cotton_uswds.templatetags.cotton_aliases",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "regard.ui.navigation.navigation",
                "regard.office.context.demo_entries",
            ],
        },
    },
]
FORM_RENDERER = "regard.ui.forms.Renderer"

# --- data -------------------------------------------------------------------------------------------

DATABASES = {"default": database_settings(HOME)}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "regard"}}
FACTS_ROOT = HOME / "facts"
MEDIA_ROOT = HOME / "uploads"
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000  # the mapping wizard posts several fields for each column of a file

# --- language, time, mail ---------------------------------------------------------------------------

LANGUAGE_CODE = "en-us"
TIME_ZONE = env.time_zone("REGARD_TIME_ZONE", "UTC")
REGARD_COUNTRY = env.text("REGARD_COUNTRY", "US")  # of phone numbers without a prefix, where no calendar says so
REGARD_UPLOAD_LIMIT = env.number("REGARD_UPLOAD_LIMIT", 2_000_000_000, most=50_000_000_000)  # bytes of one file
USE_TZ = True
USE_I18N = True

MAIL = mail_settings(HOME)
EMAIL_BACKEND = MAIL.backend
EMAIL_FILE_PATH = MAIL.folder
EMAIL_HOST = MAIL.host
EMAIL_PORT = MAIL.port
EMAIL_HOST_USER = MAIL.user
EMAIL_HOST_PASSWORD = MAIL.password
EMAIL_USE_TLS = MAIL.starttls
EMAIL_USE_SSL = MAIL.tls
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("REGARD_EMAIL_FROM", "Regard <regard@localhost>")

# --- sign-in ----------------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # first: a locked-out sign-in goes no further
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "regard.office.signin.StaffAccounts"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # administrators enter the addresses of staff; nobody signs up
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_SESSION_REMEMBER = False
# The lockout of a person at a machine is axes' below. This one slows a hunt from many machines, and guesses of codes.
ACCOUNT_RATE_LIMITS = {"login_failed": "60/m/ip,20/5m/key"}
ACCOUNT_PREVENT_ENUMERATION = True

MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION  # http://localhost
MFA_TOTP_ISSUER = "Regard"

AXES_FAILURE_LIMIT = 5
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_COOLOFF_TIME = 0.25  # hours
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # else one person could lock out another for good
AXES_USERNAME_CALLABLE = "regard.office.signin.name_tried"
AXES_CLIENT_IP_CALLABLE = "regard.office.signin.client_address"
AXES_LOCKOUT_TEMPLATE = "account/locked_out.html"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# --- the web: cookies, headers, what a page may load -------------------------------------------------

PROXIES = env.number("REGARD_PROXIES", 0, most=5)  # how many of our own proxies stand in front
ALLAUTH_TRUSTED_PROXY_COUNT = PROXIES
if PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60  # one long working day
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = PRODUCTION
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SILENCED_SYSTEM_CHECKS = ["security.W021"]  # preloading binds a whole domain: its owner decides, not Regard
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    },
}

# --- static files -----------------------------------------------------------------------------------

USWDS = ROOT / "deps" / "node_modules" / "@uswds" / "uswds" / "dist"
STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
# Only what a browser loads; `dist` holds the sources as well.
STATICFILES_DIRS = [(f"uswds/{part}", str(USWDS / part)) for part in ("css", "fonts", "img", "js")]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# --- jobs and logs ----------------------------------------------------------------------------------

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "tasks"
PROCRASTINATE_IMPORT_PATHS = ["regard.config.jobs"]

LOG_LEVEL = env.choice("REGARD_LOG_LEVEL", "INFO", ["DEBUG", "INFO", "WARNING", "ERROR"])
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "regard": {"level": LOG_LEVEL},
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "django_cotton_uswds": {"level": "ERROR"},  # it warns of a pattern library that nobody here wants
        # at INFO a job is logged with its arguments: they can name customers
        "procrastinate": {"level": "WARNING"},
    },
}
