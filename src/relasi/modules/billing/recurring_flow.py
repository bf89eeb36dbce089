"""Recurring flow: the states of recurring invoices, the choices of their schedule, and what stands in their way."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.choice import Choices
from relasi.kits.trade.flow import Flow


class RecurringStatus(Choices):
    OFF = "off", _("Not started"), "gray", "Nonaktif"
    ACTIVE = "active", _("Active"), "hijau", "Aktif"
    PAUSED = "paused", _("Paused"), "kuning", "Dijeda"
    DONE = "done", _("Done"), "biru", "Selesai"
    STOPPED = "stopped", _("Stopped"), "merah", "Dihentikan"


class Frequency(Choices):
    DAILY = "daily", _("Daily"), "gray", "Harian"
    WEEKLY = "weekly", _("Weekly"), "toska", "Mingguan"
    MONTHLY = "monthly", _("Monthly"), "biru", "Bulanan"
    QUARTERLY = "quarterly", _("Quarterly"), "nila", "Triwulanan"
    FOUR_MONTHLY = "four_monthly", _("Every 4 months"), "ungu", "Per 4 bulan"
    HALF_YEARLY = "half_yearly", _("Half-yearly"), "jambu", "Semesteran"
    YEARLY = "yearly", _("Yearly"), "jingga", "Tahunan"


class Makes(Choices):
    DRAFT = "draft", _("Drafts"), "gray", "Draf"
    ISSUED = "issued", _("Issued invoices"), "biru", "Disetujui|Terbit"
    SENT = "sent", _("Issued invoices, mailed to the customer"), "hijau", "Terkirim"


class PricesFrom(Choices):
    ORDER = "order", _("As on the order"), "gray", "Nilai pesanan"
    CURRENT = "current", _("Current prices"), "biru", "Harga berlaku"


class CatchUp(Choices):
    ALL = "all", _("All of them"), "", "Semua"
    LATEST = "latest", _("Only the latest"), "", "Terbaru saja"
    ASK = "ask", _("Ask me first"), "", "Tanya dulu"


class PauseMode(Choices):
    SKIP = "skip", _("Leave out what falls into the pause"), "", "Lewati"
    SHIFT = "shift", _("Move everything back by the pause"), "", "Geser"


class Hold(Choices):
    """Why the next invoice is not made although it is due."""

    FAILED = "failed", _("Could not be made"), "merah"
    INACTIVE = "inactive", _("Customer inactive"), "kuning"
    ASKS = "asks", _("Several were missed"), "kuning"


class Outcome(Choices):
    """What became of a period."""

    MADE = "made", _("Invoiced"), "hijau"
    ZERO = "zero", _("Nothing to invoice"), "gray"
    PAUSED = "paused", _("Paused"), "kuning"
    MISSED = "missed", _("Left out, too late"), "jingga"


S = RecurringStatus
SOON, LATER = (
    timedelta(minutes=50),
    timedelta(hours=23),
)  # until the next try: within the hour, within the day
RUNNING = ("off", "active", "paused")
# What the product notes while the invoices are made; it goes on in every state.
NOTED = (
    "next_date", "next_number", "last_date", "billed_until", "grid_start", "grid_number", "paused_on", "hold",
    "trouble", "failures", "retry_at",
)  # fmt: skip
FLOW = Flow(
    moves={
        S.OFF: (S.ACTIVE, S.STOPPED),
        S.ACTIVE: (S.PAUSED, S.STOPPED, S.DONE, S.OFF),
        S.PAUSED: (S.ACTIVE, S.STOPPED, S.DONE),
        S.DONE: (S.ACTIVE, S.PAUSED),
        S.STOPPED: (S.OFF, S.ACTIVE, S.PAUSED),
    },
    first=(S.OFF,),
    frozen=frozenset({S.DONE, S.STOPPED}),
    deletable=frozenset({S.OFF, S.DONE, S.STOPPED}),
    open_fields=("owner", "stop_reason", "account", *NOTED),
    # Only an undo leads back; that nothing is left to invoice, the product finds out.
    by_itself=frozenset({
        (S.ACTIVE, S.DONE), (S.PAUSED, S.DONE), (S.ACTIVE, S.OFF), (S.DONE, S.ACTIVE), (S.DONE, S.PAUSED),
        (S.STOPPED, S.OFF), (S.STOPPED, S.ACTIVE), (S.STOPPED, S.PAUSED),
    }),
)  # fmt: skip
TABLE = "billing_recurringinvoice"
OPEN_COLUMNS = ("account_id", "stop_reason", "pause_until", *NOTED)
