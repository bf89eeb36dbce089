"""Caller: the person a program works for, and how their part of a request is run."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import structlog
from django.http import Http404
from django.utils import timezone, translation

from relasi.engine.access.acting import acting
from relasi.engine.access.company import company
from relasi.engine.access.door import has_tool
from relasi.engine.api.company_usage import note
from relasi.engine.api.usage_limits import CALLS
from relasi.engine.fields.kind import Invalid
from relasi.engine.fields.reader import Reader, reading_as
from relasi.engine.records.again import whole
from relasi.engine.records.refusal import Refused
from relasi.features.compat.access_key import TOOL, AccessKey
from relasi.features.compat.metering import Used, count_call
from relasi.features.compat.wrong import Wrong, denied, of_refused

log = structlog.get_logger(__name__)
# Programs write numbers with a point, days as they like, moments in UTC; sentences are for their logs.
LANGUAGE, ZONE = "en", "UTC"


@contextmanager
def working_for(user: Any, reason: str) -> Iterator[None]:
    reader = Reader(language=LANGUAGE, zone=ZONE, decimal=".", group=",", currency=company().currency)
    with ExitStack() as stack:
        stack.enter_context(acting(user, via="api", reason=reason))
        stack.enter_context(translation.override(LANGUAGE))
        stack.enter_context(timezone.override(reader.tz))
        stack.enter_context(reading_as(reader))
        yield


def run(key: AccessKey, operation: Callable[[], Any]) -> tuple[Any, Used]:
    """What the operation answers, as the person of this key. Whatever is raised has undone what was begun: Wrong alone,
    with how often the key was used in `used`."""
    used, good = count_call(key), False
    try:
        with working_for(key.user, key.name):
            if used.exceeded:
                raise Wrong("RATE_LIMITED", used.exceeded)
            if not has_tool(key.user, TOOL):
                raise Wrong("ACCESS_DENIED", "The permission profile of this user does not include the API")
            found = tried(operation)
        good = True
        return found, used
    except Wrong as wrong:
        wrong.used = used
        raise
    finally:
        note(CALLS, f"key {key.pk}", good=good)


def tried(operation: Callable[[], Any]) -> Any:
    try:
        return whole(operation)
    except Wrong:
        raise
    except Refused as refused:
        raise of_refused(refused, str, "ACCESS_DENIED") from None
    except Invalid as wrong:
        raise Wrong("ACCESS_DENIED", str(wrong.message)) from None
    except Http404:
        raise denied("for id") from None
    except Exception:
        code = uuid.uuid4().hex[:8]
        log.exception("compat_broken", code=code)
        raise Wrong(
            "INTERNAL_SERVER_ERROR", f"Nothing was half saved. Tell your admin this code: {code}"
        ) from None
