"""The live process: holds every open event stream, and passes on what PostgreSQL notifies.

A web worker checks who asks and hands the browser's own connection over (see live_handover), so a
stream costs no web thread and the browser knows one origin only. Each stream ends after half an hour
at the latest; the browser then asks again and its session is checked again.
"""

import asyncio
import contextlib
import json
import logging
import os
import random
import signal
import socket
from collections import defaultdict
from pathlib import Path

import psycopg

from relasi.project.logs import start_logging

CHANNEL = "relasi_live"
HEARTBEAT = 15.0  # seconds
LONGEST_LIFE = 30 * 60.0  # seconds
LARGEST_BACKLOG = 256 * 1024  # bytes a slow reader may leave unread
TAKEN = b"taken"
HEAD = (
    b"HTTP/1.1 200 OK\r\n"
    b"Content-Type: text/event-stream; charset=utf-8\r\n"
    b"Cache-Control: no-store\r\n"
    b"X-Content-Type-Options: nosniff\r\n"
    b"X-Accel-Buffering: no\r\n"
    b"Connection: close\r\n"
    b"\r\n"
    b"retry: 3000\n\n"
)

log = logging.getLogger("relasi.live")


def event(topic: str, body: object) -> bytes:
    """One server-sent event. JSON has no line breaks outside of its escapes, so one data line is enough."""
    return f"event: {topic}\ndata: {json.dumps(body, separators=(',', ':'))}\n\n".encode()


class Stream(asyncio.Protocol):
    """One browser's open connection."""

    def __init__(self, wish: dict, streams: "Streams"):
        self.user = int(wish["user"])
        self.session = wish["session"]
        self.topics = frozenset(wish["topics"])
        self.streams = streams
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]
        self.streams.by_user[self.user].add(self)
        loop = asyncio.get_running_loop()
        self.timer = loop.call_later(LONGEST_LIFE * random.uniform(0.8, 1), transport.close)
        self.send(HEAD + event("hello", {}))

    def connection_lost(self, _error: Exception | None) -> None:
        self.timer.cancel()
        mine = self.streams.by_user[self.user]
        mine.discard(self)
        if not mine:
            del self.streams.by_user[self.user]

    def send(self, text: bytes) -> None:
        transport = self.transport
        if transport is None or transport.is_closing():
            return
        if transport.get_write_buffer_size() > LARGEST_BACKLOG:
            transport.abort()
            return
        transport.write(text)


class Streams:
    """Every open stream, by the id of its user."""

    def __init__(self) -> None:
        self.by_user: defaultdict[int, set[Stream]] = defaultdict(set)

    def all(self) -> list[Stream]:
        return [stream for mine in self.by_user.values() for stream in mine]

    def deliver(self, payload: str) -> None:
        """Passes one notification on to those it is for."""
        message = json.loads(payload)
        topic, to = message["topic"], message.get("to")
        chosen = self.all() if to is None else [s for user in to for s in self.by_user.get(user, ())]
        if topic == "session":
            self.end(chosen, message.get("session"))
            return
        text = event(topic, message.get("body", {}))
        for stream in chosen:
            if topic in stream.topics:
                stream.send(text)

    def end(self, streams: list[Stream], session: str | None) -> None:
        """Closes those of one session, named by its digest, or all of them."""
        for stream in streams:
            if stream.transport and session in (None, stream.session):
                stream.transport.close()

    def send_all(self, text: bytes) -> None:
        for stream in self.all():
            stream.send(text)


async def follow_database(url: str, streams: Streams) -> None:
    """Listens for ever; after a lost connection says hello again, so that screens look for themselves."""
    pause = 0.1
    while True:
        try:
            options = {"application_name": "relasi live"}
            async with await psycopg.AsyncConnection.connect(url, autocommit=True, **options) as connection:
                await connection.execute(f"LISTEN {CHANNEL}")
                streams.send_all(event("hello", {}))
                pause = 0.1
                async for notice in connection.notifies():
                    _deliver(streams, notice.payload)
        except psycopg.Error as trouble:
            log.warning("database connection lost", extra={"reason": type(trouble).__name__})
        await asyncio.sleep(pause)
        pause = min(pause * 2, 2.0)


def _deliver(streams: Streams, payload: str) -> None:
    try:
        streams.deliver(payload)
    except (ValueError, KeyError, TypeError):
        log.warning("a notification could not be read")


async def keep_alive(streams: Streams) -> None:
    """A comment now and then, so that no proxy between closes a quiet stream."""
    while True:
        await asyncio.sleep(HEARTBEAT)
        streams.send_all(b": \n\n")


class Counter:
    """The unix socket where web workers hand connections over."""

    def __init__(self, place: Path, streams: Streams):
        self.streams = streams
        self.place = place
        place.unlink(missing_ok=True)
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.listener.bind(str(place))
        self.listener.listen(256)
        self.listener.setblocking(False)

    async def serve(self) -> None:
        loop = asyncio.get_running_loop()
        waiting: set[asyncio.Task] = set()
        while True:
            worker, _address = await loop.sock_accept(self.listener)
            task = loop.create_task(self._take(worker))
            waiting.add(task)
            task.add_done_callback(waiting.discard)

    async def _take(self, worker: socket.socket) -> None:
        """Takes one connection: its owner and topics come along as JSON."""
        loop = asyncio.get_running_loop()
        with worker:
            arrived = loop.create_future()
            loop.add_reader(worker, lambda: arrived.done() or arrived.set_result(None))
            try:
                await asyncio.wait_for(arrived, 2)
                text, handles, _flags, _address = socket.recv_fds(worker, 65536, 1)
            except (OSError, TimeoutError):
                return
            finally:
                loop.remove_reader(worker)
            if not handles:
                return
            browser = socket.socket(fileno=handles[0])
            try:
                stream = Stream(json.loads(text), self.streams)
                worker.send(TAKEN)
            except (OSError, ValueError, KeyError, TypeError):
                browser.close()
                return
            browser.setblocking(False)
            await loop.connect_accepted_socket(lambda: stream, browser)


async def serve(url: str, place: Path) -> None:
    """Runs until SIGTERM or SIGINT."""
    streams = Streams()
    counter = Counter(place, streams)
    loop = asyncio.get_running_loop()
    ending = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ending.set)
    work = [
        loop.create_task(counter.serve()),
        loop.create_task(follow_database(url, streams)),
        loop.create_task(keep_alive(streams)),
        loop.create_task(ending.wait()),
    ]
    done, _waiting = await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
    for task in work:
        task.cancel()
    for stream in streams.all():
        if stream.transport:
            stream.transport.close()
    with contextlib.suppress(FileNotFoundError):
        place.unlink()
    for task in done:
        task.result()


if __name__ == "__main__":
    start_logging()
    asyncio.run(serve(os.environ["DATABASE_URL"], Path(os.environ["RELASI_LIVE_SOCKET"])))
