"""Tools: what a program may ask for, each with the schema of its arguments."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404

from relasi.engine.api.caller import Caller
from relasi.engine.api.problem import Problem
from relasi.engine.fields.kind import Invalid
from relasi.engine.records.refusal import Refused
from relasi.features.mcp import proposing, reading
from relasi.features.mcp.arguments import checked
from relasi.features.mcp.operations import MOST
from relasi.features.mcp.untrusted import NOTICE


@dataclass(frozen=True)
class Tool:
    """about: for the program that reads it, in English as all of the protocol. writes: whether it keeps anything."""

    name: str
    title: str
    about: str
    run: Callable[[Caller, dict[str, Any]], dict[str, Any]]
    properties: dict[str, Any]
    required: tuple[str, ...] = ()
    writes: bool = False

    @property
    def schema(self) -> dict[str, Any]:
        return {
            "type": "object", "properties": self.properties, "required": list(self.required), "additionalProperties": False,
        }  # fmt: skip

    @property
    def told(self) -> dict[str, Any]:
        return {
            "name": self.name, "title": self.title, "description": self.about, "inputSchema": self.schema,
            "annotations": {"readOnlyHint": not self.writes, "destructiveHint": False, "openWorldHint": False},
        }  # fmt: skip


def _text(about: str, most: int = 200) -> dict[str, Any]:
    return {"type": "string", "description": about, "maxLength": most}


def _texts(about: str) -> dict[str, Any]:
    return {
        "type": "array",
        "items": {"type": "string", "maxLength": 200},
        "description": about,
        "maxItems": 60,
    }


MODULE = _text("Slug of a module, as `describe` without arguments lists them, such as contacts or deals.")
FILTER = {
    "type": "object",
    "description": 'A condition: {"field": …, "op": …, "value": …}, or {"all": [conditions]} or {"any": [conditions]}. '
    "`describe` tells the operators of each field. A field through one reference: account.name.",
}
WORDS = _text("Words, as in the search box of a list.")

TOOLS = [
    Tool("search", "Search", "Find records of any module by words, parts of names, numbers, phones or e-mails.",
         reading.search, {"query": _text("What to look for."), "module": MODULE,
                          "limit": {"type": "integer", "minimum": 1, "maximum": 50, "description": "Hits, 10 unless told."}},
         ("query",)),
    Tool("describe", "Describe modules", "Without arguments: the modules this person sees. With a module: its fields with "
         "kinds, choices, operators and rights, and what belongs to its records.", reading.describe, {"module": MODULE}),
    Tool("read", "Read a record", "One record: every field this person may see, and its lines.", reading.read,
         {"module": MODULE, "id": {"type": "integer", "description": "Id of the record."},
          "expand": _texts("References to open where they stand, such as account.")}, ("module", "id")),
    Tool("list", "List records", "Records that fit a condition, a page at a time.", reading.list_records,
         {"module": MODULE, "filter": FILTER, "q": WORDS, "fields": _texts("Which fields; the usual ones unless told."),
          "expand": _texts("References to open where they stand."), "sort": _texts("Up to three fields, - for descending."),
          "size": {"type": "integer", "minimum": 1, "maximum": 200, "description": "Records of a page, 50 unless told."},
          "after": _text("`after` of the page before.", 2000), "count": {"type": "boolean", "description": "Count them too."}},
         ("module",)),
    Tool("report", "Count and add up", "How many records fit a condition and the sums of number fields, each currency by "
         "itself; with `by` for each value of a choice, a yes or no, a reference, or each month of a date.", reading.report,
         {"module": MODULE, "filter": FILTER, "q": WORDS, "sums": _texts("Fields to add up."),
          "by": _text("Field to group by.")}, ("module",)),
    Tool("propose", "Propose changes", "Propose to create, update, delete or restore records. Nothing is written: the "
         "person sees what would change and approves or refuses it. Propose what belongs together at once.",
         proposing.propose,
         {"title": _text("What this is for, in a few words the person will read."),
          "operations": {"type": "array", "maxItems": MOST, "description": "All are written, or none.", "items": {
              "type": "object", "properties": {
                  "module": MODULE, "op": {"type": "string", "enum": ["create", "update", "delete", "restore"]},
                  "id": {"type": "integer"}, "version": {"type": "integer"}, "values": {"type": "object"}},
              "required": ["module", "op"], "additionalProperties": False}}},
         ("title", "operations"), writes=True),
    Tool("proposal", "Look up a proposal", "Whether a proposal waits, was approved or refused.", proposing.look_up,
         {"proposal": {"type": "integer", "description": "Its number, from `propose`."}}, ("proposal",)),
]  # fmt: skip
BY_NAME = {tool.name: tool for tool in TOOLS}


def call(caller: Caller, tool: Tool, given: Any) -> dict[str, Any]:
    """The result of tools/call. What the person may not do, or what is wrong with the arguments, is an answer the
    program can read, not an error of the protocol."""
    try:
        data = tool.run(caller, checked(tool.schema, given))
    except Refused as wrong:
        return _failed([(one.field, one.code, str(one.message)) for one in wrong.refusals])
    except Invalid as wrong:
        return _failed([("", wrong.code, str(wrong.message))])
    except Http404:
        return _failed([("", "NOT_FOUND", "This is not there, or you may not see it.")])
    except Problem as wrong:
        given_errors = [(one["field"], one["code"], one["message"]) for one in wrong.errors or ()]
        return _failed(given_errors or [(wrong.field, wrong.code, wrong.sentence)])
    return _result({"notice": NOTICE, **data}, failed=False)


def _failed(errors: list[tuple[str, str, str]]) -> dict[str, Any]:
    told = [{"field": field, "code": code, "message": message} for field, code, message in errors]
    return _result({"errors": told}, failed=True)


def _result(data: dict[str, Any], *, failed: bool) -> dict[str, Any]:
    text = json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False)
    return {
        "content": [{"type": "text", "text": text}], "structuredContent": json.loads(text), "isError": failed,
    }  # fmt: skip
