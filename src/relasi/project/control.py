"""`relasi down`, `status` and `logs`: what an operator asks of an installation that runs elsewhere."""

import json
import os
import signal
import time
import urllib.error
import urllib.request
from pathlib import Path

from relasi.project.cluster import Cluster
from relasi.project.data_folder import DataFolder
from relasi.project.language import Trouble, _, say

NOT_RUNNING = 3
LONGEST_STOP = 40.0  # seconds: PostgreSQL may have much to write
TAIL = 256 * 1024  # bytes read from the end of a log


def down(folder: DataFolder) -> int:
    """Stops everything, also what a killed `up` left behind."""
    cluster = Cluster(folder.postgres)
    if not folder.is_held():
        if not cluster.pid():
            say(_("Relasi is not running in %(folder)s.") % {"folder": folder.path})
            return 0
        cluster.stop()
        say(_("Relasi has stopped."))
        return 0
    pid = folder.read_state().get("pid")
    if not pid:
        raise Trouble(folder.who_holds_it())
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + LONGEST_STOP
    while folder.is_held():
        if time.monotonic() > deadline:
            raise Trouble(_("Process %(pid)s does not stop.") % {"pid": pid})
        time.sleep(0.05)
    say(_("Relasi has stopped."))
    return 0


def status(folder: DataFolder) -> int:
    """One line for each process; 0 when all of them run and the installation says it is healthy."""
    cluster_pid = None if os.environ.get("DATABASE_URL") else Cluster(folder.postgres).pid()
    if not folder.is_held():
        say(_("Relasi is not running in %(folder)s.") % {"folder": folder.path})
        if cluster_pid:
            say(_line("postgres", cluster_pid))
        return NOT_RUNNING
    state = folder.read_state()
    found = {"relasi": state.get("pid")}
    if not os.environ.get("DATABASE_URL"):
        found["postgres"] = cluster_pid
    for name, process in state.get("processes", {}).items():
        found[name] = process["pid"] if process["pid"] and _lives(process["pid"]) else None
    for name, pid in found.items():
        say(_line(name, pid))
    healthy = _tell_health(state.get("url", ""))
    return 0 if healthy and all(found.values()) else 1


def _line(name: str, pid: int | None) -> str:
    running = _("running, process %(pid)s") % {"pid": pid} if pid else _("not running")
    return f"{name:<10}{running}"


def _lives(pid: int) -> bool:
    return Path(f"/proc/{pid}/cmdline").exists() and bool(Path(f"/proc/{pid}/cmdline").read_bytes())


def _tell_health(url: str) -> bool:
    if not url:
        say(_("Relasi is still starting."))
        return False
    answer = _health(url)
    say(f"{url}  " + ", ".join(f"{name}: {value}" for name, value in answer.items() if name != "status"))
    return answer.get("status") == "ok"


def _health(url: str) -> dict[str, str]:
    named = os.environ.get("RELASI_HOSTS", "").split(",")[0].strip().lstrip(".")
    headers = {"Host": named} if named and named != "*" else {}
    try:
        with urllib.request.urlopen(
            urllib.request.Request(url + "/healthz", headers=headers), timeout=5
        ) as page:
            return json.load(page)
    except urllib.error.HTTPError as refused:
        try:
            return json.load(refused)
        except ValueError:
            return {"web": f"HTTP {refused.code}"}
    except (OSError, ValueError) as trouble:
        return {"web": str(getattr(trouble, "reason", trouble))}


def logs(folder: DataFolder, *, name: str, lines: int, follow: bool) -> int:
    """The last lines of each log, oldest log first; with `follow` goes on until interrupted."""
    places = sorted(folder.logs.glob(f"{name or '*'}.log"))
    if not places:
        raise Trouble(_("There are no logs in %(folder)s.") % {"folder": folder.logs})
    at: dict[Path, int] = {}
    for place in places:
        if len(places) > 1:
            say(f"==> {place.name} <==")
        with place.open("rb") as log:
            size = log.seek(0, os.SEEK_END)
            log.seek(max(0, size - TAIL))
            for line in log.read().decode(errors="replace").splitlines()[-lines:]:
                say(line)
        at[place] = size
    while follow:
        time.sleep(0.5)
        for place in places:
            at[place] = _show_new(place, at[place])
    return 0


def _show_new(place: Path, seen: int) -> int:
    size = place.stat().st_size
    with place.open("rb") as log:
        log.seek(seen if size >= seen else 0)
        for line in log.read().decode(errors="replace").splitlines():
            say(line)
        return log.tell()
