"""Structured logs: one JSON object a line in files, short coloured lines on a terminal.

No personal data: a request is logged by the pattern of its route, never by its path or query, and the
values in the database's own error details are taken out.
"""

import logging.config
import os
import re
import sys

import structlog
from structlog.typing import EventDict, WrappedLogger

DETAIL = re.compile(r"^(DETAIL|CONTEXT):.*$", flags=re.MULTILINE)
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
LONGEST_TRACE = 12_000  # characters, from the end: where the reason stands
MACHINE = {"_record", "_from_structlog"}


def without_values(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Takes out what an error quotes from a row: the database's details, and e-mail addresses."""
    for key, value in event.items():
        if isinstance(value, str) and key not in MACHINE:
            event[key] = ADDRESS.sub("[address]", DETAIL.sub(r"\1: [left out]", value[-LONGEST_TRACE:]))
    return event


SHARED = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
]


FINISHING = [
    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
    structlog.processors.format_exc_info,
]


def as_json() -> bool:
    wanted = os.environ.get("RELASI_LOG", "")
    return wanted == "json" or (wanted != "text" and not sys.stderr.isatty())


def configuration() -> dict:
    """For logging.config.dictConfig, Django's LOGGING and gunicorn's logconfig_dict alike."""
    plain = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    last = structlog.processors.JSONRenderer() if as_json() else plain
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": [*SHARED, structlog.stdlib.ExtraAdder(EXTRA)],
        "processors": [*FINISHING, without_values, last],
    }
    quiet = {"level": "WARNING", "handlers": ["out"], "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"structured": formatter},
        "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"level": os.environ.get("RELASI_LOG_LEVEL", "INFO").upper(), "handlers": ["out"]},
        "loggers": {
            "procrastinate": quiet,
            "gunicorn.error": {"level": "INFO", "handlers": ["out"], "propagate": False},
            "gunicorn.access": quiet,
            "django": {"level": "INFO", "handlers": ["out"], "propagate": False},
            "django.server": quiet,
            # Every answer above 399 is in the request log already; only crashes say more here.
            "django.request": {"level": "ERROR", "handlers": ["out"], "propagate": False},
        },
    }


EXTRA = {"reason", "job", "user"}


def start_logging() -> None:
    """For processes without Django's settings, and for structlog's own loggers everywhere."""
    logging.config.dictConfig(configuration())
    start_structlog()


def start_structlog() -> None:
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
