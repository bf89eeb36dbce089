"""`serve_mcp --user NAME`: the Model Context Protocol over standard input and output, as one person, until the input ends."""

from __future__ import annotations

import io
import json
import sys
from argparse import ArgumentParser
from typing import Any

import structlog
from django.core.management.base import BaseCommand
from django.core.serializers.json import DjangoJSONEncoder
from django.db import close_old_connections, connection
from django.http import HttpRequest

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.access.directory import directory
from relasi.engine.access.door import has_tool
from relasi.engine.api.caller import Caller, speaking_as
from relasi.engine.api.management.commands.make_token import user_named
from relasi.engine.api.token import TOOL
from relasi.engine.records.again import whole
from relasi.engine.records.refusal import Refused
from relasi.features.mcp.protocol import Wrong, answer, failure, message_in

log = structlog.get_logger(__name__)
NOT_ALLOWED, BROKEN = -32001, -32603


class Command(BaseCommand):
    help = "Answers a program that speaks the Model Context Protocol over standard input and output, as one person."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--user", required=True, help="user name or email address")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with acting(SYSTEM, via="system", reason="relasi mcp"):
                user = user_named(options["user"])
        except Refused as refused:
            for refusal in refused.refusals:
                self.stderr.write(str(refusal.message))
            sys.exit(1)
        if isinstance(sys.stdin, io.TextIOWrapper):
            sys.stdin.reconfigure(encoding="utf-8", errors="replace")
        for line in sys.stdin:
            if line.strip():
                found = _answered(user.pk, line)
                if found is not None:
                    print(json.dumps(found, cls=DjangoJSONEncoder, ensure_ascii=False), flush=True)


def _answered(user_id: int, line: str) -> dict[str, Any] | None:
    """Who the person is and what they may is looked up for every message: one who was suspended is not answered."""
    try:
        message = message_in(line)
    except Wrong as wrong:
        return failure(None, wrong)
    id = message.get("id") if isinstance(message, dict) else None
    if not connection.in_atomic_block:
        close_old_connections()
    try:
        user = directory().account(user_id)
        if user is None or not user.is_active:
            return failure(id, Wrong(NOT_ALLOWED, "This person does not work here."))
        with speaking_as(user, user.language, reason="MCP"):
            if not has_tool(user, TOOL):
                return failure(id, Wrong(NOT_ALLOWED, "This person may not use the API."))
            return whole(lambda: answer(Caller(HttpRequest(), user), message))
    except Exception:
        log.exception("mcp_broken")
        return failure(id, Wrong(BROKEN, "Something broke on our side. Nothing was half saved."))
