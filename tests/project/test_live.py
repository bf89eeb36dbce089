"""The live channel: one origin, the right events for the right people, an end with the session."""

import json
import re
import socket
import threading
from pathlib import Path

import pytest

from tests.project.installation_under_test import Installation, eventually


class Follower:
    """A browser that follows some topics; `events` fills as they come, `ended` is set when it is closed."""

    def __init__(self, installation: Installation, user: int, topics: str, *, cookie: str = ""):
        self.events: list[tuple[str, dict]] = []
        self.ended = threading.Event()
        self.connection = socket.create_connection(("127.0.0.1", installation.port), timeout=30)
        path = f"/live/?user={user}&topics={topics}"
        head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n\r\n"
        self.connection.sendall(head.encode())
        self.lines = self.connection.makefile("r")
        self.status = int(self.lines.readline().split()[1])
        self.head = dict(re.findall(r"([\w-]+): (.*)", "".join(iter(self.lines.readline, "\n"))))
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        topic = ""
        for line in self.lines:
            name, _colon, value = line.rstrip("\n").partition(": ")
            if name == "event":
                topic = value
            elif name == "data":
                self.events.append((topic, json.loads(value)))
        self.ended.set()

    def greeted(self) -> bool:
        return ("hello", {}) in self.events

    def texts(self, topic: str) -> list[str]:
        return [body["text"] for name, body in self.events if name == topic]


@pytest.fixture(scope="module")
def site(prepared, tmp_path_factory):
    import shutil

    folder = tmp_path_factory.mktemp("live") / "data"
    shutil.copytree(prepared, folder, ignore=shutil.ignore_patterns("run"))
    installation = Installation(folder)
    installation.up()
    yield installation
    installation.down()


def follow(site: Installation, user: int, topics: str) -> Follower:
    follower = Follower(site, user, topics)
    eventually(follower.greeted)
    return follower


def test_the_stream_is_an_event_stream_on_the_same_port(site):
    follower = follow(site, 1, "deals")
    assert follower.status == 200
    assert follower.head["Content-Type"] == "text/event-stream; charset=utf-8"
    assert follower.head["Cache-Control"] == "no-store"


def test_an_event_reaches_those_who_follow_its_topic(site):
    deals, cases = follow(site, 1, "deals,leads"), follow(site, 2, "cases")
    site.get("/tell?topic=deals&text=moved")
    site.get("/tell?topic=cases&text=solved")
    eventually(lambda: deals.texts("deals") == ["moved"] and cases.texts("cases") == ["solved"])
    assert deals.texts("cases") == cases.texts("deals") == []


def test_an_event_for_some_people_reaches_nobody_else(site):
    budi, sari = follow(site, 3, "bell"), follow(site, 4, "bell")
    site.get("/tell?topic=bell&text=private&to=3")
    site.get("/tell?topic=bell&text=everybody")
    eventually(lambda: budi.texts("bell") == ["private", "everybody"])
    eventually(lambda: sari.texts("bell") == ["everybody"])


def test_an_ended_session_closes_that_users_streams_only(site):
    gone, stays = follow(site, 5, "bell"), follow(site, 6, "bell")
    site.get("/tell?topic=session&to=5")
    assert gone.ended.wait(5)
    site.get("/tell?topic=bell&text=still+here")
    eventually(lambda: stays.texts("bell") == ["still here"])


def test_many_streams_leave_the_web_threads_free(site):
    followers = [follow(site, 7, "bell") for _ in range(40)]
    assert site.get("/") == (200, "hello")
    site.get("/tell?topic=bell&text=all&to=7")
    eventually(lambda: all(follower.texts("bell") == ["all"] for follower in followers))


def test_the_web_process_writes_nothing_into_a_stream(site):
    follower = follow(site, 8, "bell")
    site.get("/tell?topic=bell&text=one&to=8")
    eventually(lambda: follower.texts("bell") == ["one"])
    assert [topic for topic, _body in follower.events] == ["hello", "bell"]
    assert "Traceback" not in (site.folder / "logs" / "web.log").read_text()


def test_streams_survive_a_killed_postgres_and_hear_hello_again(site):
    follower = follow(site, 9, "bell")
    ended = site.kill("postgres")
    eventually(lambda: site.pid("postgres") != ended)
    eventually(lambda: len([1 for topic, _body in follower.events if topic == "hello"]) >= 2)
    eventually(lambda: site.get("/tell?topic=bell&text=again&to=9")[0] == 200)
    eventually(lambda: "again" in follower.texts("bell"))


def test_a_killed_live_process_comes_back_and_takes_streams(site):
    follower = follow(site, 10, "bell")
    site.kill("live")
    assert follower.ended.wait(5)
    eventually(lambda: Follower(site, 10, "bell").status == 200)


def test_without_a_live_process_the_answer_is_503_with_a_time_to_ask_again(rf, settings, tmp_path: Path):
    from relasi.project.live_handover import handover

    settings.LIVE_SOCKET = str(tmp_path / "nobody.sock")
    ours, _theirs = socket.socketpair()
    with ours, _theirs:
        answer = handover(rf.get("/live/", **{"gunicorn.socket": ours}), 1, ["bell"])
    assert answer.status_code == 503
    assert answer["Retry-After"] == "3"
