"""Receiver: a real web server of its own thread that keeps what it is sent and answers as it is told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver:
    """answers: codes to give in turn, then 200 for good. got: (headers, body) of each request, in order. paths: theirs."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.paths: list[str] = []
        self.url = ""

    def take(self, handler: Any) -> int:
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        self.paths.append(handler.path)
        self.got.append(({name.lower(): value for name, value in handler.headers.items()}, body))
        return self.answers.pop(0) if self.answers else 200


@contextmanager
def receiving() -> Iterator[Receiver]:
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            code = found.take(self)
            self.send_response(code)
            if code in (301, 302, 307):
                self.send_header("Location", f"{found.url}/elsewhere")
            self.send_header("Content-Length", "7")
            self.end_headers()
            self.wfile.write(b"thanks!")

        do_PUT = do_POST

        def log_message(self, *words: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_port}/hook"
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
