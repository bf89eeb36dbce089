"""The nightly look for duplicates, and the one an administrator asks for."""

from procrastinate.contrib.django import app

from relasi.engine.access.acting import SYSTEM, acting
from relasi.features.duplicates import scan


@app.periodic(cron="37 1 * * *")
@app.task(queueing_lock="find_duplicates_nightly")
def find_duplicates_nightly(timestamp: int) -> None:
    _look()


@app.task(queueing_lock="find_duplicates")
def find_duplicates() -> None:
    _look()


def _look() -> None:
    with acting(SYSTEM, via="system"):
        for module in scan.modules():
            scan.scan(module)
