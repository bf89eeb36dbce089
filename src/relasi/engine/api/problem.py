"""Problem: what went wrong, as RFC 9457 says it, with our codes, the fields and sentences in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from relasi.engine.declare.refusal import Refusal

MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """status: of HTTP. code: of the error vocabulary. field: a field, parameter or header it is about."""

    def __init__(self, status: int, code: str, sentence: Any, field: str = "", **more: Any):
        super().__init__(f"{status} {code} {sentence}")
        self.status, self.code, self.sentence, self.field, self.more = (
            status,
            code,
            str(sentence),
            field,
            more,
        )
        self.headers: dict[str, str] = more.pop("headers", {})
        self.errors: list[dict[str, Any]] | None = more.pop("errors", None)


def not_there() -> Problem:
    """One answer for what does not exist and for what this person may not see."""
    return Problem(404, "NOT_FOUND", _("This is not there, or you may not see it."))


def gone() -> Problem:
    return Problem(410, "GONE", _("This has been deleted."))


def error_of(refusal: Refusal, **more: Any) -> dict[str, Any]:
    """confirm: what to send as `confirm` when the person wants it all the same."""
    found = {"field": refusal.field, "code": refusal.code, "message": str(refusal.message)}
    if refusal.more.get("confirm"):
        found["confirm"] = refusal.more["confirm"]
    if refusal.code == "STALE_VERSION" and "version" in refusal.more:
        found["version"] = refusal.more["version"]
    return found | more


def refused(refusals: Iterable[Refusal], status: int) -> Problem:
    """The problem of a write that was not taken."""
    errors = [error_of(one) for one in refusals]
    sentence = " ".join(dict.fromkeys(one["message"] for one in errors))
    return Problem(status, errors[0]["code"], sentence, errors=errors)


def respond(request: HttpRequest, problem: Problem) -> JsonResponse:
    errors = problem.errors
    if errors is None:
        errors = [{"field": problem.field, "code": problem.code, "message": problem.sentence}]
    body = {
        "type": f"/api/v1/docs#{problem.code}",
        "title": title_of(problem.status),
        "status": problem.status,
        "detail": problem.sentence,
        "code": problem.code,
        "errors": errors,
        "request": getattr(request, "id", ""),
    }
    return JsonResponse(
        body | problem.more, status=problem.status, content_type=MEDIA_TYPE, headers=problem.headers
    )


def title_of(status: int) -> str:
    titles = {
        400: _("This request cannot be read"), 401: _("Sign in with a token"), 403: _("This is not allowed"),
        404: _("Not there"), 405: _("Not this way"), 409: _("Something stands in the way"), 410: _("Gone"),
        412: _("Changed meanwhile"), 413: _("Too large"), 415: _("Not this kind of content"),
        422: _("Something is not right yet"), 428: _("Say which version you mean"), 429: _("Too many requests"),
        500: _("Something broke on our side"),
    }  # fmt: skip
    return titles.get(status, _("Something is not right yet"))
