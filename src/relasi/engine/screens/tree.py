"""Tree: a record among those above and below it, where records of one module stand under one another."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from relasi.engine.access.door import fields_for, visible_to
from relasi.engine.declare.module import Module
from relasi.engine.declare.words import Related
from relasi.engine.fields.reference import ReferenceKind
from relasi.engine.query.path import Path, resolve, visible_paths
from relasi.engine.records.circle import chains, those_below
from relasi.engine.records.record import title_of
from relasi.engine.screens.asking import must, reader_of, shell_for, signed_in, user_of, visible_record
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.shell import Entry

MOST = 500


@dataclass
class Node:
    """One record of the tree; of one the person may not see its number alone. meta: what its panel tells of it."""

    label: str
    url: str = ""
    meta: str = ""
    current: bool = False
    children: list[Node] = field(default_factory=list)


def own_tree(module: Module, user: Any) -> Related | None:
    """The panel by which records of a module show those of the same module under them, for who may see that."""
    for part in module.page:
        if isinstance(part, Related) and part.module.lower() == module.key and part.by:
            return part if part.by in fields_for(user, "view", module) else None
    return None


@signed_in
def page(request: HttpRequest, entry: Entry, id: int) -> HttpResponse:
    must(request, "view", entry)
    record, user = visible_record(request, entry, id), user_of(request)
    part = own_tree(entry.module, user)
    if part is None:
        raise Http404
    model = entry.module.model
    top = _top(chains(model, part.by, [id]), id)
    above = {top: None, **those_below(model, part.by, top, MOST)}
    context = {
        "shell": shell_for(request, entry, (title_of(record), f"{entry.url}{id}/"), (_("Chart"), None)),
        "title": _("Chart of %(name)s") % {"name": title_of(record)},
        "record": record,
        "back": f"{entry.url}{id}/",
        "nodes": [_grown(request, entry, part, above, id)],
        "cut": MOST if len(above) > MOST else 0,
    }
    return render_page(request, "screens/tree.html", context)


def _top(above: dict[int, int | None], id: int) -> int:
    while (one := above.get(id)) is not None:
        id = one
    return id


def _grown(request: HttpRequest, entry: Entry, part: Related, above: dict[int, Any], current: int) -> Node:
    """The tree as one node. above: record -> the one over it, None for the top, each behind the one over it."""
    user, model = user_of(request), entry.module.model
    paths = [resolve(entry.module, name, user) for name in visible_paths(entry.module, part.columns, user)]
    seen = {row.pk: row for row in visible_to(user, model).filter(pk__in=above)}
    hidden = dict(model._base_manager.filter(pk__in=above.keys() - seen.keys()).values_list("pk", "number"))
    nodes: dict[int, Node] = {}
    for id in above:
        row = seen.get(id)
        nodes[id] = Node(hidden.get(id, "–")) if row is None else _node(request, entry, paths, row)
        nodes[id].current = id == current
    tops = [id for id, over in above.items() if over not in nodes]
    for id, over in above.items():
        if over in nodes:
            nodes[over].children.append(nodes[id])
    for node in nodes.values():
        node.children.sort(key=lambda child: child.label.casefold())
    return nodes[tops[0]]


def _node(request: HttpRequest, entry: Entry, paths: list[Path], row: Any) -> Node:
    told = (_told(path, row, reader_of(request)) for path in paths)
    return Node(title_of(row), f"{entry.url}{row.pk}/", " · ".join(text for text in told if text))


def _told(path: Path, row: Any, reader: Any) -> str:
    """A value in words. What another record is called is not told here: it may be one that is hidden."""
    if isinstance(path.kind, ReferenceKind):
        return ""
    return path.kind.show(path.value_of(row), reader) if path.computed else path.kind.text_of(row, reader)
