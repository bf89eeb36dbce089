"""The environment variables that a running installation's processes get, with safe defaults."""

import ipaddress
import os

from relasi.project.data_folder import DataFolder
from relasi.project.environment import secret_key


def is_loopback(address: str) -> bool:
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def runtime_environment(folder: DataFolder, url: str, *, address: str = "127.0.0.1") -> dict[str, str]:
    """What the caller set wins. Reached over the loopback alone, pages are plain http, and only by its
    own names: a name that a foreign site points at this machine gets no answer."""
    secret_key(folder.path)
    local = is_loopback(address)
    defaults = {
        "RELASI_HTTPS": "0" if local else "1",
        **({"RELASI_HOSTS": "127.0.0.1,localhost,[::1]"} if local else {}),
        "DJANGO_SETTINGS_MODULE": "relasi.project.settings",
    }
    fixed = {
        "DATABASE_URL": url,
        "RELASI_DATA": str(folder.path),
        "RELASI_LIVE_SOCKET": str(folder.live_socket),
        "PYTHONUNBUFFERED": "1",
    }
    return {**defaults, **os.environ, **fixed}
