"""GET /healthz: whether this installation works, for machines that watch it."""

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse

WORKER_SILENCE = 60  # seconds without a heartbeat before the worker counts as away


@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when database, worker and migrations are all "ok", else 503; the body names each of them."""
    found = {"database": database(), "worker": "unknown", "migrations": "unknown"}
    if found["database"] == "ok":
        found |= {"worker": worker(), "migrations": migrations()}
    healthy = all(value == "ok" for value in found.values())
    answer = JsonResponse(
        {"status": "ok" if healthy else "unhealthy", **found}, status=200 if healthy else 503
    )
    answer["Cache-Control"] = "no-store"
    return answer


def database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "away"
    return "ok"


def worker() -> str:
    beat = """
        SELECT EXISTS (
            SELECT 1 FROM procrastinate_workers WHERE last_heartbeat > now() - %s * interval '1 second'
        )"""
    try:
        with connection.cursor() as cursor:
            cursor.execute(beat, [WORKER_SILENCE])
            return "ok" if cursor.fetchone()[0] else "away"
    except DatabaseError:
        return "away"


_migrated = False


def migrations() -> str:
    """Once everything is applied it stays so while this process lives, so it is asked until then."""
    global _migrated
    if not _migrated:
        try:
            executor = MigrationExecutor(connection)
            _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        except DatabaseError:
            return "due"
    return "ok" if _migrated else "due"
