"""Webhook: an address somewhere else that is told what changes in one module, as one person sees it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relasi.engine.access.directory import directory
from relasi.engine.access.door import may, rights_of
from relasi.engine.api.delivery import WebhookPlace, begin_from_now
from relasi.engine.api.safe_address import UnsafeAddress, resolve, split
from relasi.engine.api.signing import secret_of
from relasi.engine.declare.module import Declaration, Module
from relasi.engine.declare.registry import registry
from relasi.engine.declare.tracked import Tracked, history_triggers
from relasi.engine.fields.json import HiddenField
from relasi.engine.fields.kind import Invalid
from relasi.engine.fields.text import TextField
from relasi.engine.query.condition import read
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.records.write import Draft, trash, write

BY_ADMIN = "webhooks are set up by admins"
EVENTS = {
    "created": gettext_lazy("Created"),
    "changed": gettext_lazy("Changed"),
    "deleted": gettext_lazy("Deleted"),
    "restored": gettext_lazy("Restored"),
    "purged": gettext_lazy("Deleted for good"),
}
BOTH_HOLD = timedelta(hours=24)  # how long the secret before still signs too


class ByAdmins(Tracked):
    """Rows that admins alone see and change."""

    class Meta(Tracked.Meta):
        abstract = True

    @classmethod
    def permitted_q(cls, user: Any, verb: str, path: str = "") -> Q:
        return Q() if rights_of(user).admin else Q(**{f"{path}pk__in": []})

    def permits(self, user: Any, verb: str) -> bool:
        return bool(rights_of(user).admin)


class Webhook(ByAdmins):
    """user: whose rights decide what is told. module: its slug. events: keys of EVENTS. condition: a tree, empty for all.

    seed: what the secret is made of; seed_before: what it was made of until rotated_at.
    """

    user = models.ForeignKey("users.User", models.PROTECT, related_name="+", editable=False)
    name = TextField(gettext_lazy("Name"), max_length=100, required=True)
    url = TextField(gettext_lazy("Address"), max_length=1000, required=True)
    module = TextField(gettext_lazy("Module"), max_length=100, required=True)
    events = HiddenField(gettext_lazy("Events"), default=list)
    condition = HiddenField(gettext_lazy("Condition"), default=dict)
    active = models.BooleanField(gettext_lazy("Active"), default=True)
    seed = TextField(gettext_lazy("Seed"), max_length=64, secret=True, editable=False)
    seed_before = TextField(gettext_lazy("Seed before"), max_length=64, secret=True, editable=False)
    rotated_at = models.DateTimeField(gettext_lazy("Secret changed"), null=True, editable=False)

    class Meta(Tracked.Meta):
        abstract = False
        verbose_name = gettext_lazy("webhook")
        verbose_name_plural = gettext_lazy("webhooks")
        triggers = history_triggers("seed", "seed_before")

    class Module(Declaration):
        archived = False
        self_ruled = True
        icon = "webhook"
        title = "name"
        verbs = ("view",)

    def __str__(self) -> str:
        return self.name

    @property
    def home(self) -> Any:
        """None where the module is gone."""
        return next((one for one in webhook_modules() if one.slug == self.module), None)

    @property
    def secrets(self) -> list[str]:
        """The newest first; the one before it signs too for a day."""
        seeds = [self.seed]
        if self.seed_before and self.rotated_at and timezone.now() < self.rotated_at + BOTH_HOLD:
            seeds.append(self.seed_before)
        return [secret_of(seed) for seed in seeds]


class AllowedHost(ByAdmins):
    """A host inside the own network that webhooks may reach all the same."""

    host = TextField(gettext_lazy("Host"), max_length=255, required=True)

    class Meta(Tracked.Meta):
        abstract = False
        verbose_name = gettext_lazy("allowed host")
        verbose_name_plural = gettext_lazy("allowed hosts")
        triggers = history_triggers()

    class Module(Declaration):
        archived = False
        self_ruled = True
        icon = "network"
        title = "host"
        verbs = ("view",)

    def __str__(self) -> str:
        return self.host


def webhook_modules() -> list[Module]:
    return [one for one in registry if one.is_record]


def living() -> models.QuerySet[Webhook]:
    return Webhook._base_manager.filter(trashed_at=None).order_by("name", "id")


def allowed_hosts() -> set[str]:
    rows = AllowedHost._base_manager.filter(trashed_at=None).values_list("host", flat=True)
    return {host.casefold() for host in rows}


def allow_host(host: str) -> None:
    """Raises Refused for what is no name of a host."""
    name = host.strip().casefold().strip("[]")
    try:
        fits = split(f"http://[{name}]/" if ":" in name else f"http://{name}/").host == name
    except UnsafeAddress:
        fits = False
    if not fits:
        sentence = _("Type the host alone, such as gudang.lokal or 10.0.0.5.")
        raise Refused([Refusal("host", "INVALID_VALUE", sentence)])
    if name not in allowed_hosts():
        write(registry.of(AllowedHost), [Draft({"host": name})], authorised=BY_ADMIN)


def make_webhook(user: int, values: Mapping[str, Any]) -> Webhook:
    """values: name, url, module, events, condition. It tells what happens from now on. Raises Refused."""
    given = {**values, "user": user, "seed": secrets.token_hex(16), "seed_before": ""}
    _check(user, given)
    hook: Webhook = write(registry.of(Webhook), [Draft(given)], authorised=BY_ADMIN).records[0]
    begin_from_now(hook.pk)
    return hook


def change_webhook(hook: Webhook, values: Mapping[str, Any]) -> None:
    """Switched on again, it tells what happened meanwhile too. Raises Refused."""
    if values.keys() & {"url", "events", "condition", "user"}:
        now = {name: getattr(hook, name) for name in ("name", "url", "module", "events", "condition")}
        _check(values.get("user", hook.user_id), {**now, **values})
    write(registry.of(Webhook), [Draft(dict(values), id=hook.pk)], authorised=BY_ADMIN)
    if values.get("active"):
        WebhookPlace.objects.filter(webhook=hook.pk).update(failures=0, trouble="")


def rotate(hook: Webhook) -> str:
    """The new secret, to be shown once. Both sign for a day."""
    seed = secrets.token_hex(16)
    values = {"seed": seed, "seed_before": hook.seed, "rotated_at": timezone.now()}
    write(registry.of(Webhook), [Draft(values, id=hook.pk)], authorised=BY_ADMIN)
    return secret_of(seed)


def remove(hook: Webhook) -> None:
    trash(Webhook, [hook.pk], authorised=BY_ADMIN)


def _check(user: int, values: Mapping[str, Any]) -> None:
    wrong = []
    module = next((one for one in webhook_modules() if one.slug == values.get("module")), None)
    owner = directory().account(user)
    if owner is None or not owner.is_active:
        wrong.append(Refusal("user", "INVALID_VALUE", _("Choose somebody who works here.")))
    elif module is None or not may(owner, "view", module):
        wrong.append(Refusal("module", "INVALID_VALUE", _("There is no such module.")))
    elif values.get("condition"):
        try:
            read(values["condition"], module, owner)
        except Invalid as trouble:
            wrong.append(Refusal("condition", "INVALID_VALUE", str(trouble.message)))
    if not values.get("events") or set(values["events"]) - EVENTS.keys():
        wrong.append(Refusal("events", "REQUIRED", _("Choose at least one event.")))
    try:
        resolve(str(values.get("url") or ""), allowed_hosts())
    except UnsafeAddress as trouble:
        wrong.append(Refusal("url", "INVALID_VALUE", str(trouble)))
    if wrong:
        raise Refused(wrong)
