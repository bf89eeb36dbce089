"""Rich text: headings, lists, links and tables as clean HTML."""

from __future__ import annotations

import html
import re
from typing import Any

import nh3
from django.db import models
from markupsafe import Markup, escape

from relasi.engine.fields.declared import DeclaredField
from relasi.engine.fields.kind import EMPTY_CELL, shows_as
from relasi.engine.fields.reader import Reader
from relasi.engine.fields.text import LONGEST_TEXT, LongTextKind, excerpt

_TAG_NAMES = (
    "p br b strong i em u s a ul ol li h2 h3 h4 blockquote code pre hr table thead tbody tr th td sub sup"
)
TAGS = frozenset(_TAG_NAMES.split())
ATTRIBUTES = {"a": {"href"}, "th": {"colspan", "rowspan"}, "td": {"colspan", "rowspan"}}
SCHEMES = {"http", "https", "mailto", "tel"}

_HAS_TAG = re.compile(r"<[a-zA-Z/!]")
_BLOCK_END = re.compile(r"</(?:p|li|h[2-4]|tr|blockquote|pre)>|<br>|<hr>")
_CELL_END = re.compile(r"</t[dh]>")
_ONLY_LINES = re.compile(r"(?:<p>(?:[^<]|<br>)*</p>)*")


class RichTextField(DeclaredField, models.TextField):
    """Formatted text, at most 32,000 characters of HTML."""

    longest = LONGEST_TEXT


def clean_html(text: str) -> str:
    """Only the tags above, and links that lead to pages, mail or phones."""
    return nh3.clean(
        text, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener noreferrer nofollow"
    )


def plain_text(value: str) -> str:
    """The words of cleaned HTML, a line for each block."""
    spaced = _CELL_END.sub(" ", _BLOCK_END.sub("\n", value))
    return html.unescape(nh3.clean(spaced, tags=set())).strip()


def from_plain(text: str) -> str:
    """Paragraphs from lines: an empty line begins a new one."""
    blocks = [block.strip("\n") for block in re.split(r"\n\s*\n", text)]
    drawn = (str(escape(block)).replace("\n", "<br>") for block in blocks)
    return "".join(f"<p>{block}</p>" for block in drawn)


@shows_as(RichTextField)
class RichTextKind(LongTextKind):
    """Text without any tag is taken as it stands, so the box works without an editor too."""

    name = "rich_text"
    input = "rich_text"
    operators: tuple[str, ...] = ("contains", "not_contains", "empty", "not_empty")

    def parse(self, raw: Any, reader: Reader | None = None) -> str | None:
        text = super().parse(raw, reader)
        if not text:
            return text
        cleaned = clean_html(text if _HAS_TAG.search(text) else from_plain(text)).strip()
        if not plain_text(cleaned):
            return self.nothing
        if self.longest is not None and len(cleaned) > self.longest:
            raise self.too_long(cleaned)
        return cleaned

    def show(self, value: Any, reader: Reader | None = None) -> str:
        return plain_text(value) if value else ""

    def typed(self, value: Any, reader: Reader | None = None) -> str:
        """Plain lines where the text has no other form, else its HTML."""
        if not value or not _ONLY_LINES.fullmatch(value):
            return value or ""
        lines = (
            value.removeprefix("<p>").removesuffix("</p>").replace("</p><p>", "\n\n").replace("<br>", "\n")
        )
        plain = html.unescape(lines)
        return value if _HAS_TAG.search(plain) or self.parse(plain) != value else plain

    def cell(self, value: Any, record: Any = None, reader: Reader | None = None) -> Markup:
        return escape(excerpt(plain_text(value))) if value else EMPTY_CELL

    def fact(self, value: Any, record: Any = None, reader: Reader | None = None) -> Markup:
        """Cleaned once more, so that nothing written by other ways reaches a page."""
        return Markup(f'<div class="prose">{clean_html(value)}</div>') if value else Markup("")

    def brief(self, value: Any, reader: Reader | None = None) -> str:
        return excerpt(plain_text(value or ""))

    def search_sql(self) -> str:
        return f"regexp_replace({super().search_sql()}, '<[^>]*>', ' ', 'g')"
