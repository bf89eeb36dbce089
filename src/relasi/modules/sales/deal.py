"""Deal: a possible sale, followed from the first talk to won or lost."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.computed import computed
from relasi.engine.declare.tracked import history_triggers
from relasi.engine.declare.words import (
    Action,
    AtHome,
    Board,
    Match,
    Related,
    Section,
    StagePath,
    Timeline,
    View,
)
from relasi.engine.fields.choice import ChoiceField, Choices, open_list
from relasi.engine.fields.dates import DateTimeField
from relasi.engine.fields.numbers import IntegerField
from relasi.engine.fields.reference import ReferenceField, ReferencesField
from relasi.engine.fields.text import LongTextField, TextField
from relasi.engine.records.record import Record, board_index, record_indexes
from relasi.engine.records.refusal import Change
from relasi.engine.records.write import update
from relasi.kits.parties.touch import Touched, Way
from relasi.kits.pipeline.bant import Bant
from relasi.kits.pipeline.lead_source import LeadSource
from relasi.kits.pipeline.stage import Outcome
from relasi.kits.pipeline.staged import Staged
from relasi.kits.pipeline.weighing import completeness_score, mean_score, stage_age_score
from relasi.modules.sales import deal_rules
from relasi.modules.sales.pipeline import ForecastCategory, Stage, all_stages, stages_of


@open_list("deal_type", _("Deal type"))
class DealType(Choices):
    NEW = "new", _("New business"), "biru"
    EXISTING = "existing", _("Existing business"), "toska"
    RENEWAL = "renewal", _("Renewal"), "ungu"


@open_list("lost_reason", _("Lost because"))
class LostReason(Choices):
    PRICE = "price", _("Price")
    COMPETITOR = "competitor", _("Competitor")
    NO_BUDGET = "no_budget", _("No budget")
    NO_DECISION = "no_decision", _("No decision")
    TIMING = "timing", _("Timing")
    MISSING_FEATURE = "missing_feature", _("Missing feature")
    OTHER = "other", _("Other")


_OPEN = {"field": "status", "op": "is", "value": "open"}


def _is_open(deal: Any) -> bool:
    return deal.is_open


class Deal(Touched, Staged, Bant, Record):
    touch_fields = ("last_touch_at", "last_touch_via")

    name = TextField(
        _("Name"),
        required=True,
        aliases="Nama Peluang|Potential Name|Opportunity Name|Deal Name|Deal - Title",
    )
    account = ReferenceField(
        "customers.Account", models.PROTECT, verbose_name=_("Account"), related_name="deals",
        aliases="Perusahaan|Related To|Organization Name|Account Name|Associated Company|Organization - Name|Pelanggan",
    )  # fmt: skip
    contact = ReferenceField(
        "customers.Contact", models.PROTECT, verbose_name=_("Contact"), related_name="deals",
        aliases="Kontak|Contact Name|Associated Contact|Person - Name",
    )  # fmt: skip
    pipeline = ReferenceField(
        "sales.Pipeline", models.PROTECT, verbose_name=_("Pipeline"), related_name="+", required=True,
        aliases="Jalur|Deal - Pipeline",
    )  # fmt: skip
    stage = ReferenceField(
        "sales.Stage", models.PROTECT, verbose_name=_("Stage"), related_name="+", required=True,
        aliases="Tahap|Tahapan|Sales Stage|Deal Stage|Deal - Stage|StageName",
    )  # fmt: skip
    type = ChoiceField(DealType, _("Type"), aliases="Tipe|Jenis")
    lead_source = ChoiceField(LeadSource, _("Source"), aliases="Sumber|Lead Source|LeadSource")
    next_step = TextField(_("Next step"), aliases="Langkah Berikut|Next Step|NextStep")
    forecast_category = ChoiceField(ForecastCategory, _("Forecast category"), aliases="Kategori Prakiraan")
    lost_reason = ChoiceField(
        LostReason, _("Lost because"), aliases="Alasan Kalah|Lost Reason|Deal - Lost reason"
    )
    competitor = TextField(_("Competitor"), aliases="Pesaing|Kompetitor")
    description = LongTextField(_("Description"), aliases="Catatan|Keterangan|Deskripsi|Notes")
    authority_score = IntegerField(_("Authority score"), default=0, editable=False)
    last_touch_at = DateTimeField(_("Last touch"), editable=False)
    last_touch_via = ChoiceField(Way, _("Last touch by"), editable=False)
    buying_roles = ReferencesField("sales.BuyingRole", _("Roles present"), editable=False)

    class Meta(Record.Meta):
        verbose_name = _("deal")
        verbose_name_plural = _("deals")
        # These are told by the history of the contact roles, and of what somebody was in touch by.
        triggers = history_triggers("authority_score", "buying_roles", "last_touch_at", "last_touch_via")
        indexes = [
            *record_indexes("deal"),
            board_index("deal", "stage"),
            models.Index(fields=["expected_close"], name="deal_open_close",
                         condition=models.Q(trashed_at=None, status="open")),
        ]  # fmt: skip

    class Module(Record.Module):
        slug = "deals"
        area = "sales"
        icon = "handshake"
        number = "DEA-{n:05}"
        title = "name"
        subtitle = "account"
        columns = [
            "name",
            "account",
            "stage",
            "amount",
            "probability",
            "expected_close",
            "owner",
            "weighted_amount",
        ]
        filters = ["stage", "pipeline", "owner", "status", "expected_close", "amount", "account", "type"]
        search = {"name": "A", "next_step": "C", "competitor": "C", "description": "D", "need": "D"}
        form = [
            Section(_("Deal"), "name account contact amount currency expected_close owner"),
            Section(
                _("Progress"), "pipeline stage probability probability_manual next_step forecast_category"
            ),
            Section(_("Background"), "type lead_source competitor lost_reason description"),
            Section(_("Qualification"), "budget authority need timing"),
        ]
        facts = [
            *form,
            Section(_("Health"), "deal_score authority_score missing_roles qualification_score stuck_days days_in_stage "
                                 "overdue last_touch_at last_touch_via"),
            Section(_("Record"), "number status age_days stage_since closed_at created_at changed_at"),
        ]  # fmt: skip
        quick = "name account contact amount stage expected_close owner"
        headline = "account owner amount weighted_amount"
        fill = {"account": "contact.account", "currency": "account.currency"}
        board = Board(
            by="stage", card=["account", "amount", "expected_close", "owner", "next_step"], sum="amount",
            weighted="weighted_amount", within="pipeline", since="closed_at", bar="probability", marks=["stuck_note"],
        )  # fmt: skip
        page = [
            StagePath(by="stage"),
            Timeline(),
            Related("agenda.Task", columns=["status", "due_on"]),
            Related("agenda.Event", columns=["status", "starts_at"]),
            Related("sales.Quote", columns=["status", "grand_total"]),
            Related("sales.ContactRole", columns=["stance"], title=_("Buying committee")),
            Related("sales.DealStage", columns=["at", "stay"], title=_("Stage history")),
        ]
        actions = [
            Action("win", _("Won"), icon="trophy", when=_is_open),
            Action("lose", _("Lost"), icon="circle-x", ask=("lost_reason", "competitor"), danger=True, when=_is_open),
            Action("move", _("Change stage"), icon="arrow-right", ask=("stage",), when=_is_open),
            Action("reset_probability", _("Use the stage's probability"), icon="undo-2",
                   when=lambda deal: deal.is_open and deal.probability_manual),
            Action("reopen", _("Reopen"), icon="history", tool="reopen", when=lambda deal: not deal.is_open),
        ]  # fmt: skip
        views = [
            View("open", _("Open"), _OPEN, "handshake"),
            View("closing", _("Closing this month"), {"all": [_OPEN, {"field": "expected_close", "op": "this_month"}]},
                 "calendar-days", ("expected_close",)),
            View("overdue", _("Past its date"), {"field": "overdue", "op": "is", "value": True}, "clock",
                 ("expected_close",), AtHome(110, _("Deals past their date"), "account amount")),
            View("stuck", _("Stuck"), {"field": "stuck_days", "op": "gt", "value": 0}, "hourglass", ("-stuck_days",),
                 AtHome(120, _("Deals that are stuck"), "stage amount")),
            View("won", _("Won"), {"field": "status", "op": "is", "value": "won"}, "trophy", ("-closed_at",)),
            View("lost", _("Lost"), {"field": "status", "op": "is", "value": "lost"}, "circle-x", ("-closed_at",)),
        ]  # fmt: skip
        aliases = {
            "number": "Opportunity Number|Potential No",
            "owner": "Assigned To|Deal owner|Opportunity Owner|OwnerId|Pemilik|Sales",
        }
        matches = {"name": Match(_("Same name in the same account"), of="name", beside="account")}
        closed = models.Q(status__in=["won", "lost"])
        words = "peluang penawaran opportunity potential kesempatan deal"

    @property
    def stage_now(self) -> Stage:
        return all_stages()[self.stage_id]

    def before_save(self, change: Change) -> None:
        deal_rules.choose_stage(self, change)
        if self.stage_id in all_stages():
            self.follow_stage(change)
            deal_rules.follow_outcome(self, change)

    def clean(self, change: Change) -> None:
        deal_rules.check(self, change)

    @classmethod
    def clean_all(cls, changes: list[Change]) -> None:
        deal_rules.check_requirements(changes)
        deal_rules.check_accounts(changes)

    @computed(_("Missing roles"), needs="stage amount buying_roles")
    def missing_roles(self) -> str:
        """The roles the stages up to here ask for and nobody has."""
        return ", ".join(map(str, deal_rules.missing_roles(self, hard=False)))

    @computed(_("Deal score"), kind="integer",
              needs="status stage stage_since authority_score amount account contact next_step type lead_source")  # fmt: skip
    def deal_score(self) -> int | None:
        """0 to 100, of open deals; the mean of score_parts by their weight."""
        return mean_score([(weight, score) for _label, weight, score in self.score_parts()])

    def score_parts(self) -> list[tuple[Any, int, int]]:
        """What makes the score: (label, weight, score of 0 to 100)."""
        if not self.is_open:
            return []
        known = [self.amount, self.account_id, self.contact_id, self.next_step, self.type, self.lead_source]
        return [
            (_("Time in the stage"), 30, stage_age_score(self.days_in_stage or 0, self.stage_now.rot_days)),
            (_("Authority"), 20, self.authority_score),
            (_("Completeness"), 10, completeness_score([value is not None for value in known])),
        ]

    # The verbs: what the buttons, the board, the API and workflows call.
    def move(self, stage: Any = None, **values: Any) -> Deal:
        return update(self, {**values, "stage": stage})

    def win(self) -> Deal:
        return update(self, {"stage": deal_rules.end_stage(self, Outcome.WON)})

    def lose(self, lost_reason: Any = None, competitor: Any = None) -> Deal:
        values = {"stage": deal_rules.end_stage(self, Outcome.LOST), "lost_reason": lost_reason}
        return update(self, values | ({"competitor": competitor} if competitor else {}))

    def reopen(self) -> Deal:
        """Back into the stage it was closed from."""
        return update(self, {"stage": deal_rules.stage_before_close(self).pk})

    def reset_probability(self) -> Deal:
        return update(self, {"probability_manual": False})

    def path_steps(self, by: str) -> list[dict[str, Any]]:
        """The stages of the pipeline as steps of the bar on top of the page."""
        here, steps = self.stage_now, []
        for stage in stages_of(self.pipeline_id):
            verb = {Outcome.WON: "win/", Outcome.LOST: "lose/"}.get(stage.outcome, f"move/?stage={stage.pk}")
            steps.append({
                "label": str(stage), "tone": stage.tone, "current": stage.pk == here.pk,
                "done": stage.is_open and here.outcome != Outcome.LOST and stage.position < here.position,
                "url": f"/deals/{self.pk}/do/{verb}" if self.is_open else None,
            })  # fmt: skip
        return steps
