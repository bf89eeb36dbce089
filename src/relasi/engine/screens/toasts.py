"""Toasts: a short sentence about what has just happened, shown with the next answer, often with an undo."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse

LEVELS = {"good": messages.SUCCESS, "bad": messages.ERROR, "info": messages.INFO}
KINDS = {level: kind for kind, level in LEVELS.items()}


def toast(request: HttpRequest, text: Any, *, undo: str = "", kind: str = "good") -> None:
    """Keep a sentence for the next answer. undo: where a press on Undo posts to. kind: good, bad or info."""
    messages.add_message(request, LEVELS[kind], str(text), extra_tags=undo, fail_silently=True)


def offer_undo(request: HttpRequest, change_set: int | None, sentence: str) -> None:
    """A toast with a button that takes the change back."""
    toast(request, sentence, undo=f"/changes/{change_set}/undo/" if change_set else "")


def take(request: HttpRequest) -> list[dict[str, str]]:
    """The sentences that wait, as text, kind and undo; they do not wait any longer."""
    return [
        {"text": message.message, "kind": KINDS.get(message.level, "info"), "undo": message.extra_tags or ""}
        for message in messages.get_messages(request)
    ]


def add_event(response: HttpResponse, name: str, about: Any = "") -> HttpResponse:
    """An event the page's scripts hear beside the answer."""
    already = response.headers.get("HX-Trigger", "")
    events = json.loads(already) if already.startswith("{") else dict.fromkeys(already.split(","), "")
    events.pop("", None)
    response.headers["HX-Trigger"] = json.dumps({**events, name: about})
    return response


def deliver(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Send the sentences that wait in a header, beside an answer that is not a whole page."""
    waiting = take(request)
    return add_event(response, "relasi:toasts", {"items": waiting}) if waiting else response
