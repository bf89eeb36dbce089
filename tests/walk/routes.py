"""Every address of the product, and who may use it. The prover drives each of them as everybody.

A new address needs one line in ROUTES. The words of `who`:

    anybody          signed in or not
    signed in        everybody with an account that works
    admin            admins; for all others it is not there (404)
    own              the person it belongs to; for all others, admins included, it is not there
    own, or admin    the same, and admins
    in VERB          who has the right VERB (view, create, edit, delete) in the module of the address
    on VERB          who may see the record of the address and has VERB on it
    merge            who may change records of the module of the address and has the tool "merge"
    export           who may see records of the module of the address and has the tool "export"
    import           who may create or change records of the module of the address and has the tool "import"

`methods`: what it is meant for; an address for POST alone answers 405 to a GET. `writes`: whether a good POST changes
the database. `args`: what the brackets of the pattern stand for, as values_of in asking.py knows them. `seen`: the answers
to those who may see the record but lack the verb. `body`: what a good POST holds, as body_of in asking.py knows it.
`sometimes`: it may be 404 for those who may use it too, where there is no board, no such view, nothing to answer; or 503.
`notes`: the table in which a mere look leaves a note for the person. `others`: what differs for other methods than GET.
Addresses of the API ask for the tool "api" besides, and are asked in JSON.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from django.urls import get_resolver


@dataclass(frozen=True)
class Route:
    pattern: str
    who: str
    methods: str = "GET"
    writes: bool = False
    args: dict[str, str] = field(default_factory=dict, hash=False)
    seen: tuple[int, ...] = (403,)
    body: str = ""
    query: str = ""
    sometimes: bool = False
    notes: str = ""
    others: dict[str, dict[str, Any]] = field(default_factory=dict, hash=False)

    def by(self, method: str) -> Route:
        """The same address, as it is for this method."""
        return replace(self, **self.others.get(method, {}))

    @property
    def is_api(self) -> bool:
        return self.pattern.startswith("api/v1/") and self.pattern != "api/v1/docs"

    @property
    def tool(self) -> str:
        return "api" if self.is_api else ""

    @property
    def of_module(self) -> bool:
        return "<entry:entry>" in self.pattern

    @property
    def verb(self) -> str:
        """The right it asks for, of those that ask for one."""
        return self.who.partition(" ")[2] if self.who.startswith(("in ", "on ")) else ""


_USER = {"id": "users.user"}
_ROLE = {"id": "access.role"}
_PROFILE = {"id": "access.profile"}
_GROUP = {"id": "access.group"}
_RULE = {"id": "access.sharingrule"}
_RECORD = {"id": "record"}
_COMMENT = {"id": "record", "comment_id": "comment"}
_JOB = {"id": "job"}
_BULK = {"id": "bulk"}
_VIEW = {"id": "view"}
_CHANGES = {"id": "change_set"}

ROUTES = [
    # Pages of modules.
    Route("<entry:entry>/", "in view"),
    Route("<entry:entry>/totals/", "in view"),
    Route("<entry:entry>/counts/", "in view"),
    Route("<entry:entry>/filter/", "in view"),
    Route("<entry:entry>/conditions/", "in view", "GET POST"),
    Route("<entry:entry>/column/", "in view", sometimes=True),
    Route("<entry:entry>/widths/", "in view", "POST", sometimes=True),
    Route("<entry:entry>/sort/", "in view"),
    Route("<entry:entry>/columns/", "in view"),
    Route("<entry:entry>/views/", "in view", "GET POST", writes=True, body="view"),
    Route("<entry:entry>/views/<slug:key>/first/", "in view", "POST", args={"key": "view key"}),
    Route("<entry:entry>/views/<int:id>/", "own", "GET POST", args=_VIEW),
    Route("<entry:entry>/views/<int:id>/keep/", "own", "POST", args=_VIEW),
    Route("<entry:entry>/views/<int:id>/copy/", "own", "POST", writes=True, args=_VIEW),
    Route("<entry:entry>/views/<int:id>/pin/", "own", "POST", args=_VIEW),
    Route("<entry:entry>/views/<int:id>/colours/", "own", "GET POST", args=_VIEW),
    Route("<entry:entry>/views/<int:id>/answer/", "own", "POST", args=_VIEW, sometimes=True),
    Route("<entry:entry>/views/<int:id>/delete/", "own", "POST", writes=True, args=_VIEW),
    Route("<entry:entry>/views/<int:id>/restore/", "own", "POST", args=_VIEW, sometimes=True),
    Route("<entry:entry>/board/", "in view", sometimes=True),
    Route("<entry:entry>/board/columns/", "in view", sometimes=True),
    Route("<entry:entry>/board/totals/", "in view", sometimes=True),
    Route("<entry:entry>/board/more/", "in view", sometimes=True),
    Route("<entry:entry>/board/fold/", "in view", "POST", sometimes=True),
    Route("<entry:entry>/board/move/", "in view", "GET POST", body="move", sometimes=True),
    Route("<entry:entry>/board/place/", "in view", "POST", sometimes=True),
    Route("<entry:entry>/board/setting/", "in view", "GET POST", sometimes=True),
    Route("<entry:entry>/bulk/", "in delete", "POST", writes=True, body="bulk"),
    Route("<entry:entry>/merge/", "merge", "GET POST", writes=True, body="merge"),
    Route("<entry:entry>/new/", "in create", "GET POST", writes=True, body="create"),
    Route("<entry:entry>/quick/", "in create", "GET POST", writes=True, body="create"),
    Route("<entry:entry>/<int:id>/", "on view", args={"id": "record"}, notes="query_viewed"),
    Route("<entry:entry>/<int:id>/edit/", "on edit", "GET POST", writes=True, args={"id": "record"}, body="edit"),
    Route("<entry:entry>/<int:id>/timeline/", "on view", args={"id": "record"}),
    Route("<entry:entry>/<int:id>/people/", "on view", args=_RECORD, sometimes=True),
    Route("<entry:entry>/<int:id>/comments/", "on view", "POST", args=_RECORD, body="comment", sometimes=True),
    Route("<entry:entry>/<int:id>/comments/<int:comment_id>/", "on view", "GET POST", args=_COMMENT, sometimes=True),
    Route("<entry:entry>/<int:id>/comments/<int:comment_id>/delete/", "on view", "POST", args=_COMMENT, sometimes=True),
    Route("<entry:entry>/<int:id>/comments/<int:comment_id>/history/", "on view", args=_COMMENT, sometimes=True),
    Route("<entry:entry>/<int:id>/files/", "on view", "POST", args=_RECORD, sometimes=True),
    Route("<entry:entry>/<int:id>/tags/", "on view", "POST", args=_RECORD, sometimes=True),
    Route("<entry:entry>/<int:id>/star/", "on view", "POST", args=_RECORD, sometimes=True),
    Route("<entry:entry>/<int:id>/follow/", "on view", "GET POST", args=_RECORD, sometimes=True),
    Route("<entry:entry>/tag-options/", "in view", sometimes=True),
    Route("<entry:entry>/<int:id>/why/", "on view", args={"id": "record"}),
    Route("<entry:entry>/<int:id>/tree/", "on view", args=_RECORD, sometimes=True),
    Route("<entry:entry>/<int:id>/delete/", "on delete", "POST", writes=True, args={"id": "spare"}, body="delete"),
    Route("<entry:entry>/<int:id>/restore/", "on delete", "POST", writes=True, args={"id": "binned"},
          seen=(302, 403, 404), sometimes=True),
    Route("<entry:entry>/<int:id>/do/<slug:verb>/", "on edit", "GET POST", args={"id": "record", "verb": "verb"},
          seen=(404,)),
    Route("<entry:entry>/<int:id>/pdf/", "on view", args=_RECORD, sometimes=True),
    Route("<entry:entry>/<int:id>/proof/", "on edit", "GET POST", args=_RECORD, seen=(403, 404), sometimes=True),
    Route("<entry:entry>/<int:id>/links/", "on edit", "POST", args=_RECORD, seen=(403, 404), sometimes=True),
    Route("<entry:entry>/<int:id>/mail/", "on edit", "GET POST", args=_RECORD, seen=(403, 404), sometimes=True),
    Route("invitation/<str:token>/", "anybody", "GET POST", args={"token": "token"}, sometimes=True,
          notes="activity_public_visit"),
    Route("<entry:entry>/<int:id>/answer/", "on view", "POST", args=_RECORD, seen=(404,), sometimes=True),
    Route("p/<str:token>/", "anybody", args={"token": "token"}, sometimes=True,
          notes="activity_public_visit"),
    Route("p/<str:token>/pdf/", "anybody", args={"token": "token"}, sometimes=True,
          notes="activity_public_visit"),
    Route("p/<str:token>/logo/", "anybody", args={"token": "token"}, sometimes=True,
          notes="activity_public_visit"),
    Route("p/<str:token>/pay/", "anybody", "POST", args={"token": "token"}, sometimes=True),
    Route("gateway/<slug:kind>/", "anybody", "POST", args={"kind": "nobody"}, sometimes=True),
    Route("settings/online-payment/", "admin", "GET POST"),
    Route("p/<str:token>/accept/", "anybody", "POST", args={"token": "token"}, sometimes=True),
    Route("p/<str:token>/decline/", "anybody", "POST", args={"token": "token"}, sometimes=True),
    Route("p/<str:token>/ask/", "anybody", "POST", args={"token": "token"}, sometimes=True),
    Route("<entry:entry>/<int:id>/convert/<slug:to>/", "on edit", "GET POST", args={"id": "record", "to": "becomes"},
          seen=(404,), sometimes=True),
    Route("<entry:entry>/<int:id>/field/<slug:name>/", "on edit", "GET POST", writes=True,
          args={"id": "record", "name": "field"}, seen=(404,), body="field", query="edit=", sometimes=True),

    Route("<entry:entry>/<int:id>/cell/<slug:name>/", "on edit", "GET POST", args={"id": "record", "name": "field"},
          seen=(404,), body="field", sometimes=True),
    Route("<entry:entry>/cells/", "in edit", "POST", body="cells", sometimes=True),
    Route("<entry:entry>/<int:id>/preview/", "on view", args={"id": "record"}, notes="query_viewed"),
    Route("<entry:entry>/<int:id>/around/", "on view", args={"id": "record"}),

    # Pages of the engine that belong to no one module.
    Route("r/<int:id>/", "on view", args={"id": "any record"}),
    Route("lookup/<str:key>/", "signed in", args={"key": "key"}, sometimes=True),
    Route("picture/<path:name>", "signed in", args={"name": "picture"}, sometimes=True),
    Route("search/", "signed in", query="q=pt"),
    Route("bin/", "signed in", "GET POST"),
    Route("bin/purge/", "admin", "POST"),
    Route("bin/empty/", "admin", "GET POST", sometimes=True),
    Route("bin/files/", "signed in", "GET POST"),
    Route("file/<int:id>/", "on view", args={"id": "file"}),
    Route("file/<int:id>/small/", "on view", args={"id": "file"}, sometimes=True),
    Route("file/<int:id>/remove/", "on view", "POST", args={"id": "file"}, sometimes=True),
    Route("file/<int:id>/restore/", "on view", "POST", args={"id": "file"}, sometimes=True),
    Route("follow/<int:id>/stop/", "on view", "GET POST", args={"id": "any record"}, sometimes=True),
    Route("inbox/", "signed in"),
    Route("inbox/bell/", "signed in"),
    Route("inbox/mark/", "signed in", "POST", sometimes=True),
    Route("inbox/<int:id>/", "own", args={"id": "notification"}, notes="activity_notification"),
    Route("preferences/notifications/", "signed in", "GET POST"),
    Route("tags/", "signed in", "GET POST"),
    Route("tags/<int:id>/", "own", "GET POST", args={"id": "tag"}),
    Route("calendar/", "signed in", sometimes=True),
    Route("calendar/free/", "signed in", "GET POST", sometimes=True),
    Route("calendar/move/", "signed in", "POST", sometimes=True),
    Route("calendar/feed/", "signed in", "GET POST", sometimes=True),
    Route("calendar/feed/<str:token>.ics", "anybody", args={"token": "token"}),
    Route("changes/", "signed in"),
    Route("changes/<int:id>/", "own, or admin", args=_CHANGES),
    Route("changes/<int:id>/undo/", "own, or admin", "POST", writes=True, args=_CHANGES),
    Route("preferences/", "anybody", "POST"),
    Route("styleguide/", "signed in"),
    Route("", "signed in"),
    Route("first-steps/", "signed in", "POST"),
    Route("healthz", "anybody"),
    Route("live/", "signed in", sometimes=True),

    Route("receivables/", "signed in", sometimes=True),
    Route("receivables/totals/", "signed in", sometimes=True),
    Route("receivables/soon/", "signed in", sometimes=True),
    Route("receivables/rows/", "signed in", sometimes=True),
    Route("closed-periods/new/", "admin", "GET POST", writes=True, body="closing"),
    Route("month-end/", "signed in", sometimes=True),
    Route("month-end/<int:id>/", "signed in", args={"id": "snapshot"}, sometimes=True),
    Route("payables/", "signed in", sometimes=True),
    Route("payables/totals/", "signed in", sometimes=True),
    Route("payables/soon/", "signed in", sometimes=True),
    Route("payables/rows/", "signed in", sometimes=True),
    Route("receivables/statement/<int:id>/", "on view", args={"id": "customers.account"}, sometimes=True),
    Route("queue/", "signed in"),
    Route("queue/take/", "signed in", "POST", sometimes=True),
    Route("upcoming-invoices/", "signed in", sometimes=True),
    Route("recurring-revenue/", "signed in", sometimes=True),
    Route("recurring-revenue/rows/", "signed in", sometimes=True),
    Route("reconciliation/", "signed in", sometimes=True),
    Route("reconciliation/file/", "signed in", "POST", sometimes=True),
    Route("reconciliation/certain/", "signed in", "POST", sometimes=True),
    Route("reconciliation/<int:id>/", "on edit", "POST", args={"id": "billing.bankmovement"}, sometimes=True),
    Route("funnel/", "signed in", sometimes=True),
    Route("coretax/", "signed in", sometimes=True),
    Route("coretax/export/", "signed in", "POST", sometimes=True),
    Route("coretax/buyers/", "signed in", "POST", sometimes=True),
    Route("coretax/files/<int:id>/", "signed in", args={"id": "view"}, sometimes=True),
    Route("coretax/output-tax/", "signed in", sometimes=True),
    Route("duplicates/", "signed in", sometimes=True),
    Route("duplicates/look/", "admin", "POST"),
    Route("duplicates/<int:id>/dismiss/", "signed in", "POST", args={"id": "view"}, sometimes=True),

    # Import.
    Route("bulk/<int:id>/", "own", "GET POST", args=_BULK),
    Route("bulk/<int:id>/failures.csv", "own", args=_BULK),
    Route("bulk/<int:id>/do/<slug:verb>/", "own", "POST", args={**_BULK, "verb": "import verb"}),
    Route("import/", "import"),
    Route("import/<entry:entry>/", "import", "GET POST"),
    Route("import/<entry:entry>/template.csv", "import"),
    Route("import/<int:id>/", "own", args=_JOB),
    Route("import/<int:id>/columns/", "own", "GET POST", args=_JOB),
    Route("import/<int:id>/duplicates/", "own", "GET POST", args=_JOB),
    Route("import/<int:id>/compared/", "own", args=_JOB),
    Route("import/<int:id>/errors.csv", "own", args=_JOB),
    Route("import/<int:id>/file/", "own", args=_JOB),
    Route("import/<int:id>/do/<slug:verb>/", "own", "POST", args={**_JOB, "verb": "import verb"}),

    # Export.
    Route("export/", "export"),
    Route("export/<entry:entry>/", "export", "GET POST", writes=True),
    Route("export/<int:id>/", "own, or admin", args={"id": "export"}),
    Route("export/<int:id>/file/", "own", args={"id": "export"}, notes="transfer_exportjob"),

    # Scheduled exports.
    Route("export/scheduled/", "export"),
    Route("export/scheduled/new/", "export", "GET POST"),
    Route("export/scheduled/<int:id>/", "own, or admin", args={"id": "schedule"}),
    Route("export/scheduled/<int:id>/edit/", "own, or admin", "GET POST", args={"id": "schedule"}),
    Route("export/scheduled/<int:id>/do/<slug:verb>/", "own, or admin", "POST", writes=True,
          args={"id": "schedule", "verb": "way"}),
    Route("export/scheduled/runs/<int:id>/file/", "own", args={"id": "nobody"}, sometimes=True),

    # The API.
    Route("api/v1/me", "signed in"),
    Route("api/v1/openapi.json", "signed in"),
    Route("api/v1/docs", "signed in"),
    Route("api/v1/modules", "signed in"),
    Route("api/v1/modules/<entry:entry>", "in view"),
    Route("api/v1/month-end", "signed in", sometimes=True),
    Route("api/v1/month-end/<int:id>/<slug:part>", "signed in", args={"id": "snapshot", "part": "part"}, sometimes=True),
    Route("api/v1/changes", "signed in"),
    Route("api/v1/changes/<int:id>/undo", "own, or admin", "POST", writes=True, args=_CHANGES),
    Route("api/v1/usage", "signed in"),
    Route("api/v1/files/<int:id>", "on view", "GET DELETE", args={"id": "file"},
          others={"DELETE": {"who": "on edit", "writes": True}}),
    Route("api/v1/<entry:entry>", "in view", "GET POST",
          others={"POST": {"who": "in create", "writes": True, "body": "create", "query": "confirm=double,clash"}}),
    Route("api/v1/<entry:entry>/bulk", "in delete", "POST", writes=True, body="bulk"),
    Route("api/v1/<entry:entry>/<int:id>", "on view", "GET PATCH DELETE", args=_RECORD, others={
        "PATCH": {"who": "on edit", "writes": True, "body": "edit"},
        "DELETE": {"who": "on delete", "writes": True, "args": {"id": "spare"}, "query": "confirm=trash"}}),
    Route("api/v1/<entry:entry>/<int:id>/restore", "on delete", "POST", writes=True, args={"id": "binned"},
          sometimes=True),
    Route("api/v1/<entry:entry>/<int:id>/history", "on view", args=_RECORD),
    Route("api/v1/<entry:entry>/<int:id>/related/<slug:name>", "on view", args={"id": "record", "name": "related"},
          sometimes=True),
    Route("api/v1/<entry:entry>/<int:id>/comments", "on view", "GET POST", args=_RECORD, sometimes=True,
          others={"POST": {"body": "comment"}}),
    Route("api/v1/<entry:entry>/<int:id>/comments/<int:comment_id>", "on view", "DELETE", args=_COMMENT, sometimes=True),
    Route("api/v1/<entry:entry>/<int:id>/tags", "on view", "GET POST", args=_RECORD, sometimes=True,
          others={"POST": {"body": "tag"}}),
    Route("api/v1/<entry:entry>/<int:id>/tags/<int:tag_id>", "on view", "DELETE",
          args={"id": "record", "tag_id": "tag"}, sometimes=True),
    Route("api/v1/<entry:entry>/<int:id>/files", "on view", "GET POST", args=_RECORD, sometimes=True),
    Route("api/v1/<entry:entry>/<int:id>/do/<slug:verb>", "on edit", "POST", args={"id": "record", "verb": "verb"},
          seen=(403, 404)),
    Route("api/v1/", "anybody", "GET POST"),
    Route("api/v1/<path:rest>", "anybody", "GET POST", args={"rest": "nothing here"}),

    # The compatibility API: switched off, it is not there; it knows no cookie of a browser, only keys of its own.
    Route("webservice.php", "anybody", "GET POST", sometimes=True),
    Route("restapi/v1/vtiger/default/<slug:operation>", "anybody", "GET POST", args={"operation": "nobody"}, sometimes=True),

    # Programs with tools: a token alone opens the address, so a browser is turned away whoever sits there.
    Route("mcp", "anybody", "POST"),
    Route("proposals/", "signed in"),
    Route("proposals/<int:id>/", "own", args={"id": "proposal"}),
    Route("proposals/<int:id>/approve/", "own", "POST", writes=True, args={"id": "proposal"}),
    Route("proposals/<int:id>/refuse/", "own", "POST", writes=True, args={"id": "proposal"}),

    # The first run and signing in.
    Route("welcome/", "anybody", "GET POST"),
    Route("login/", "anybody", "GET POST"),
    Route("login/confirm/", "anybody", "GET POST"),
    Route("login/passkey/", "anybody", "GET POST"),
    Route("logout/", "signed in", "GET POST"),
    Route("password/forgotten/", "anybody", "GET POST"),
    Route("password/choose/<slug:purpose>/<str:token>/", "anybody", "GET POST",
          args={"purpose": "purpose", "token": "token"}),

    # One's own preferences and security.
    Route("preferences/mine/", "signed in", "GET POST"),
    Route("security/", "signed in"),
    Route("security/sessions/", "signed in", "POST"),
    Route("security/password/", "signed in", "GET POST"),
    Route("security/confirm/", "signed in", "GET POST"),
    Route("security/confirm/code/", "signed in", "GET POST"),
    Route("security/confirm/passkey/", "signed in", "GET POST"),
    Route("security/app/", "signed in", "GET POST"),
    Route("security/app/off/", "signed in", "GET POST", sometimes=True),
    Route("security/codes/", "signed in", sometimes=True),
    Route("security/codes/new/", "signed in", "GET POST"),
    Route("security/codes/file/", "signed in", sometimes=True),
    Route("security/passkeys/", "signed in"),
    Route("security/passkeys/add/", "signed in", "GET POST"),
    Route("security/passkeys/<int:pk>/remove/", "signed in", "GET POST", args={"pk": "passkey"}, sometimes=True),
    Route("security/passkeys/<int:pk>/name/", "signed in", "GET POST", args={"pk": "passkey"}, sometimes=True),

    Route("preferences/tokens/", "signed in", "GET POST", body="token"),
    Route("preferences/tokens/<int:id>/end/", "own", "POST", writes=True, args={"id": "api token"}),

    Route("preferences/access-keys/", "signed in", "GET POST"),
    Route("preferences/access-keys/<int:id>/end/", "own", "POST", writes=True, args={"id": "access key"}),

    # Settings.
    Route("settings/", "admin"),
    Route("settings/compat/", "admin"),
    Route("settings/compat/switch/", "admin", "POST"),
    Route("settings/compat/keys/<int:id>/end/", "admin", "POST", writes=True, args={"id": "access key"}),
    Route("settings/tokens/", "admin"),
    Route("settings/tokens/<int:id>/end/", "admin", "POST", writes=True, args={"id": "api token"}),
    Route("settings/modules/", "admin"),
    Route("settings/modules/<str:key>/<slug:way>/", "admin", "POST", writes=True, args={"key": "lone key", "way": "way"}),
    Route("settings/assignment/", "admin"),
    Route("settings/assignment/new/", "admin", "GET POST"),
    Route("settings/assignment/log/", "admin"),
    Route("settings/assignment/who/", "admin"),
    Route("settings/assignment/<int:id>/", "admin", "GET POST", args={"id": "assigning.assignmentrule"}),
    Route("settings/assignment/<int:id>/delete/", "admin", "POST", writes=True, args={"id": "assigning.assignmentrule"}),
    Route("settings/assignment/<int:id>/distribute/", "admin", "POST", args={"id": "assigning.assignmentrule"},
          sometimes=True),
    Route("settings/assignment/<int:id>/move/<slug:way>/", "admin", "POST",
          args={"id": "assigning.assignmentrule", "way": "up"}),
    Route("settings/conversion/", "admin", "GET POST"),
    Route("settings/labels/", "admin"),
    Route("settings/labels/<str:key>/", "admin", "GET POST", args={"key": "key"}),
    Route("settings/layouts/", "admin"),
    Route("settings/layouts/new/", "admin", "GET POST"),
    Route("settings/layouts/<int:id>/", "admin", "GET POST", args={"id": "customize.layout"}),
    Route("settings/layouts/<int:id>/delete/", "admin", "POST", writes=True, args={"id": "customize.layout"}),
    Route("settings/field-rules/new/", "admin", "GET POST"),
    Route("settings/field-rules/<int:id>/", "admin", "GET POST", args={"id": "customize.fieldrule"}),
    Route("settings/field-rules/<int:id>/delete/", "admin", "POST", writes=True, args={"id": "customize.fieldrule"}),
    Route("settings/usage/", "admin"),
    Route("settings/usage/limits/", "admin", "GET POST"),
    Route("settings/usage/file.<slug:format>", "admin", args={"format": "file format"}),
    Route("settings/webhooks/", "admin"),
    Route("settings/webhooks/new/", "admin", "GET POST"),
    Route("settings/webhooks/hosts/", "admin", "POST"),
    Route("settings/webhooks/hosts/<int:id>/forbid/", "admin", "POST", sometimes=True, args={"id": "nobody"}),
    Route("settings/webhooks/<int:id>/", "admin", args={"id": "webhook"}),
    Route("settings/webhooks/<int:id>/edit/", "admin", "GET POST", args={"id": "webhook"}),
    Route("settings/webhooks/<int:id>/do/<slug:verb>/", "admin", "POST", writes=True,
          args={"id": "webhook", "verb": "webhook verb"}),
    Route("settings/webhooks/<int:id>/deliveries/<int:delivery>/again/", "admin", "POST", sometimes=True,
          args={"id": "webhook", "delivery": "nobody"}),
    Route("settings/archive/", "admin"),
    Route("settings/archive/make/", "admin", "POST"),
    Route("settings/archive/<int:id>/file/", "admin", args={"id": "nobody"}, sometimes=True),
    Route("settings/scheduler/", "admin"),
    Route("settings/scheduler/<str:task>/", "admin", "GET POST", writes=True, args={"task": "job name"}),
    Route("settings/scheduler/<str:task>/run/", "admin", "POST", writes=True, args={"task": "job name"}),
    Route("settings/tie-out/", "admin"),
    Route("settings/tie-out/run/", "admin", "POST", writes=True),
    Route("settings/tie-out/<slug:key>/", "admin", args={"key": "check key"}),
    Route("settings/company/", "admin", "GET POST"),
    Route("settings/company-details/", "admin", "GET POST"),
    Route("settings/company-details/preview/", "admin"),
    Route("settings/erasures/", "admin"),
    Route("settings/why/", "admin"),
    Route("settings/preview/stop/", "signed in", "POST"),
    Route("settings/users/", "admin"),
    Route("settings/users/new/", "admin", "GET POST"),
    Route("settings/users/<int:id>/", "admin", args=_USER),
    Route("settings/users/<int:id>/edit/", "admin", "GET POST", args=_USER),
    Route("settings/users/<int:id>/suspend/", "admin", "GET POST", args=_USER),
    Route("settings/users/<int:id>/reactivate/", "admin", "POST", args=_USER),
    Route("settings/users/<int:id>/unlock/", "admin", "POST", args=_USER),
    Route("settings/users/<int:id>/remove/", "admin", "GET POST", args=_USER),
    Route("settings/users/<int:id>/sign-out/", "admin", "POST", args=_USER),
    Route("settings/users/<int:id>/link/", "admin", "POST", args=_USER),
    Route("settings/users/<int:id>/factors/", "admin", "POST", args=_USER),
    Route("settings/users/<int:id>/preview/", "admin", "POST", args=_USER),
    Route("settings/roles/", "admin", "GET POST"),
    Route("settings/roles/new/", "admin", "GET POST"),
    Route("settings/roles/<int:id>/", "admin", "GET POST", args=_ROLE),
    Route("settings/roles/<int:id>/delete/", "admin", "GET POST", args=_ROLE),
    Route("settings/profiles/", "admin"),
    Route("settings/profiles/new/", "admin", "GET POST"),
    Route("settings/profiles/compare/", "admin"),
    Route("settings/profiles/<int:id>/", "admin", "GET POST", args=_PROFILE),
    Route("settings/profiles/<int:id>/copy/", "admin", "POST", args=_PROFILE),
    Route("settings/profiles/<int:id>/delete/", "admin", "GET POST", args=_PROFILE),
    Route("settings/profiles/<int:id>/find/", "admin", args=_PROFILE),
    Route("settings/profiles/<int:id>/fields/<str:key>/", "admin", "GET POST", args={**_PROFILE, "key": "key"}),
    Route("settings/list-views/", "admin"),
    Route("settings/list-views/<int:id>/approve/", "admin", "POST", args=_VIEW, sometimes=True),
    Route("settings/list-views/<int:id>/refuse/", "admin", "POST", args=_VIEW, sometimes=True),
    Route("settings/groups/", "admin"),
    Route("settings/groups/new/", "admin", "GET POST"),
    Route("settings/groups/effective/", "admin", "GET POST"),
    Route("settings/groups/<int:id>/", "admin", "GET POST", args=_GROUP),
    Route("settings/groups/<int:id>/delete/", "admin", "GET POST", args=_GROUP),
    Route("settings/sharing/", "admin", "GET POST"),
    Route("settings/sharing/rules/new/", "admin", "GET POST"),
    Route("settings/sharing/rules/<int:id>/", "admin", "GET POST", args=_RULE),
    Route("settings/sharing/rules/<int:id>/delete/", "admin", "POST", args=_RULE),
    Route(r"^(?P<slug>users|roles|profiles|groups|sharing-rules|module-sharing|company|company-details|views|layouts|field-rules|labels|conversion-fields|assignment-rules)/(?:(?P<id>\d{1,18})/)?"
          r"(?P<rest>.*)$", "admin", args={"slug": "settings slug", "id": "access.group", "rest": "nothing"}),
]  # fmt: skip


@dataclass(frozen=True)
class Address:
    """One pattern of the resolver, with all that stands before it."""

    pattern: str
    view: Any


def addresses(patterns: Any = None, before: str = "") -> Iterator[Address]:
    """Every pattern of the product, whoever brought it."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        text = before + str(one.pattern)
        if hasattr(one, "url_patterns"):
            yield from addresses(one.url_patterns, text)
        else:
            yield Address(text, one.callback)
