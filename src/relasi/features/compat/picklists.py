"""Picklists: how the values of choices are spelled on the wire. What is not listed is told by its English label.

Each entry: our key -> what programs read; anything any language or file calls a value is understood when it is written.
"""

from __future__ import annotations

from django.utils import translation

from relasi.engine.fields.choice import WithOptions

_SOURCE = {
    "cold_call": "Cold Call", "existing_customer": "Existing Customer", "self_generated": "Self Generated",
    "public_relations": "Public Relations", "direct_mail": "Direct Mail", "trade_show": "Trade Show",
    "website": "Web Site", "word_of_mouth": "Word of mouth", "social_media": "Social Media",
}  # fmt: skip
_RATING = {
    "market_failed": "Market Failed",
    "project_cancelled": "Project Cancelled",
    "shutdown": "Shutdown",
}
_SALUTATION = {"mr": "Mr.", "ms": "Ms.", "mrs": "Mrs.", "dr": "Dr.", "prof": "Prof."}
_INDUSTRY = {"food_beverage": "Food & Beverage", "not_for_profit": "Not For Profit"}

# (key of the module, name of the field), or (name of the field) for every module -> spelling.
SPELLED: dict[tuple[str, ...], dict[str, str]] = {
    ("lead_source",): _SOURCE,
    ("rating",): _RATING,
    ("salutation",): _SALUTATION,
    ("industry",): _INDUSTRY,
    ("customers.lead", "status"): {
        "new": "Not Contacted", "attempted": "Attempted to Contact", "later": "Contact in Future",
        "prequalified": "Pre Qualified", "lost": "Lost Lead", "junk": "Junk Lead",
    },
    ("sales.deal", "type"): {"new": "New Business", "existing": "Existing Business"},
    ("sales.quote", "status"): {"draft": "Created", "sent": "Delivered"},
    ("sales.salesorder", "status"): {"draft": "Created"},
    ("billing.invoice", "status"): {"draft": "Created", "issued": "Sent", "partly_paid": "Partly Paid", "cancelled": "Cancel"},
    ("agenda.task", "status"): {
        "not_started": "Not Started", "running": "In Progress", "waiting": "Pending Input", "done": "Completed",
    },
    ("agenda.event", "status"): {"not_held": "Not Held"},
    ("priority",): {"normal": "Medium"},
    ("tax_mode",): {"individual": "individual", "group": "group"},
    ("purchasing.purchaseorder", "status"): {
        "draft": "Created", "approved": "Approved", "partly_received": "Received Shipment", "received": "Delivered",
    },
    ("visibility",): {"public": "Public", "private": "Private"},
}  # fmt: skip

# What programs write that is none of the words our own lists know.
UNDERSTOOD: dict[tuple[str, ...], dict[str, str]] = {
    ("agenda.task", "status"): {"planned": "not_started"},
    ("sales.quote", "status"): {"created": "draft", "delivered": "sent"},
    ("sales.salesorder", "status"): {"created": "draft", "delivered": "closed"},
    ("type",): {"mobile call": "call"},
    ("billing.invoice", "status"): {
        "created": "draft", "autocreated": "draft", "approved": "issued", "sent": "issued", "cancel": "cancelled",
    },
}  # fmt: skip


def _of(table: dict[tuple[str, ...], dict[str, str]], kind: WithOptions) -> dict[str, str]:
    field = kind.field
    model = getattr(field, "model", None)
    own = table.get((model._meta.label_lower, kind.key), {}) if model is not None else {}
    return own or table.get((kind.key,), {})


def spelled(kind: WithOptions, key: str) -> str:
    """A stored value as programs read it."""
    found = _of(SPELLED, kind).get(key)
    if found is not None:
        return found
    option = kind.by_key.get(key)
    if option is None:
        return key
    with translation.override("en"):
        return str(option.label)


def key_of(kind: WithOptions, text: str) -> str:
    """The stored value a program means. Raises Invalid."""
    folded = " ".join(text.split()).casefold()
    for key, word in _of(SPELLED, kind).items():
        if word.casefold() == folded:
            return key
    known = _of(UNDERSTOOD, kind).get(folded)
    return known if known is not None else kind.key_of(text)


def other(kind: WithOptions) -> str | None:
    """The value that stands for everything the list does not name, where it has one."""
    return "other" if "other" in kind.by_key and kind.by_key["other"].active else None


def choices(kind: WithOptions) -> list[dict[str, str]]:
    """What describe tells of a choice."""
    words = [spelled(kind, option.key) for option in kind.options if option.active]
    return [{"label": word, "value": word} for word in words]
