"""Access key: what a program signs in with as one person through the compatibility API, until it is revoked.

The sign-in is md5(token + key), so the key itself must be known here. It is sealed with the installation's key: whoever reads
the database alone cannot sign in with it.
"""

from __future__ import annotations

import hashlib
import secrets
import string
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relasi.engine.access.directory import directory
from relasi.engine.access.door import has_tool, rights_of
from relasi.engine.access.sealed import seal, unseal
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.registry import registry
from relasi.engine.declare.tracked import Tracked, history_triggers
from relasi.engine.fields.text import TextField
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.records.write import Draft, trash, write

PURPOSE = "keys of the compatibility API"
OWN = "a person's own access key"
TOOL = "api"
SIGNS = string.ascii_letters + string.digits
LENGTH = 24
SHOWN = 4  # signs a person may hand on without giving the key away
MOST = 50  # living keys of one person


class AccessKey(Tracked):
    """sealed_key: the key, to be unsealed for a challenge. digest: of the key, by which HTTP Basic finds it."""

    user = models.ForeignKey("users.User", models.PROTECT, related_name="+", editable=False)
    name = TextField(gettext_lazy("Name"), max_length=100, required=True)
    sealed_key = TextField(gettext_lazy("Key"), max_length=500, secret=True, editable=False)
    digest = TextField(gettext_lazy("Digest"), max_length=64, secret=True, editable=False)
    hint = TextField(gettext_lazy("Ends with"), max_length=8, editable=False)

    class Meta(Tracked.Meta):
        abstract = False
        verbose_name = gettext_lazy("access key")
        verbose_name_plural = gettext_lazy("access keys")
        triggers = history_triggers("sealed_key", "digest")
        constraints = [models.UniqueConstraint(fields=["digest"], name="compat_key_digest")]
        indexes = [models.Index(fields=["user"], name="compat_key_user", condition=Q(trashed_at=None))]

    class Module(Declaration):
        archived = False
        self_ruled = True
        icon = "key-round"
        title = "name"
        verbs = ("view",)

    def __str__(self) -> str:
        return self.name

    @classmethod
    def permitted_q(cls, user: Any, verb: str, path: str = "") -> Q:
        rights = rights_of(user)
        if not rights.active:
            return Q(**{f"{path}pk__in": []})
        return Q() if rights.admin else Q(**{f"{path}user": user.id})

    def permits(self, user: Any, verb: str) -> bool:
        return self.user_id == user.id or rights_of(user).admin

    def in_clear(self) -> str:
        """Raises Unreadable where it was sealed with another secret of the installation."""
        return unseal(self.sealed_key or "", PURPOSE)


def digest_of(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def make_key(user: Any, name: str) -> str:
    """A new key of this person, to be shown once. Raises Refused."""
    if not has_tool(user, TOOL):
        raise Refused([Refusal("", "NO_PERMISSION", _("Your permission profile does not include the API."))])
    if keys_of(user).count() >= MOST:
        raise Refused(
            [Refusal("", "OUT_OF_RANGE", _("A person has at most %(n)s access keys.") % {"n": MOST})]
        )
    key = "".join(secrets.choice(SIGNS) for _sign in range(LENGTH))
    values = {"user": user.id, "name": name, "digest": digest_of(key), "hint": key[-SHOWN:]}
    write(registry.of(AccessKey), [Draft(values | {"sealed_key": seal(key, PURPOSE)})], authorised=OWN)
    return key


def revoke(key: AccessKey) -> None:
    """Ends its sessions too: a session asks for its key each time."""
    trash(AccessKey, [key.pk], authorised=OWN)


def keys_of(user: Any) -> models.QuerySet[AccessKey]:
    """The living keys of a person, newest first."""
    return AccessKey._base_manager.filter(user=user.id, trashed_at=None).order_by("-created_at", "-id")


def with_user(key: AccessKey | None) -> AccessKey | None:
    """The key with its user as they are now; None where it is revoked or the person does not work here any more."""
    if key is None or key.trashed_at is not None:
        return None
    user = directory().account(key.user_id)
    if user is None or not user.is_active:
        return None
    key.user = user
    return key
