"""Subscription flow: the states of a subscription, and what stays open in them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.choice import Choices
from relasi.kits.trade.flow import Flow


class SubscriptionStatus(Choices):
    DRAFT = "draft", _("Draft"), "gray", "Draf"
    WAITING = "waiting", _("Waiting for activation"), "kuning", "Menunggu Aktivasi"
    TRIAL = "trial", _("Trial"), "toska", "Masa Coba"
    ACTIVE = "active", _("Active"), "hijau", "Aktif"
    PAUSED = "paused", _("Paused"), "gray", "Dijeda"
    OVERDUE = "overdue", _("Behind with payment"), "jingga", "Menunggak"
    SUSPENDED = "suspended", _("Suspended"), "merah", "Ditangguhkan"
    CANCELLED = "cancelled", _("Cancelled"), "merah", "Dibatalkan"
    ENDED = "ended", _("Ended"), "gray", "Berakhir"


S = SubscriptionStatus
BILLED = frozenset({S.ACTIVE, S.OVERDUE})  # new periods are billed in these
LIVE = frozenset({S.TRIAL, S.ACTIVE, S.PAUSED, S.OVERDUE, S.SUSPENDED})
OVER = frozenset({S.CANCELLED, S.ENDED})
FLOW = Flow(
    moves={
        S.DRAFT: (S.WAITING, S.TRIAL, S.ACTIVE),
        S.WAITING: (S.DRAFT, S.TRIAL, S.ACTIVE, S.CANCELLED),
        S.TRIAL: (S.ACTIVE, S.PAUSED, S.CANCELLED, S.ENDED),
        S.ACTIVE: (S.PAUSED, S.OVERDUE, S.CANCELLED, S.ENDED),
        S.PAUSED: (S.ACTIVE, S.CANCELLED, S.ENDED),
        S.OVERDUE: (S.ACTIVE, S.PAUSED, S.SUSPENDED, S.CANCELLED, S.ENDED),
        S.SUSPENDED: (S.ACTIVE, S.CANCELLED, S.ENDED),
    },
    first=(S.DRAFT,),
    frozen=OVER,
    deletable=frozenset({S.DRAFT}),
    open_fields=("owner", "contact", "notes", "cancel_reason"),
    by_itself=frozenset({
        (S.ACTIVE, S.OVERDUE), (S.OVERDUE, S.ACTIVE), (S.OVERDUE, S.SUSPENDED), (S.SUSPENDED, S.ACTIVE),
        *((state, S.ENDED) for state in LIVE),
    }),
    gives=frozenset(),
    inside=frozenset({S.DRAFT}),
)  # fmt: skip
OPEN_COLUMNS = ("contact_id", "account_id", "quote_id", "notes", "cancel_reason")
TABLE, LINES = "subscribing_subscription", "subscribing_subscriptionline"
