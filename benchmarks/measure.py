"""Measuring requests inside one process: what the server needs, without the network."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any

from django.db import connection
from django.test import Client


@dataclass
class Times:
    """Milliseconds."""

    p50: float
    p95: float

    @property
    def shown(self) -> dict[str, float]:
        return {"p50": round(self.p50, 2), "p95": round(self.p95, 2)}


def timed(call: Callable[[int], Any], times: int = 200, warm_up: int = 20) -> Times:
    """Runs call(n) and gives its times; the first ones do not count."""
    for n in range(warm_up):
        call(n)
    found = []
    for n in range(times):
        start = time.perf_counter()
        call(warm_up + n)
        found.append((time.perf_counter() - start) * 1000)
    return Times(median(found), quantiles(found, n=20)[-1])


class Visitor:
    """A person's browser."""

    def __init__(self, user: Any):
        self.client = Client(HTTP_HOST="localhost")
        self.client.force_login(user)

    def get(self, address: str, *, part: bool = False) -> Any:
        headers = {"HX-Request": "true"} if part else {}
        answer = self.client.get(address, headers=headers)
        assert answer.status_code == 200, (address, answer.status_code)
        return answer

    def post(self, address: str, values: dict[str, Any]) -> Any:
        answer = self.client.post(address, values, headers={"HX-Request": "true"})
        assert answer.status_code in (200, 204), (address, answer.status_code, answer.content[:500])
        return answer


def sql(statement: str, values: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        cursor.fetchall()
