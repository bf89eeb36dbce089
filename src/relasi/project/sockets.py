"""Where unix sockets live, and finding a free port."""

import errno
import hashlib
import os
import socket
import stat
from pathlib import Path

from relasi.project.language import Trouble, _

LONGEST_SOCKET_PATH = 107  # bytes: the size of sun_path on Linux less its closing zero
LONGEST_NAME = ".s.PGSQL.5432"
SHARED = Path("/tmp")


def private_folder(near: Path) -> Path:
    """`near` itself, or a short private folder where the path of a socket in `near` would be too long.

    The odd letters are those that PostgreSQL reads as separators in its own settings and addresses.
    """
    if len(os.fsencode(near / LONGEST_NAME)) <= LONGEST_SOCKET_PATH and not set(str(near)) & set(",'\"\n\\"):
        return near
    name = hashlib.sha256(os.fsencode(near)).hexdigest()[:12]
    return SHARED / f"relasi-{os.geteuid()}-{name}"


def make_private(folder: Path) -> Path:
    """Makes the folder for its owner alone, and refuses one that somebody else put into /tmp first."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = folder.lstat()
    if folder.parent == SHARED and (not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid()):
        raise Trouble(_("The folder %(folder)s belongs to another user.") % {"folder": folder})
    folder.chmod(0o700)
    return folder


def listen(address: str, port: int) -> socket.socket:
    """The web's listening socket. A taken port is told together with a free one."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address, port))
        listener.listen(1024)
    except OSError as trouble:
        listener.close()
        raise Trouble(_reason(trouble, address, port)) from trouble
    return listener


def _reason(trouble: OSError, address: str, port: int) -> str:
    values = {"port": port, "address": address, "reason": trouble.strerror}
    if trouble.errno == errno.EADDRINUSE and (free := free_port(address, port)):
        text = _("Port %(port)s is taken by another program. Try: ./relasi up --port %(free)s")
        return text % (values | {"free": free})
    if trouble.errno == errno.EACCES:
        return _("Only root may use port %(port)s. Try: ./relasi up --port 8000") % values
    return _("Relasi cannot listen on %(address)s port %(port)s: %(reason)s.") % values


def free_port(address: str, taken: int) -> int | None:
    """The next port after `taken` that nobody listens on."""
    for port in range(taken + 1, min(taken + 100, 65536)):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            try:
                probe.bind((address, port))
            except OSError:
                continue
            return port
    return None
