"""Pages for the browser tests of components: the style guide and the shell, without a database behind them."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import translation

from relasi.engine.screens.pages import render_page
from relasi.engine.screens.styleguide import styleguide
from relasi.engine.screens.toasts import toast

MIDDLEWARE = [
    "relasi.engine.screens.headers.SecurityHeaders",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "tests.browser.component_pages.stand_in",
]
TEMPLATES = {
    "shell.html": """{% extends "base/app.html" %}{% block stage_class %}list{% endblock %}{% block main %}
        {% call ui.page_head("Peluang", 2) %}
          {{ ui.button("Peluang baru", "plus", "primary", href="/deals/new/") }}
        {% endcall %}
        <form class="list-part" data-picks>{{ csrf_input }}<input type="hidden" name="all" value="">
        {% call ui.table_area("Tabel peluang") %}
          <table class="table table-fold">
            <thead><tr>{{ ui.pick_all() }}{{ ui.column("Nama", "?sort=name", "ascending", pin=True) }}</tr></thead>
            <tbody>{% for name in ["Audit energi", "Baterai", "Cold storage"] %}
              <tr>{{ ui.pick(loop.index, name) }}{{ ui.title_cell(name, "/deals/%s/" % loop.index) }}</tr>
            {% endfor %}</tbody>
          </table>
        {% endcall %}
        {% call ui.bulk_bar(248) %}{{ ui.button("Hapus", "trash-2", size="sm", type="submit") }}{% endcall %}
        </form>
        {% call ui.facts() %}{{ ui.fact("Jabatan", job, "job", "/fact/?edit=1") }}{% endcall %}
        {{ ui.icon_button("Kontak baru", "plus", href="/window/", attrs={"data-drawer": True}) }}
        {% endblock %}""",
    "fact.html": """{{ ui.fact_value("Jabatan", job, "job", "/fact/?edit=1") }}""",
    "editor.html": """{% call(aria) ui.fact_editor("Jabatan", "/fact/", "/fact/", "job", error=error) %}
        {{ ui.input("job", job, attrs=aria) }}{% endcall %}""",
    "window.html": """{% call ui.sheet_form("Kontak baru", "/window/", csrf_input, "Simpan") %}
        {{ ui.input_field("Nama", "name", error=error) }}{% endcall %}""",
    "options.html": """{% for name in names %}{{ ui.option(loop.index, name) }}{% endfor %}""",
    "results.html": """{{ ui.palette_group("Data") }}
        {% for name in names %}{{ ui.palette_option(name, "/shell/?name=" ~ name) }}{% endfor %}""",
}
PEOPLE = ["Ratna Kusumawardani", "Rahmat Hidayat", "Ayu Lestari"]
STATE = {"job": "Manajer"}


class Shell(SimpleNamespace):
    """What the application's shell shows here."""

    def __init__(self) -> None:
        deals = ("Peluang", "/deals/", "circle-dollar-sign", True, 37)
        super().__init__(
            company="Surya Cakra Energi",
            groups=[
                ("Penjualan", "handshake", True, [deals, ("Kontak", "/contacts/", "contact", False, None)])
            ],
            shortcuts=[("Keranjang Sampah", "/bin/", "trash-2", False)],
            pinned=[],
            crumbs=[("Penjualan", None), ("Peluang", None)],
            create=[("Peluang", "/deals/new/", "circle-dollar-sign", "D")],
            settings_url="/settings/",
            can_settings=True,
        )


def stand_in(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """A visitor as the address asks: ?theme=, ?language=."""

    def middleware(request: HttpRequest) -> HttpResponse:
        language = request.GET.get("language", "id")
        request.visitor = SimpleNamespace(  # type: ignore[attr-defined]
            language=language, theme=request.GET.get("theme", "light"), density="comfortable", user=None,
            name="Ayu Lestari", initials="AL", tone="jambu", email="ayu@suryacakra.co.id", impersonator=None,
        )  # fmt: skip
        with translation.override(language):
            return get_response(request)

    return middleware


def draw(request: HttpRequest, template: str, status: int = 200, **values: object) -> HttpResponse:
    return render_page(request, template, {"job": STATE["job"], "shell": Shell, **values}, status=status)


def fact(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        given = request.POST["job"]
        if given == "salah":
            return draw(request, "editor.html", 422, error="Jabatan tidak dikenal", job=given)
        STATE["job"] = given
        toast(request, "Jabatan tersimpan", undo="/undo/")
    elif "edit" in request.GET:
        return draw(request, "editor.html", error="")
    return draw(request, "fact.html")


def window(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        return draw(request, "window.html", error="")
    if not request.POST["name"]:
        return draw(request, "window.html", 422, error="Nama wajib diisi")
    return HttpResponse(status=204, headers={"HX-Trigger": "relasi:close"})


def people(request: HttpRequest, template: str) -> HttpResponse:
    wanted = request.GET.get("q", "").lower()
    return draw(request, template, names=[name for name in PEOPLE if wanted in name.lower()])


urlpatterns = [
    path("styleguide/", styleguide),
    path("shell/", lambda request: draw(request, "shell.html")),
    path("fact/", fact),
    path("window/", window),
    path("lookup/styleguide/", lambda request: people(request, "options.html")),
    path("search/", lambda request: people(request, "results.html")),
    path("preferences/", lambda request: HttpResponse(status=204)),
    path("broken/", lambda request: HttpResponse("<h1>Traceback</h1>", status=500)),
]


def application() -> StaticFilesHandler:
    return StaticFilesHandler(WSGIHandler())
