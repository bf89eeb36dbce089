"""Program: what speaks to the API in tests: with a token, in JSON."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from relasi.engine.access.acting import acting
from relasi.engine.api.token import make_token
from relasi.engine.records.change_set import close_change_set


class Program:
    """scopes: as of a token. language: of the sentences it wants."""

    def __init__(self, user: Any, scopes: dict[str, list[str]] | None = None, language: str = "en"):
        with acting(user):
            self.token = make_token(user, "Program", scopes or {"*": ["read", "write"]})
        close_change_set()
        self.language = language
        self.client = Client()

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """headers: with _ for -. The answer has `data`, its JSON."""
        given = {"Authorization": f"Bearer {self.token}", "Accept-Language": self.language}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        answer = self.client.generic(method, f"/api/v1/{path}", headers=given, **sent)
        close_change_set()
        kind = answer.get("Content-Type", "")
        answer.data = json.loads(answer.content) if "json" in kind else None
        return answer

    def get(self, path: str, **headers: str) -> Any:
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.ask("POST", path, {} if body is None else body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        return self.ask("PATCH", path, body, **headers)

    def delete(self, path: str, **headers: str) -> Any:
        return self.ask("DELETE", path, **headers)


def codes(answer: Any) -> dict[str, str]:
    """Field -> code of a problem."""
    return {one["field"]: one["code"] for one in answer.data["errors"]}
