"""What the embedded PostgreSQL is told at every start: one settings file, sized by the machine's memory."""

import os
from pathlib import Path

MEGABYTE = 1024 * 1024

DURABLE = {"synchronous_commit": "on", "max_wal_size": "4GB", "checkpoint_timeout": "15min"}
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
}


def configuration(socket_folder: Path, *, fast: bool) -> str:
    """The text of `relasi.conf`. An operator's own settings go to `local.conf` beside it and win."""
    memory = memory_megabytes()
    values = {
        "listen_addresses": "",
        "unix_socket_directories": f'"{socket_folder}"',
        "unix_socket_permissions": "0700",
        "port": "5432",
        "max_connections": "100",
        "shared_buffers": f"{128 if fast else _between(128, memory // 4, 4096)}MB",
        "effective_cache_size": f"{_between(256, memory // 2, 65536)}MB",
        "maintenance_work_mem": f"{_between(64, memory // 16, 512)}MB",
        "work_mem": f"{_between(4, memory // 400, 32)}MB",
        "random_page_cost": "1.1",
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] ",
        # The log must not carry what people typed: neither statements nor the values in error details.
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
        "log_checkpoints": "off",
        **(FAST if fast else DURABLE),
    }
    head = "# Written anew at every start. Put your own settings into local.conf beside this file.\n"
    return head + "".join(f"{name} = '{value}'\n" for name, value in values.items())


def memory_megabytes() -> int:
    """What this machine, or the container around us, has."""
    found = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // MEGABYTE
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text().strip()
    except OSError:
        return found
    return min(found, int(limit) // MEGABYTE) if limit.isdigit() else found


def _between(least: int, wanted: int, most: int) -> int:
    return max(least, min(wanted, most))
