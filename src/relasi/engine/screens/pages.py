"""Pages: the Jinja2 environment of every page, and the one way to answer with a page or a part of it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import jinja2
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template import engines
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from jinja2_fragments import render_block
from markupsafe import Markup, _escape_inner, escape  # type: ignore[attr-defined]

from relasi.engine.fields.avatar import initials, tone
from relasi.engine.fields.image import picture_address
from relasi.engine.screens import toasts
from relasi.engine.screens.faces import FACES
from relasi.engine.screens.frames import MARKS, Frames
from relasi.engine.screens.kept import kept


def environment(**options: Any) -> jinja2.Environment:
    """The environment Django's Jinja2 backend asks for; `options` are the backend's own."""
    options["undefined"] = jinja2.Undefined
    found = jinja2.Environment(
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        bytecode_cache=_bytecode_cache(),
        **options,
    )
    found.policies["ext.i18n.trimmed"] = True
    # Compiled templates take their escape from here.
    jinja2.runtime.escape = escaped  # type: ignore[assignment,attr-defined]
    found.install_gettext_callables(  # type: ignore[attr-defined]
        translation.gettext,
        translation.ngettext,
        newstyle=True,
        pgettext=translation.pgettext,
        npgettext=translation.npgettext,
    )
    components = Components(found)
    # The two that a page calls a hundred times, without the three calls Jinja2 wraps around each.
    found.globals.update(_=sentence, gettext=sentence)
    found.globals.update(
        icon=icon,
        static=static_address,
        url=address,
        now=timezone.localtime,
        attributes=attributes,
        initials=initials,
        tone=tone,
        picture_address=picture_address,
        ui=components,
        frames=Frames(components),
        constant=Constants(found),
        kept=kept_part,
        framed=framed_part,
        **FACES,
    )
    return found


def _bytecode_cache() -> jinja2.BytecodeCache | None:
    """Compiled templates survive a restart; where the folder cannot be written, first pages are slower."""
    folder = Path(settings.DATA) / "templates"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return None
    return jinja2.FileSystemBytecodeCache(str(folder))


class Components:
    """`ui.button(…)`: every macro of templates/components/*.html by its name, in any template and any part.

    A part rendered alone does not run the imports at the top of its template, so the components are a global.
    """

    def __init__(self, environment: jinja2.Environment):
        self._environment = environment
        self._homes: dict[str, str] = {}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if not self._homes:
            self._homes.update(self._find_homes())
        try:
            macro = getattr(self._environment.get_template(self._homes[name]).module, name)
        except KeyError:
            raise AttributeError(f"no component {name!r} in templates/components") from None
        if not self._environment.auto_reload:
            setattr(self, name, macro)
        return macro

    def _find_homes(self) -> dict[str, str]:
        homes: dict[str, str] = {}
        for path in self._environment.list_templates(filter_func=lambda path: path.startswith("components/")):
            for name, value in vars(self._environment.get_template(path).module).items():
                if isinstance(value, jinja2.runtime.Macro):
                    if name in homes:
                        raise LookupError(f"component {name!r} is in {homes[name]} and in {path}")
                    homes[name] = path
        return homes

    def names(self) -> list[str]:
        """The names of all components."""
        return sorted(self._find_homes())


def sentence(message: str, **values: Any) -> Markup:
    """A translated sentence; values replace %(name)s and are escaped. A percent sign is written %%."""
    found = _translated(translation.get_language(), message)
    if not values:
        return found
    return Markup(str.__mod__(found, {name: _spoken(value) for name, value in values.items()}))


def _spoken(value: Any) -> Any:
    return value if isinstance(value, int | float) else escaped(value)


@lru_cache(maxsize=8192)
def _translated(_language: str | None, message: str) -> Markup:
    found = translation.gettext(message)
    return Markup(found if "%(" in found else found.replace("%%", "%"))


class Constants:
    """`constant("base/help.html")`: a template that shows the same to everybody of a language, drawn once for each."""

    def __init__(self, environment: jinja2.Environment):
        self._environment = environment
        self._drawn: dict[tuple[str, str | None], Markup] = {}

    def __call__(self, name: str) -> Markup:
        key = (name, translation.get_language())
        found = self._drawn.get(key)
        if found is None or self._environment.auto_reload:
            found = self._drawn[key] = Markup(self._environment.get_template(name).render())
        return found


@jinja2.pass_context
def kept_part(context: jinja2.runtime.Context, name: str, *look: Any) -> Markup:
    """`kept("base/side.html", shell.look)`: a template that shows the same to one person for one look, drawn once for
    each. look: everything it is made of beside the person's rights and language."""

    def draw() -> Markup:
        return Markup(context.environment.get_template(name).render(context.get_all()))

    visitor = context.get("visitor")
    unknown = not visitor or any(isinstance(part, jinja2.Undefined) for part in look)
    if unknown or context.environment.auto_reload:
        return draw()
    return kept((name, visitor.look, look), draw)


@jinja2.pass_context
def framed_part(context: jinja2.runtime.Context, name: str, look: tuple[Any, ...], **slots: Any) -> Markup:
    """`framed("screens/star.html", (entry.slug,), at=here)`: as kept, for a template that differs from record to record in
    nothing but the slots: it is drawn with marks in their place."""
    with_marks = {slot: MARKS[slot] for slot in slots}

    def draw() -> Markup:
        return Markup(context.environment.get_template(name).render(context.get_all() | with_marks))

    visitor = context.get("visitor")
    drawn_anew = not visitor or context.environment.auto_reload
    frame = str(draw() if drawn_anew else kept((name, visitor.look, look), draw))
    for slot, mark in with_marks.items():
        frame = frame.replace(mark, escaped(slots[slot]))
    return Markup(frame)


@cache
def icon(name: str, cls: str = "") -> Markup:
    """One icon of the sprite (bin/icon-names.txt), decoration only. cls: i-sm, i-lg, i-xl, i-fill, spin."""
    classes = f"i {cls}".strip()
    return Markup('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>').format(
        classes, static("icons.svg"), name
    )


@cache
def static_address(name: str) -> str:
    """The address of a static file, which holds as long as this process."""
    return static(name)


def address(name: str, *args: Any, **kwargs: Any) -> str:
    """The path of a named URL pattern."""
    return reverse(name, args=args or None, kwargs=kwargs or None)


def attributes(*sources: Mapping[str, Any] | None) -> Markup:
    """HTML attributes from mappings, later ones win: hx_get -> hx-get; True -> bare; None, False -> left out.

    A name that already holds "-" or ":" is kept as it is ("hx-status:422"), and class_ loses its underscore.
    """
    found: dict[str, Any] = {}
    for source in sources:
        if source:
            found.update((_attribute(key), value) for key, value in source.items())
    parts: list[str] = []
    for name, value in found.items():
        if value is True:
            parts += (" ", name)
        elif value is not None and value is not False and not isinstance(value, jinja2.Undefined):
            parts += (" ", name, '="', escaped(value), '"')
    return Markup("".join(parts))


@cache
def _attribute(key: str) -> str:
    return escaped(key if "-" in key else key.rstrip("_").replace("_", "-"))


def escaped(value: Any) -> str:
    """What markupsafe's escape gives, as a plain text where nothing needs more: a page holds a thousand of them."""
    kind = type(value)
    if kind is Markup:
        return value
    return _escape_inner(value) if kind is str else escape(value)


# What differs in every request stands in a page as one of these until the page is whole, so that parts can be kept.
TOKEN, HERE = secrets.token_hex(16), secrets.token_hex(16)
TOKEN_INPUT = Markup('<input type="hidden" name="csrfmiddlewaretoken" value="{}">').format(TOKEN)


def _of_this_request(drawn: str, request: HttpRequest) -> str:
    if TOKEN in drawn:
        drawn = drawn.replace(TOKEN, get_token(request))
    return drawn.replace(HERE, escaped(request.get_full_path()))


def wants_part(request: HttpRequest) -> bool:
    """Whether htmx asks for a part: not when it swaps the whole body or restores history."""
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and headers.get("HX-Request-Type") != "full"
        and headers.get("HX-History-Restore-Request") != "true"
    )


def render_page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    part: str | Sequence[str] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """Answer with the whole template, or with its named block(s) alone when htmx asks and `part` is given.

    context may hold a function under "shell": it is called only for whole templates. Toasts that wait are
    shown by a whole page and travel in a header beside anything htmx asked for.
    """
    env: jinja2.Environment = engines["jinja2"].env  # type: ignore[attr-defined]
    values = {
        "request": request,
        "csrf_token": TOKEN,
        "csrf_input": TOKEN_INPUT,
        "here": HERE,
        "visitor": getattr(request, "visitor", None),
        **context,
    }
    asked_by_htmx = wants_part(request)
    if asked_by_htmx and part:
        names = [part] if isinstance(part, str) else part
        drawn = "".join(render_block(env, template, name, values) for name in names)
    else:
        if callable(values.get("shell")):
            values["shell"] = values["shell"]()
        if not asked_by_htmx:
            values["toasts"] = toasts.take(request)
        drawn = env.get_template(template).render(values)
    response = HttpResponse(_of_this_request(drawn, request), status=status)
    if asked_by_htmx:
        toasts.deliver(request, response)
    patch_vary_headers(response, ("HX-Request", "HX-Request-Type"))
    return response
