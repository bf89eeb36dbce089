"""A program that knows the interface from its description alone: what it sends and what it takes for granted."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from django.test import Client

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.records.change_set import close_change_set
from relasi.features.compat.access_key import make_key
from relasi.features.compat.switch import turn

SERVICE, REST = "/webservice.php", "/restapi/v1/vtiger/default/"


class Failed(Exception):
    def __init__(self, error: dict[str, Any], answer: Any):
        super().__init__(f"{error['code']}: {error['message']}")
        self.code, self.message, self.answer = error["code"], error["message"], answer


def opened(user: Any) -> str:
    """A key of this person, with the interface switched on."""
    with acting(SYSTEM, via="system"):
        turn(True)
    with acting(user):
        key = make_key(user, "Program")
    close_change_set()
    return key


def result_of(answer: Any) -> Any:
    close_change_set()
    assert answer["Content-Type"].startswith("application/json"), answer.content[:300]
    body = json.loads(answer.content)
    assert body["success"] is True or body["success"] is False
    if not body["success"]:
        raise Failed(body["error"], answer)
    return body["result"]


class Service:
    """Speaks to /webservice.php: challenge, then a session named with every call. style: form, multipart or json."""

    def __init__(self, user: Any, key: str = "", style: str = "form"):
        self.user, self.key, self.style = user, key or opened(user), style
        self.client = Client()
        self.session = ""

    def signed_in(self) -> Service:
        self.login()
        return self

    def login(self) -> dict[str, Any]:
        token = self.get("getchallenge", username=self.user.username)["token"]
        told = self.post("login", username=self.user.username, accessKey=self.answer_to(token))
        self.session = told["sessionName"]
        return told

    def answer_to(self, token: str) -> str:
        return hashlib.md5(f"{token}{self.key}".encode()).hexdigest()

    def given(self, operation: str, values: dict[str, Any]) -> dict[str, Any]:
        sent = {"operation": operation} | ({"sessionName": self.session} if self.session else {})
        return sent | {
            n: v if isinstance(v, str) or hasattr(v, "read") else json.dumps(v) for n, v in values.items()
        }

    def get(self, operation: str, **values: Any) -> Any:
        answer = self.client.get(SERVICE, self.given(operation, values))
        assert answer.status_code == 200
        return result_of(answer)

    def post(self, operation: str, **values: Any) -> Any:
        sent = self.given(operation, values)
        if self.style == "form":
            form = "application/x-www-form-urlencoded"
            from urllib.parse import urlencode

            answer = self.client.post(SERVICE, urlencode(sent), content_type=form)
        elif self.style == "json":
            answer = self.client.post(SERVICE, json.dumps(sent), content_type="application/json")
        else:
            answer = self.client.post(SERVICE, sent)
        assert answer.status_code == 200
        return result_of(answer)

    # What both faces share.
    def listtypes(self) -> Any:
        return self.get("listtypes")

    def describe(self, module: str) -> Any:
        return self.get("describe", elementType=module)

    def create(self, module: str, **element: Any) -> Any:
        return self.post("create", elementType=module, element=element)

    def retrieve(self, id: str) -> Any:
        return self.get("retrieve", id=id)

    def query(self, query: str) -> Any:
        return self.get("query", query=query)

    def revise(self, **element: Any) -> Any:
        return self.post("revise", element=element)

    def update(self, **element: Any) -> Any:
        return self.post("update", element=element)

    def delete(self, id: str) -> Any:
        return self.post("delete", id=id)


class Rest(Service):
    """Speaks to /restapi/…: user and key with every call. style besides: query (all in the address, an empty JSON body)."""

    def headers(self) -> dict[str, str]:
        pair = base64.b64encode(f"{self.user.username}:{self.key}".encode()).decode()
        return {"Authorization": f"Basic {pair}"}

    def get(self, operation: str, **values: Any) -> Any:
        return self.told(self.client.get(REST + operation, self.sent(values), headers=self.headers()))

    def post(self, operation: str, **values: Any) -> Any:
        sent, path = self.sent(values), REST + operation
        if self.style == "json":
            answer = self.client.post(
                path, json.dumps(sent), content_type="application/json", headers=self.headers()
            )
        elif self.style == "query":
            from urllib.parse import urlencode

            path = f"{path}?{urlencode(sent)}"
            answer = self.client.post(path, "", content_type="application/json", headers=self.headers())
        else:
            answer = self.client.post(path, sent, headers=self.headers())
        return self.told(answer)

    def sent(self, values: dict[str, Any]) -> dict[str, Any]:
        return {
            n: v if isinstance(v, str) or hasattr(v, "read") else json.dumps(v) for n, v in values.items()
        }

    def told(self, answer: Any) -> Any:
        self.answer = answer
        return result_of(answer)
