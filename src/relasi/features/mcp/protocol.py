"""Protocol: the Model Context Protocol as far as a server of tools speaks it: JSON-RPC, one message at a time.

Two eras of it: up to 2025-11-25 a connection begins with `initialize`; from 2026-07-28 on each request says in `_meta`
which version it speaks, and nothing is remembered between them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from relasi.engine.api.caller import Caller
from relasi.engine.api.given import json_of
from relasi.features.mcp.tools import BY_NAME, TOOLS, call
from relasi.features.mcp.untrusted import NOTICE

BY_HANDSHAKE = ("2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05")
BY_REQUEST = ("2026-07-28",)
META = "io.modelcontextprotocol/"
PARSE_ERROR, INVALID_REQUEST, NO_METHOD, INVALID_PARAMS = -32700, -32600, -32601, -32602
HEADER_MISMATCH, NO_VERSION = -32020, -32022
STATUS = {
    PARSE_ERROR: 400, INVALID_REQUEST: 400, INVALID_PARAMS: 400, HEADER_MISMATCH: 400, NO_VERSION: 400, NO_METHOD: 404,
}  # fmt: skip
DEEPEST = 40  # levels of objects and lists in one message
SERVER = {"name": "relasi", "title": "Relasi", "version": "1"}
INSTRUCTIONS = (
    "Relasi is a CRM. You see what the person you work for may see. Begin with describe. You write nothing by yourself: "
    "propose says what should change, and the person approves or refuses it in Relasi. " + NOTICE
)


@dataclass
class Wrong(Exception):
    """An error of the protocol itself."""

    code: int
    message: str
    data: Any = None


def message_in(text: str | bytes) -> Any:
    """The message a text holds. Raises Wrong."""
    try:
        found, unfit = json_of(text)
    except ValueError:
        raise Wrong(PARSE_ERROR, "This is no JSON that can be read.") from None
    if unfit or _is_deep(found):
        raise Wrong(INVALID_REQUEST, "The message holds signs that no text can hold, or is nested too deep.")
    return found


def _is_deep(value: Any, left: int = DEEPEST) -> bool:
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return left == 0 or any(_is_deep(one, left - 1) for one in parts)


def answer(caller: Caller, message: Any) -> dict[str, Any] | None:
    """The answer to one message; None for one that wants none."""
    if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
        return failure(None, Wrong(INVALID_REQUEST, "Send one JSON-RPC 2.0 message."))
    id, method = message.get("id"), message.get("method")
    if not isinstance(method, str):
        # An answer to something we never asked, or nothing we know.
        answered = "result" in message or "error" in message
        return None if answered else failure(id, Wrong(INVALID_REQUEST, "There is no method."))
    if "id" not in message:
        return None
    if isinstance(id, bool) or not isinstance(id, str | int):
        return failure(None, Wrong(INVALID_REQUEST, "An id is a string or an integer."))
    try:
        return {"jsonrpc": "2.0", "id": id, "result": _result(caller, method, message.get("params", {}))}
    except Wrong as wrong:
        return failure(id, wrong)


def failure(id: Any, wrong: Wrong) -> dict[str, Any]:
    error = {"code": wrong.code, "message": wrong.message}
    return {
        "jsonrpc": "2.0", "id": id, "error": error if wrong.data is None else error | {"data": wrong.data},
    }  # fmt: skip


def version_in(message: Any) -> Any:
    """The version a message names by itself; None for one of the first era."""
    params = message.get("params") if isinstance(message, dict) else None
    meta = params.get("_meta") if isinstance(params, dict) else None
    return meta.get(f"{META}protocolVersion") if isinstance(meta, dict) else None


def _result(caller: Caller, method: str, params: Any) -> dict[str, Any]:
    if not isinstance(params, dict):
        raise Wrong(INVALID_PARAMS, "params must be an object.")
    version = version_in({"params": params})
    if version is None:
        return _first_era(caller, method, params)
    if version not in BY_REQUEST:
        data = {"supported": list(BY_REQUEST), "requested": version}
        raise Wrong(NO_VERSION, "Unsupported protocol version", data)
    found = _second_era(caller, method, params)
    return {"resultType": "complete", **found, "_meta": {f"{META}serverInfo": SERVER}}


def _first_era(caller: Caller, method: str, params: dict[str, Any]) -> dict[str, Any]:
    if method == "initialize":
        asked = params.get("protocolVersion")
        return {
            "protocolVersion": asked if asked in BY_HANDSHAKE else BY_HANDSHAKE[0],
            "capabilities": {"tools": {"listChanged": False}}, "serverInfo": SERVER, "instructions": INSTRUCTIONS,
        }  # fmt: skip
    return {} if method == "ping" else _of_tools(caller, method, params)


def _second_era(caller: Caller, method: str, params: dict[str, Any]) -> dict[str, Any]:
    if f"{META}clientCapabilities" not in params["_meta"]:
        raise Wrong(INVALID_PARAMS, f"params._meta is missing {META}clientCapabilities.")
    kept = {"ttlMs": 60_000, "cacheScope": "private"}
    if method == "server/discover":
        return {
            "supportedVersions": list(BY_REQUEST), "capabilities": {"tools": {}}, "instructions": INSTRUCTIONS, **kept,
        }  # fmt: skip
    found = _of_tools(caller, method, params)
    return found | kept if method == "tools/list" else found


def _of_tools(caller: Caller, method: str, params: dict[str, Any]) -> dict[str, Any]:
    if method == "tools/list":
        return {"tools": [tool.told for tool in TOOLS]}
    if method != "tools/call":
        raise Wrong(NO_METHOD, "There is no such method here.")
    tool = BY_NAME.get(params["name"]) if isinstance(params.get("name"), str) else None
    if tool is None:
        raise Wrong(INVALID_PARAMS, "There is no such tool.")
    return call(caller, tool, params.get("arguments", {}))
