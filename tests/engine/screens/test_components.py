"""Components, pages and headers: what every screen stands on."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import RequestFactory
from django.utils import translation
from jinja2 import UndefinedError

from relasi.engine.screens import toasts
from relasi.engine.screens.headers import POLICY, SecurityHeaders
from relasi.engine.screens.pages import attributes, icon, render_page
from relasi.engine.screens.styleguide import styleguide

HTMX = {"HTTP_HX_REQUEST": "true", "HTTP_HX_REQUEST_TYPE": "partial"}


def ask(path: str = "/", **headers: str) -> HttpRequest:
    request = RequestFactory().get(path, **headers)
    request.visitor = SimpleNamespace(language="id", theme="dark", density="compact", user=None)  # type: ignore[attr-defined]
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]
    return request


def draw(source: str, **values: Any) -> str:
    """The HTML of a piece of template, with single spaces."""
    template = engines["jinja2"].env.from_string(source)
    return re.sub(r"\s+", " ", template.render(values)).strip()


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ({"hx_get": "/x/"}, ' hx-get="/x/"'),
        ({"hx-status:422": "push:false"}, ' hx-status:422="push:false"'),
        ({"class_": "a"}, ' class="a"'),
        ({"hidden": True, "disabled": False, "title": None}, " hidden"),
        ({"title": '"><b>'}, ' title="&#34;&gt;&lt;b&gt;"'),
        ({"data_url": 0}, ' data-url="0"'),
    ],
)
def test_attributes_are_written_as_html(given: dict[str, Any], written: str) -> None:
    assert attributes(given) == written


def test_later_attributes_win() -> None:
    assert attributes({"type": "text"}, {"type": "date"}, None) == ' type="date"'


@pytest.mark.parametrize(
    ("source", "drawn"),
    [
        ("{{ ui.button('Simpan') }}", '<button type="button" class="btn">Simpan</button>'),
        ("{{ ui.button('<b>') }}", '<button type="button" class="btn">&lt;b&gt;</button>'),
        ("{{ ui.button('Ke daftar', href='/x/') }}", '<a class="btn" href="/x/">Ke daftar</a>'),
        ("{{ ui.button('Ke', href='/x/', disabled=True) }}", '<button type="button" class="btn" disabled>Ke</button>'),
        ("{{ ui.button('X', pressed=False) }}", '<button type="button" class="btn" aria-pressed="false">X</button>'),
        ("{{ ui.badge('Aktif', 'hijau') }}", '<span class="badge" data-tone="hijau">Aktif</span>'),
        ("{{ ui.badge('Aktif', none) }}", '<span class="badge" data-tone="gray">Aktif</span>'),
        ("{{ ui.keys('G D') }}", "<kbd>G</kbd> <kbd>D</kbd>"),
        (
            "{{ ui.changes([('Tahap', '', 'Baru')]) }}",
            '<dl class="changes"><dt>Tahap</dt><dd><span>Baru</span></dd></dl>',
        ),
    ],
)  # fmt: skip
def test_components_draw_what_they_are_given(source: str, drawn: str) -> None:
    assert draw(source) == drawn


def test_an_icon_button_is_named_for_eyes_and_ears() -> None:
    drawn = draw("{{ ui.icon_button('Hapus', 'trash-2') }}")
    assert 'aria-label="Hapus"' in drawn and 'title="Hapus"' in drawn and "#trash-2" in drawn


def test_a_field_ties_hint_and_error_to_its_control() -> None:
    drawn = draw(
        "{{ ui.input_field('Email', 'email', hint='Satu saja.', error='Belum lengkap', required=True) }}"
    )
    assert '<label for="f-email">' in drawn
    assert 'id="f-email" aria-describedby="f-email-hint f-email-error" aria-invalid="true" required' in drawn
    assert 'id="f-email-hint">Satu saja.' in drawn and 'id="f-email-error">' in drawn


def test_a_field_without_trouble_says_nothing_about_it() -> None:
    drawn = draw("{{ ui.input_field('Nama', 'name') }}")
    assert "aria-" not in drawn and "required" not in drawn


def test_a_value_typed_by_a_stranger_stays_text_everywhere() -> None:
    evil = '"><script>alert(1)</script>'
    drawn = draw(
        """{{ ui.input('a', evil) }}{{ ui.textarea('b', evil) }}{{ ui.select('c', [(evil, evil)], evil) }}
        {{ ui.combobox('d', '/lookup/', evil, [(evil, evil)]) }}{{ ui.option(evil, evil, evil) }}
        {{ ui.avatar(evil) }}{{ ui.person(evil, evil) }}{{ ui.chip(evil, evil, evil) }}{{ ui.fact(evil, evil) }}
        {{ ui.mini(evil, evil, evil) }}{{ ui.toast(evil) }}{{ ui.note(evil, evil) }}{{ ui.title_cell(evil, evil) }}
        {{ ui.palette_option(evil, evil, evil) }}{{ ui.form_errors([('x', evil)]) }}{{ ui.page_head(evil) }}""",
        evil=evil,
    )
    assert "<script" not in drawn


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_style_guide_shows_every_component(language: str) -> None:
    environment = engines["jinja2"].env
    source = environment.loader.get_source(environment, "screens/styleguide.html")[0]
    homes = {path for path in environment.list_templates() if path.startswith("components/")}
    shown, waiting = set(), set(re.findall(r"\bui\.(\w+)\(", source))
    bodies = {}
    for home in homes:
        text = environment.loader.get_source(environment, home)[0]
        bodies.update(re.findall(r"{% macro (\w+)\((.*?){%-? endmacro %}", text, re.S))
    while waiting:
        name = waiting.pop()
        shown.add(name)
        waiting |= {other for other in bodies if re.search(rf"\b{other}\(", bodies[name])} - shown
    assert set(environment.globals["ui"].names()) - shown == set()
    with translation.override(language):
        answer = styleguide(ask("/styleguide/"))
    assert answer.status_code == 200


def test_an_unknown_component_is_named_in_the_error() -> None:
    with pytest.raises(UndefinedError, match="no attribute 'buton'"):
        draw("{{ ui.buton('Simpan') }}")


@pytest.mark.parametrize(
    ("source", "drawn"),
    [
        ("{{ _('Cancel') }}", "Batal"),
        ("{{ _('Edit %(field)s', field='<b>') }}", "Ubah &lt;b&gt;"),
        ("{{ _('no such words, 5 %%') }}", "no such words, 5 %"),
        ("{% trans field='a' %}Edit {{ field }}{% endtrans %}", "Ubah a"),
        (
            "{{ ngettext('%(num)s thing to correct', '%(num)s things to correct', 3) }}",
            "3 hal perlu diperbaiki",
        ),
    ],
)
def test_sentences_are_translated(source: str, drawn: str) -> None:
    with translation.override("id"):
        assert draw(source) == drawn
    with translation.override("en"):
        assert draw("{{ _('Cancel') }}") == "Cancel"


def test_what_is_the_same_for_everybody_is_drawn_in_each_language() -> None:
    for language, word in (
        ("id", "Cari dan perintah"),
        ("en", "Search and commands"),
        ("id", "Cari dan perintah"),
    ):
        with translation.override(language):
            assert word in draw("{{ constant('base/palette.html') }}")


def test_an_icon_is_decoration() -> None:
    assert icon("plus", "i-sm") == (
        '<svg class="i i-sm" aria-hidden="true"><use href="/static/icons.svg#plus"/></svg>'
    )


# A page with a part, for render_page.
PAGE = {
    "page.html": "<html>{{ shell }}{% block list %}<ul>{{ rows }}</ul>{% endblock %}{{ toasts|length }}</html>"
}


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> str:
    import jinja2

    environment = engines["jinja2"].env
    both = jinja2.ChoiceLoader([jinja2.DictLoader(PAGE), environment.loader])
    monkeypatch.setattr(environment, "loader", both)
    return "page.html"


@pytest.mark.parametrize(
    ("headers", "whole"),
    [
        ({}, True),
        (HTMX, False),
        ({**HTMX, "HTTP_HX_REQUEST_TYPE": "full"}, True),
        ({**HTMX, "HTTP_HX_HISTORY_RESTORE_REQUEST": "true"}, True),
    ],
)
def test_htmx_gets_the_part_and_a_browser_the_page(page: str, headers: dict[str, str], whole: bool) -> None:
    answer = render_page(ask(**headers), page, {"shell": lambda: "SHELL", "rows": 3}, part="list")
    assert answer.content.decode() == ("<html>SHELL<ul>3</ul>0</html>" if whole else "<ul>3</ul>")
    assert answer["Vary"] == "HX-Request, HX-Request-Type"


def test_the_shell_of_a_page_is_not_worked_out_for_a_part(page: str) -> None:
    def shell() -> str:
        raise AssertionError("asked for")

    assert render_page(ask(**HTMX), page, {"shell": shell, "rows": 1}, part="list").status_code == 200


def test_a_toast_waits_for_the_next_page(page: str) -> None:
    request = ask()
    toasts.toast(request, "Tersimpan", undo="/changes/7/undo/")
    assert b"1</html>" in render_page(request, page, {"shell": ""}).content
    assert request._messages.used  # type: ignore[attr-defined]


def test_a_toast_travels_beside_a_part(page: str) -> None:
    request = ask(**HTMX)
    toasts.toast(request, "Gagal – coba lagi", kind="bad")
    answer = render_page(request, page, {"rows": 1}, part="list", status=422)
    assert answer.status_code == 422
    assert answer["HX-Trigger"] == (
        '{"relasi:toasts": {"items": [{"text": "Gagal \\u2013 coba lagi", "kind": "bad", "undo": ""}]}}'
    )


@pytest.mark.parametrize("already", ["relasi:close", '{"relasi:close": ""}'])
def test_a_toast_joins_the_events_an_answer_has(already: str) -> None:
    request = ask(**HTMX)
    toasts.toast(request, "Tersimpan")
    answer = toasts.deliver(request, HttpResponse(headers={"HX-Trigger": already}))
    assert answer["HX-Trigger"].startswith('{"relasi:close": "", "relasi:toasts"')


def answer_with(**headers: str) -> HttpResponse:
    return SecurityHeaders(lambda request: HttpResponse(headers=headers))(ask())


def test_every_answer_carries_the_strict_policy() -> None:
    answer = answer_with()
    assert answer["Content-Security-Policy"] == POLICY
    assert "unsafe" not in POLICY.replace("style-src-attr 'unsafe-inline'", "")
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert answer["Cache-Control"] == "private, no-cache"


def test_an_answer_may_bring_a_policy_of_its_own() -> None:
    answer = answer_with(**{"Content-Security-Policy": "sandbox", "Cache-Control": "no-store"})
    assert (answer["Content-Security-Policy"], answer["Cache-Control"]) == ("sandbox", "no-store")


def test_signing_out_forgets_the_pages_seen_before() -> None:
    def sign_out(request: HttpRequest) -> HttpResponse:
        response = HttpResponse()
        response.delete_cookie("sessionid")
        return response

    assert SecurityHeaders(sign_out)(ask())["Clear-Site-Data"] == '"cache"'
    assert "Clear-Site-Data" not in answer_with()
