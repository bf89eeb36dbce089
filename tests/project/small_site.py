"""Settings and pages of a site with nothing but the launcher's own parts: it starts in a moment."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from relasi.engine.records.live import publish
from relasi.project.health import healthz
from relasi.project.live_handover import handover
from relasi.project.settings import *  # noqa: F403

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "procrastinate.contrib.django",
]
AUTH_USER_MODEL = "auth.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
MIDDLEWARE = ["relasi.project.request_log.RequestLog"]
PROCRASTINATE_IMPORT_PATHS: list[str] = []
BESIDE_JOBS: list[str] = []
AROUND_JOBS: list[str] = []
TEMPLATES = []
STATICFILES_DIRS = []
ROOT_URLCONF = "tests.project.small_site"


def stream(request: HttpRequest) -> HttpResponse:
    return handover(request, int(request.GET["user"]), request.GET["topics"].split(","))


def tell(request: HttpRequest) -> HttpResponse:
    """Publishes what the query says: topic, text, and perhaps to whom."""
    to = [int(user) for user in request.GET.getlist("to")]
    publish(request.GET["topic"], {"text": request.GET.get("text", "")}, to or None)
    return HttpResponse("told")


def hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse("hello")


urlpatterns = [
    path("", hello),
    path("healthz", healthz),
    path("live/", stream),
    path("tell", tell),
]
