"""The first steps of a person in Relasi. Each ticks itself: it looks whether the thing is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.directory import directory
from relasi.engine.access.door import has_tool, may
from relasi.engine.declare.registry import registry
from relasi.engine.query.arrangement import steps_hidden

Asked = Callable[[Any], bool]


@dataclass(frozen=True)
class Step:
    """offered: whether it is for this person. done: whether it needs no more."""

    title: Any
    about: Any
    url: str
    icon: str
    offered: Asked
    done: Asked


@dataclass(frozen=True)
class Taken:
    step: Step
    done: bool


def _may_create(key: str) -> Asked:
    return lambda user: registry.knows(key) and may(user, "create", registry.module(key))


def _has_own(key: str) -> Asked:
    return lambda user: registry.module(key).model._base_manager.filter(owner_id=user.id).exists()


def _are_customers(_user: Any) -> bool:
    return any(
        registry.module(f"customers.{name}").model._base_manager.exists() for name in ("account", "contact")
    )


STEPS = [
    Step(
        _("Invite your colleagues"), _("Each gets a role that says what they see and may do."), "/settings/users/",
        "users", lambda user: user.is_admin, lambda _user: sum(one.is_active for one in directory().people.values()) > 1,
    ),
    Step(
        _("Bring in your customers"), _("From a spreadsheet or the export of another CRM."), "/import/contacts/",
        "upload", lambda user: has_tool(user, "import") and _may_create("customers.contact")(user), _are_customers,
    ),
    Step(
        _("Create your first deal"), _("What you want to sell, to whom, and until when."), "/deals/new/",
        "handshake", _may_create("sales.deal"), _has_own("sales.deal"),
    ),
    Step(
        _("Plan your next task"), _("Relasi reminds you when its time has come."), "/tasks/new/",
        "circle-check-big", _may_create("agenda.task"), _has_own("agenda.task"),
    ),
    Step(
        _("Add your phone number"), _("Colleagues and customers see whom to call."), "/preferences/mine/",
        "user-round", lambda _user: True, lambda user: bool(user.phone),
    ),
    Step(
        _("Protect your sign-in"), _("With a code from your phone or a passkey."), "/security/",
        "shield-check", lambda _user: True, lambda user: Authenticator.objects.filter(user_id=user.id).exists(),
    ),
]  # fmt: skip


def steps_of(user: Any) -> list[Taken]:
    """None once all are done or put away."""
    if steps_hidden(user):
        return []
    found = [Taken(step, step.done(user)) for step in STEPS if step.offered(user)]
    return [] if all(taken.done for taken in found) else found
