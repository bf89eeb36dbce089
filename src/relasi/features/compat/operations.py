"""Operations: what programs can ask for, by name; each takes the request and runs as the person the program works for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from relasi.features.compat import describe, extras, faces, hanging_faces, leads, people, related, syncing
from relasi.features.compat.asked import Asked
from relasi.features.compat.ids import needed_id
from relasi.features.compat.vtql import parse
from relasi.features.compat.wrong import Wrong

Operation = Callable[[Asked], Any]


def listtypes(asked: Asked) -> Any:
    return describe.listtypes(asked.values.get("fieldTypeList"))


def describe_one(asked: Asked) -> Any:
    return describe.describe(asked.text("elementType"))


def create(asked: Asked) -> Any:
    face = faces.named(asked.text("elementType"))
    element = asked.element()
    if face.name == "Documents":
        element[hanging_faces.UPLOAD] = asked.upload
    return face.create(element)


def retrieve(asked: Asked) -> Any:
    id = needed_id(asked.text("id"))
    return faces.numbered(id.module).one(id.record)


def update(asked: Asked) -> Any:
    return _change(asked, whole=True)


def revise(asked: Asked) -> Any:
    return _change(asked, whole=False)


def _change(asked: Asked, *, whole: bool) -> Any:
    element = asked.element()
    id = needed_id(str(element.get("id") or asked.text("id")))
    return faces.numbered(id.module).update(id.record, element, whole=whole)


def delete(asked: Asked) -> Any:
    id = needed_id(asked.text("id"))
    faces.numbered(id.module).remove(id.record)
    return {"status": "successful"}


def query(asked: Asked) -> Any:
    found = parse(asked.text("query", "q"))
    return faces.named(found.module).select(found)


def files_retrieve(asked: Asked) -> Any:
    id = needed_id(asked.text("id", "file_id"))
    if id.module != hanging_faces.documents().id:
        raise Wrong("RECORD_NOT_FOUND", "Record you are trying to access is not found")
    try:
        return hanging_faces.files_told(id.record)
    except Wrong:
        raise Wrong("RECORD_NOT_FOUND", "Record you are trying to access is not found") from None


def not_here(name: str, instead: str) -> Operation:
    def refuse(_asked: Asked) -> Any:
        raise Wrong("OPERATION_NOT_SUPPORTED", f"{name} is not supported here. {instead}")

    return refuse


OPERATIONS: dict[str, Operation] = {
    "listtypes": listtypes, "describe": describe_one, "create": create, "retrieve": retrieve, "update": update,
    "revise": revise, "delete": delete, "query": query, "files_retrieve": files_retrieve, "retrieve_inventory": retrieve,
    "relatedtypes": related.relatedtypes, "retrieve_related": related.retrieve_related,
    "query_related": related.query_related, "add_related": related.add_related, "delete_related": related.delete_related,
    "convertlead": leads.convertlead, "sync": syncing.sync, "me": people.me, "changepassword": people.changepassword,
    "deleteuser": people.deleteuser, "tags_add": extras.tags_add, "tags_retrieve": extras.tags_retrieve,
    "tags_delete": extras.tags_delete, "lookup": extras.lookup,
    "get_account_hierarchy": extras.get_account_hierarchy, "reopen": extras.reopen,
}  # fmt: skip
SYNC = "Use sync."
OPERATIONS |= {
    name: not_here(name, SYNC)
    for name in ("wsapp_register", "wsapp_deregister", "wsapp_get", "wsapp_put", "wsapp_map")
}
OPERATIONS |= {"decrypt": not_here("decrypt", "Nothing is sealed for programs.")}


def operation_named(name: str) -> Operation:
    """Raises Wrong."""
    if name not in OPERATIONS:
        raise Wrong("UNKNOWN_OPERATION", f"Unknown operation requested{f': {name[:60]}' if name else ''}")
    return OPERATIONS[name]
