"""Idempotency: a POST sent twice under one key is done once, and both get the same answer."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection, models, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from relasi.engine.api.problem import Problem

KEPT = timedelta(hours=24)
HEADER = "Idempotency-Key"
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
# What an answer is given again with.
KEPT_HEADERS = ("Content-Type", "Location", "ETag")


class KeptAnswer(models.Model):
    """What a person's request under a key was answered. request: digest of method, address and body."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey("users.User", models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=200)
    request = models.CharField(max_length=64)
    status = models.SmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    body = models.TextField(default="")
    at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "api_kept_answer"
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="api_kept_answer_once")]

    def __str__(self) -> str:
        return self.key


# Waits for a request under the same key that is being answered; takes the place of an answer that is too old.
_CLAIM = """
    INSERT INTO api_kept_answer (user_id, key, request, status, headers, body, at)
    VALUES (%(user)s, %(key)s, %(request)s, 0, '{}', '', now())
    ON CONFLICT (user_id, key) DO UPDATE
        SET request = excluded.request, status = 0, headers = '{}', body = '', at = excluded.at
        WHERE api_kept_answer.at < now() - %(kept)s
    RETURNING id
"""


def once(request: HttpRequest, user: Any, answer: Callable[[], HttpResponse]) -> HttpResponse:
    """The answer, kept with what it did in one transaction; what was refused is forgotten and may be sent again."""
    key = request.headers.get(HEADER, "")
    if request.method != "POST" or not key:
        return answer()
    if not _KEY.fullmatch(key):
        raise Problem(400, "INVALID_VALUE", _("An Idempotency-Key is 1 to 200 signs without spaces."), HEADER)
    asked = fingerprint(request)
    with transaction.atomic():
        with connection.cursor() as cursor:
            claim: Any = {"user": user.id, "key": key, "request": asked, "kept": KEPT}
            cursor.execute(_CLAIM, claim)
            claimed = cursor.fetchone()
        if claimed is None:
            return _again(KeptAnswer.objects.get(user=user.id, key=key), asked)
        found = answer()
        kept = {name: found.headers[name] for name in KEPT_HEADERS if name in found.headers}
        KeptAnswer.objects.filter(pk=claimed[0]).update(
            status=found.status_code, headers=kept, body=found.content.decode()
        )
    return found


def _again(kept: KeptAnswer, asked: str) -> HttpResponse:
    if kept.request != asked:
        raise Problem(409, "KEY_REUSED", _("This Idempotency-Key was used for another request."), HEADER)
    answer = HttpResponse(kept.body, status=kept.status)
    for name, value in kept.headers.items():
        answer[name] = value
    answer["Idempotent-Replayed"] = "true"
    return answer


def fingerprint(request: HttpRequest) -> str:
    found = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if request.content_type == "multipart/form-data":
        for name, values in sorted(request.POST.lists()):
            found.update(repr((name, values)).encode())
        for name, files in sorted(request.FILES.lists()):
            for file in files:
                found.update(repr((name, file.name)).encode())
                for chunk in file.chunks():
                    found.update(chunk)
                file.seek(0)
    else:
        found.update(request.body)
    return found.hexdigest()


def forget_old_answers() -> int:
    return KeptAnswer.objects.filter(at__lt=timezone.now() - KEPT).delete()[0]
