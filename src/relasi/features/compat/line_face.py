"""Line face: the lines of documents by themselves, as the module LineItem: read here, written with their documents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from relasi.engine.access.door import visible_to
from relasi.features.compat.faces import Face, numbered
from relasi.features.compat.ids import read_id
from relasi.features.compat.list_face import ListFace
from relasi.features.compat.record_face import RecordFace
from relasi.features.compat.trade import LINE_ITEM, line_modules, line_told
from relasi.features.compat.vtql import Condition, Query, Several
from relasi.features.compat.wrong import Wrong, denied

COLUMNS = {
    "parent_id": "reference", "productid": "reference", "sequence_no": "integer", "quantity": "double",
    "listprice": "currency", "discount_percent": "double", "discount_amount": "currency", "comment": "text",
    "description": "text", "purchase_cost": "currency", "margin": "currency", "incrementondel": "string",
    "image": "string", "product_name": "string", "entity_type": "string", "deleted": "integer",
}  # fmt: skip


class LinesFace(ListFace):
    def __init__(self) -> None:
        super().__init__(LINE_ITEM, "LineItem", "Line Items", "Line Item", COLUMNS, list)

    def opens(self, verb: str) -> bool:
        return verb == "view" and bool(line_modules())

    def one(self, number: int) -> dict[str, Any]:
        for face, lines in line_modules():
            row = visible_to(face.user, lines.model).filter(pk=number).first()
            if row is not None:
                document = face.record(getattr(row, lines.whole.attname))
                return self._told(face, document, row.pk) | {"label": row.name or ""}
        raise denied("for id")

    def _told(self, face: RecordFace, document: Any, pk: int) -> dict[str, Any]:
        for place, row in enumerate(document.lines_in_order(), 1):
            if row.pk == pk:
                return line_told(face, document, row, place)
        raise denied("for id")

    def select(self, query: Query) -> list[dict[str, Any]]:
        """Of one document, named by parent_id in the query."""
        parent = next(
            (one for one in _conditions(query.where) if one.field == "parent_id" and one.op == "="), None
        )
        id = read_id(parent.values[0]) if parent is not None else None
        if id is None:
            raise Wrong(
                "OPERATION_NOT_SUPPORTED", "LineItem is asked by parent_id: … WHERE parent_id = '4x12'"
            )
        face = numbered(id.module)
        if not isinstance(face, RecordFace) or face.module.lines_module is None:
            return []
        document = face.record(id.record)
        rows = [line_told(face, document, row, n) for n, row in enumerate(document.lines_in_order(), 1)]
        return _Told(self, rows).select(query)


class _Told(ListFace):
    """The lines of one document as rows of a query."""

    def __init__(self, whole: ListFace, rows: list[dict[str, str]]):
        names = [name for name in (rows[0] if rows else whole.columns) if name != "id"]
        super().__init__(
            whole.id, whole.name, whole.label, whole.singular, dict.fromkeys(names, "string"), list
        )
        self.given = rows

    def told(self) -> list[dict[str, str]]:
        return [dict(row) for row in self.given]


def _conditions(where: Condition | Several | None) -> Iterator[Condition]:
    if isinstance(where, Condition):
        yield where
    elif isinstance(where, Several) and not where.any:
        for part in where.parts:
            yield from _conditions(part)


def faces() -> list[Face]:
    return [LinesFace()]
