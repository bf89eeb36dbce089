"""Addresses of the API."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import path

from relasi.engine.api.caller import Caller, by_method
from relasi.engine.api.problem import not_there

ROOT = "api/v1/"


def nothing(caller: Caller, rest: str = "") -> HttpResponse:
    raise not_there()


def patterns() -> list[object]:
    from relasi.engine.api import acts, describe, docs, feed, openapi, usage

    anything = by_method(**dict.fromkeys(("GET", "POST", "PATCH", "PUT", "DELETE"), nothing))
    return [
        path(f"{ROOT}me", by_method(GET=describe.me)),
        path(f"{ROOT}openapi.json", by_method(GET=openapi.openapi)),
        path(f"{ROOT}docs", docs.page),
        path(f"{ROOT}modules", by_method(GET=describe.modules)),
        path(f"{ROOT}modules/<entry:entry>", by_method(GET=describe.module)),
        path(f"{ROOT}changes", by_method(GET=feed.changes)),
        path(f"{ROOT}changes/<int:id>/undo", by_method(POST=acts.undo)),
        path(f"{ROOT}usage", by_method(GET=usage.usage)),
        *_files(),
        *_records(),
        path(ROOT, anything),
        path(f"{ROOT}<path:rest>", anything),
    ]


def _files() -> list[object]:
    from relasi.engine.api import around

    return [path(f"{ROOT}files/<int:id>", by_method(GET=around.download, DELETE=around.remove_file))]


def _records() -> list[object]:
    from relasi.engine.api import acts, around, records

    module, one = f"{ROOT}<entry:entry>", f"{ROOT}<entry:entry>/<int:id>"
    return [
        path(module, by_method(GET=records.index, POST=records.create)),
        path(f"{module}/bulk", by_method(POST=acts.bulk)),
        path(one, by_method(GET=records.read, PATCH=records.change, DELETE=records.delete)),
        path(f"{one}/restore", by_method(POST=records.restore)),
        path(f"{one}/history", by_method(GET=around.history)),
        path(f"{one}/related/<slug:name>", by_method(GET=around.related)),
        path(f"{one}/comments", by_method(GET=around.list_comments, POST=around.add_comment)),
        path(f"{one}/comments/<int:comment_id>", by_method(DELETE=around.remove_comment)),
        path(f"{one}/tags", by_method(GET=around.list_tags, POST=around.add_tag)),
        path(f"{one}/tags/<int:tag_id>", by_method(DELETE=around.remove_tag)),
        path(f"{one}/files", by_method(GET=around.list_files, POST=around.add_files)),
        path(f"{one}/do/<slug:verb>", by_method(POST=acts.do)),
    ]
