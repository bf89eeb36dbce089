"""One log line for each request, and a request id that ties every other line to it."""

import re
import time
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

GIVEN_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
log = structlog.get_logger("relasi.request")


class RequestLog:
    """The first middleware: what a proxy in front calls X-Request-ID is kept, else one is made."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request.id = given if GIVEN_ID.fullmatch(given) else uuid.uuid4().hex
        started = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request=request.id):
            answer = self.get_response(request)
            match = request.resolver_match
            route = match.route if match else "-"
            if route != "healthz":
                spent = round((time.perf_counter() - started) * 1000, 1)
                log.info("request", method=request.method, route=route, status=answer.status_code, ms=spent)
        answer["X-Request-ID"] = request.id
        return answer
