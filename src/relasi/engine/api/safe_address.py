"""Safe address: where a request that somebody else names may go: never into this machine or the network around it.

A name is resolved once, every address of it is looked at, and the connection goes to the very address that was looked at:
a name that answers differently a moment later leads nowhere else.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from relasi.engine.records.again import said_outside

SILENCE = 5.0  # seconds one step may take
WHOLE = 15.0  # seconds everything may take
KEPT = 2048  # bytes of an answer
PORTS = {"http": 80, "https": 443}


class UnsafeAddress(ValueError):
    """A sentence for the reader says why."""


@dataclass(frozen=True)
class Target:
    """ip: the one that was looked at, None while nothing has been resolved. path: with its query."""

    scheme: str
    host: str
    port: int
    path: str
    ip: str = ""

    @property
    def host_header(self) -> str:
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == PORTS[self.scheme] else f"{name}:{self.port}"


@dataclass(frozen=True)
class Answer:
    """code: of HTTP, 0 where none came. text: how the answer begins. trouble: why none came."""

    code: int
    milliseconds: int
    text: str = ""
    trouble: str = ""

    @property
    def is_good(self) -> bool:
        return 200 <= self.code < 300


def split(url: str) -> Target:
    """Raises UnsafeAddress."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        raise UnsafeAddress(_("This is no address of the web.")) from None
    if parts.scheme not in PORTS or not parts.hostname or any(ord(mark) < 33 for mark in url.strip()):
        raise UnsafeAddress(_("The address begins with https:// and names a host."))
    if parts.username is not None or parts.password is not None:
        raise UnsafeAddress(_("The address may not hold a user name or password."))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, parts.hostname.rstrip("."), port or PORTS[parts.scheme], path)


def is_public(text: str) -> bool:
    """Whether this IP address is one of the open internet, whatever it is wrapped in."""
    ip = ipaddress.ip_address(text.partition("%")[0])
    inner: list[ipaddress.IPv4Address | None] = []
    if isinstance(ip, ipaddress.IPv6Address):
        inner = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
        if ip in _TRANSLATED or ip in _COMPATIBLE:
            inner.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
    found = [ip, *(one for one in inner if one is not None)]
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        found = found[1:]
    return all(one.is_global and not one.is_multicast and not one.is_reserved for one in found)


_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
_COMPATIBLE = ipaddress.ip_network("::/96")


def resolve(url: str, allowed: Collection[str] = ()) -> Target:
    """The target with the address to connect to. allowed: hosts that may be inside. Raises UnsafeAddress."""
    target = split(url)
    try:
        rows = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise UnsafeAddress(_("The host %(host)s is not found.") % {"host": target.host}) from None
    found = [str(row[4][0]) for row in rows]
    inside = [ip for ip in found if not is_public(ip)]
    if inside and target.host.casefold() not in allowed:
        sentence = _("%(host)s lies inside this machine or its network. An admin can allow it.")
        raise UnsafeAddress(sentence % {"host": target.host})
    return Target(target.scheme, target.host, target.port, target.path, found[0])


def post(url: str, body: bytes, headers: Mapping[str, str], allowed: Collection[str] = ()) -> Answer:
    """Sends and hears the beginning of the answer. Redirects are answers like others. Never raises for what others do."""
    return ask("POST", url, body, headers, allowed)


def ask(
    method: str,
    url: str,
    body: bytes | BinaryIO | None,
    headers: Mapping[str, str],
    allowed: Collection[str] = (),
    most: int = 0,
    seconds: float = 0,
) -> Answer:
    """The same by any method. most: bytes of the answer to wait for, where all of it is wanted. seconds: for everything, 0
    for the usual; a body that is a file is read as it goes out, and its length stands in the headers."""
    begun = time.monotonic()

    def passed() -> int:
        return round((time.monotonic() - begun) * 1000)

    try:
        target = resolve(url, allowed)
        code, text = _exchange(
            method, target, body, {**headers, "Host": target.host_header}, most, seconds or WHOLE
        )
    except (OSError, http.client.HTTPException, UnsafeAddress, ValueError) as trouble:
        said = str(trouble) or type(trouble).__name__
        return Answer(0, passed(), trouble=said[:500])
    return Answer(code, passed(), text)


def _exchange(
    method: str,
    target: Target,
    body: bytes | BinaryIO | None,
    headers: Mapping[str, str],
    most: int,
    seconds: float,
) -> tuple[int, str]:
    said_outside()
    connection = http.client.HTTPConnection(target.host, target.port, timeout=SILENCE)
    wire = socket.create_connection((target.ip, target.port), timeout=SILENCE)
    # Who answers one byte at a time never breaks the limit of one step.
    end = threading.Timer(seconds, _cut, [wire])
    end.daemon = True
    end.start()
    try:
        if target.scheme == "https":
            wire = ssl.create_default_context().wrap_socket(wire, server_hostname=target.host)
        connection.sock = wire
        connection.request(method, target.path, body, dict(headers))
        answer = connection.getresponse()
        heard = answer.read(most) if most else answer.read1(KEPT)
        return answer.status, heard.decode("utf-8", "replace").replace("\0", "")
    finally:
        end.cancel()
        wire.close()


def _cut(wire: socket.socket) -> None:
    try:
        wire.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
