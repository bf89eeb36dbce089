"""gunicorn's settings. The launcher opens the listening socket itself and passes it on, so a restarted
web process loses no connection: they wait in the socket's queue."""

import os

from relasi.project.logs import configuration, start_structlog

start_structlog()

bind = f"fd://{os.environ['RELASI_LISTEN_FD']}"
worker_class = "gthread"
workers = int(os.environ.get("RELASI_WEB_WORKERS") or min(os.cpu_count() or 1, 4))
threads = int(os.environ.get("RELASI_WEB_THREADS") or 4)
preload_app = True
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
graceful_timeout = 2
timeout = 120
keepalive = 5
control_socket_disable = True
logconfig_dict = configuration()
