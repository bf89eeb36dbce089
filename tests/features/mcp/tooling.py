"""Tooling: a program that speaks the Model Context Protocol to the product in tests, with a token, as one person."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from relasi.engine.access.acting import acting
from relasi.engine.api.token import make_token
from relasi.engine.records.change_set import close_change_set

ID = "io.modelcontextprotocol/"


class Refusal(Exception):
    """A tool said no: field -> code."""

    def __init__(self, errors: list[dict[str, str]]):
        super().__init__(str(errors))
        self.codes = {one["field"]: one["code"] for one in errors}


class ToolProgram:
    """scopes: as of a token."""

    def __init__(self, user: Any, scopes: dict[str, list[str]] | None = None, name: str = "Asisten"):
        with acting(user):
            self.token = make_token(user, name, scopes or {"*": ["read", "write"]})
        close_change_set()
        self.client = Client()

    def send(self, message: Any, **headers: str) -> Any:
        given = {"Authorization": f"Bearer {self.token}", "Accept-Language": "en"}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        body = message if isinstance(message, str) else json.dumps(message)
        answer = self.client.post("/mcp", body, content_type="application/json", headers=given)
        close_change_set()
        return answer

    def ask(self, method: str, **params: Any) -> Any:
        return self.send({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).json()

    def call(self, tool: str, /, **arguments: Any) -> Any:
        """Raises Refusal."""
        found = self.ask("tools/call", name=tool, arguments=arguments)["result"]
        data = found["structuredContent"]
        assert json.loads(found["content"][0]["text"]) == data
        if found["isError"]:
            raise Refusal(data["errors"])
        assert "untrusted" in data["notice"]
        return data
