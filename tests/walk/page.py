"""Page: an answer taken apart: what a person reads or hears of it, and what no page may have."""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

TAG = re.compile(
    r"""<!--.*?-->|<!doctype[^>]*>|<(/?)([a-zA-Z][\w-]*)((?:[^>"']|"[^"]*"|'[^']*')*)>""", re.S | re.I
)
ATTRIBUTE = re.compile(r"""([^\s=/"'<>]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?""")
VOID = set("area base br circle col hr img input link meta path rect source stop use wbr".split())
SPOKEN = set("aria-label title placeholder alt label aria-valuetext aria-description hx-confirm".split())
CODED = {"data-topics", "data-options"}
# What stands inside is no language: code, keys, and what a person typed.
MUTE = {"code", "kbd", "pre", "style", "textarea"}
CONTROLS = {"input", "select", "textarea", "button", "a", "summary"}
LEFT_OVER = re.compile(
    r"%\(\w+\)[sd]|%[sd]\b|\[object |\bNone\b|\bundefined\b|\bNaN\b|\{\{|\}\}|<lazy|<bound method|object at 0x|"
    r"&(?:amp|lt|gt|#39|#34|quot);|<(?:b|i|a|span|strong)\b"
)

FILLED_LATER = re.compile(r"%\(\w+\)s")  # by scripts


@dataclass
class Node:
    tag: str
    attrs: dict[str, str]
    parent: Node | None = None
    text: list[str] = field(
        default_factory=list
    )  # of itself and of all inside, names of pictures and icons included

    def inside(self, tag: str) -> Node | None:
        """The nearest of that tag around it."""
        found = self.parent
        while found is not None and found.tag != tag:
            found = found.parent
        return found


class Page:
    """texts: every text node and spoken attribute, its white space made single. nodes: every element in order."""

    def __init__(self, source: str):
        self.texts: list[str] = []
        self.nodes: list[Node] = []
        self._open: list[Node] = []
        self._mute = 0
        self._take(source)

    def _take(self, source: str) -> None:
        place = 0
        for found in TAG.finditer(source):
            if found.start() < place:
                continue
            self._said(source[place : found.start()])
            place = found.end()
            closing, tag, attributes = found.group(1), (found.group(2) or "").lower(), found.group(3) or ""
            if not tag:
                continue
            if closing:
                self._closed(tag)
                continue
            node = self._opened(tag, attributes)
            if tag == "script":
                end = source.find("</script", place)
                self._scripted(node, source[place:end])
                place = end
            if tag in VOID or attributes.rstrip().endswith("/"):
                self._closed(tag)
        self._said(source[place:])

    def _opened(self, tag: str, attributes: str) -> Node:
        attrs = {
            one[0].lower(): html.unescape(one[1] or one[2] or one[3]) for one in ATTRIBUTE.findall(attributes)
        }
        node = Node(tag, attrs, self._open[-1] if self._open else None)
        self.nodes.append(node)
        self._open.append(node)
        self._mute += _is_mute(node)
        if not self._mute:
            self.texts += (_single(text) for text in _spoken(node))
        name = attrs.get("aria-label") or attrs.get("alt") or attrs.get("title")
        if name:
            self._heard(name)
        return node

    def _closed(self, tag: str) -> None:
        if not any(node.tag == tag for node in self._open):
            return
        while True:
            node = self._open.pop()
            self._mute -= _is_mute(node)
            if node.tag == tag:
                return

    def _said(self, raw: str) -> None:
        text = _single(html.unescape(raw))
        if text:
            self._heard(text)
            if not self._mute:
                self.texts.append(text)

    def _heard(self, text: str) -> None:
        for node in self._open:
            if node.tag in ("label", "button", "a", "summary") or "id" in node.attrs:
                node.text.append(text)

    def _scripted(self, node: Node, source: str) -> None:
        if node.attrs.get("type") == "application/json" and node.attrs.get("id") == "sentences":
            self.texts += (FILLED_LATER.sub("…", str(text)) for text in json.loads(source).values())

    # What no page may have.
    def faults(self, sayable: Collection[str] = ()) -> Iterator[str]:
        """sayable: texts that only look broken, such as the answer "None"."""
        for text in self.texts:
            if LEFT_OVER.search(text) and text not in sayable:
                yield f"has a left-over: {text[:120]!r}"
        ids = Counter(node.attrs["id"] for node in self.nodes if "id" in node.attrs)
        yield from (f"has the id {id!r} {times} times" for id, times in ids.items() if times > 1)
        yield from (
            f"has a nameless {node.tag}: {node.attrs}" for node in self.nodes if self._is_nameless(node, ids)
        )
        whole = any(node.tag == "html" for node in self.nodes[:2])
        for node in self.nodes:
            for attribute in ("for", "aria-labelledby", "aria-describedby", "popovertarget", "form", "list"):
                gone = [id for id in node.attrs.get(attribute, "").split() if id not in ids]
                if gone and whole and node.tag != "dialog":  # which is filled when it opens
                    yield f"has a {node.tag} with {attribute}={gone}, which is nowhere"

    def _is_nameless(self, node: Node, ids: Counter[str]) -> bool:
        attrs = node.attrs
        if (
            node.tag not in CONTROLS
            or attrs.get("type") == "hidden"
            or (node.tag == "a" and "href" not in attrs)
        ):
            return False
        if (
            attrs.get("aria-label")
            or attrs.get("aria-labelledby")
            or attrs.get("title")
            or "".join(node.text)
        ):
            return False
        if node.tag in ("button", "a", "summary"):
            return attrs.get("aria-hidden") != "true"
        if attrs.get("type") in ("submit", "reset", "button") and attrs.get("value"):
            return False
        around = node.inside("label")
        if around is not None and "".join(around.text):
            return False
        return not any(
            one.tag == "label" and one.attrs.get("for") == attrs.get("id", "-") for one in self.nodes
        )


def _is_mute(node: Node) -> bool:
    return node.tag in MUTE or ("lang" in node.attrs and node.tag != "html")


def _spoken(node: Node) -> Iterator[str]:
    for name, value in node.attrs.items():
        button = (
            name == "value"
            and node.tag == "input"
            and node.attrs.get("type") in ("submit", "button", "reset")
        )
        sentence = name.startswith("data-") and " " in value and name not in CODED
        if value and (name in SPOKEN or button or sentence):
            yield value


def _single(text: str) -> str:
    return " ".join(text.split())
