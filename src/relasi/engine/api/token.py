"""Token: what a program signs in with as one person, for some modules, to read or to write, until it ends."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relasi.engine.access.directory import directory
from relasi.engine.access.door import has_tool, rights_of
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.registry import registry
from relasi.engine.declare.tracked import Tracked, history_triggers
from relasi.engine.fields.json import HiddenField
from relasi.engine.fields.text import TextField
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.records.write import Draft, trash, write

OWN = "a person's own token"
TOOL = "api"
START = "rel_"
ALL = "*"
SCOPES = ("read", "write")
MOST = 50  # living tokens of one person
# The words of a token that a person may hand on without giving it away.
SHOWN = 4


class ApiToken(Tracked):
    """digest: of the token, which nobody can read again after it was shown once. hint: its last signs.

    scopes: slug of a module, "*" for all others -> the words of SCOPES. expires_at: from when it opens nothing.
    """

    user = models.ForeignKey("users.User", models.PROTECT, related_name="+", editable=False)
    name = TextField(gettext_lazy("Name"), max_length=100, required=True)
    digest = TextField(gettext_lazy("Digest"), max_length=64, secret=True, editable=False)
    hint = TextField(gettext_lazy("Ends with"), max_length=8, editable=False)
    scopes = HiddenField(gettext_lazy("Scopes"), default=dict)
    expires_at = models.DateTimeField(gettext_lazy("Expires"), null=True, editable=False)

    class Meta(Tracked.Meta):
        abstract = False
        verbose_name = gettext_lazy("token")
        verbose_name_plural = gettext_lazy("tokens")
        triggers = history_triggers("digest")
        constraints = [models.UniqueConstraint(fields=["digest"], name="api_token_digest")]
        indexes = [models.Index(fields=["user"], name="api_token_user", condition=Q(trashed_at=None))]

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

    def allows(self, slug: str, scope: str) -> bool:
        """Whether it opens the module of this slug for reading or writing; writing includes reading."""
        given = self.scopes.get(slug, self.scopes.get(ALL, []))
        return scope in given or (scope == "read" and "write" in given)

    @property
    def expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def make_token(
    user: Any, name: str, scopes: Mapping[str, Sequence[str]], expires_at: datetime | None = None
) -> str:
    """A new token for this person, to be shown once. Raises Refused."""
    if not has_tool(user, TOOL):
        raise Refused([Refusal("", "NO_PERMISSION", _("Your permission profile does not include the API."))])
    if expires_at is not None and expires_at <= timezone.now():
        raise Refused([Refusal("expires_at", "OUT_OF_RANGE", _("Choose a day that is still to come."))])
    if not scopes:
        raise Refused([Refusal("scopes", "REQUIRED", _("Choose what the token may do."))])
    if tokens_of(user).count() >= MOST:
        raise Refused([Refusal("", "OUT_OF_RANGE", _("A person has at most %(n)s tokens.") % {"n": MOST})])
    token = START + secrets.token_urlsafe(32)
    values = {"user": user.id, "name": name, "digest": _digest(token), "hint": token[-SHOWN:]}
    values |= {"scopes": dict(scopes), "expires_at": expires_at}
    write(registry.of(ApiToken), [Draft(values)], authorised=OWN)
    return token


def revoke(token: ApiToken) -> None:
    trash(ApiToken, [token.pk], authorised=OWN)


def tokens_of(user: Any) -> models.QuerySet[ApiToken]:
    return ApiToken._base_manager.filter(user=user.id, trashed_at=None).order_by("-created_at", "-id")


def find_token(text: str) -> ApiToken | None:
    """The token, with its user, as long as it is neither revoked nor expired and the user works here."""
    if not text.startswith(START):
        return None
    found = ApiToken._base_manager.filter(digest=_digest(text), trashed_at=None).first()
    if found is None or found.expired:
        return None
    user = directory().account(found.user_id)
    if user is None or not user.is_active:
        return None
    found.user = user
    return found


_WORD = re.compile(r"(?:(?P<slug>[a-z][a-z0-9-]*|\*):)?(?P<scope>read|write)")


def read_scopes(text: str) -> dict[str, list[str]]:
    """ "deals:write, contacts:read", or "read" alone for everything. Raises Refused for what is neither."""
    found: dict[str, set[str]] = {}
    for word in text.replace(",", " ").split():
        match = _WORD.fullmatch(word)
        slug = (match["slug"] or ALL) if match else ""
        if match is None or (slug != ALL and slug not in slugs()):
            sentence = _("“%(word)s” is no scope. Examples: read, write, contacts:read, deals:write.")
            raise Refused([Refusal("scopes", "INVALID_VALUE", sentence % {"word": word[:60]})])
        found.setdefault(slug, set()).update({"read", match["scope"]})
    return {slug: [scope for scope in SCOPES if scope in given] for slug, given in found.items()}


def slugs() -> set[str]:
    """Of the modules the API serves."""
    return {module.slug for module in registry if not module.self_ruled}
