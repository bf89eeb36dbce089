"""Qualification: how a lead becomes an MQL, which marketing offers to sales, and an SQL, which sales has accepted."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.acting import SYSTEM, acting_user
from relasi.engine.access.door import has_tool
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.choice import ChoiceField, Choices, open_list
from relasi.engine.fields.dates import DateField, DateTimeField
from relasi.engine.fields.money import MoneyField
from relasi.engine.fields.numbers import IntegerField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import LongTextField, TextField
from relasi.engine.records.refusal import Change, Refusal, Refused
from relasi.engine.records.write import update
from relasi.kits.pipeline.bant import Bant
from relasi.modules.customers.handover import handover_until
from relasi.modules.customers.lifecycle import Lifecycle

LEAD, MQL, SQL = Lifecycle.LEAD, Lifecycle.MQL, Lifecycle.SQL
OPPORTUNITY, CUSTOMER, DISQUALIFIED = Lifecycle.OPPORTUNITY, Lifecycle.CUSTOMER, Lifecycle.DISQUALIFIED

# The stages a lead has; only a contact can be an evangelist.
STAGES = [
    (stage.value, stage.label, stage.tone, stage.aliases)
    for stage in Lifecycle
    if stage != Lifecycle.EVANGELIST
]

# From -> where a person may take a lead from there. Opportunity and customer are reached by conversion alone.
MOVES: dict[str, frozenset[str]] = {
    LEAD: frozenset({MQL, SQL, DISQUALIFIED}),
    MQL: frozenset({LEAD, SQL, DISQUALIFIED}),
    SQL: frozenset({MQL, DISQUALIFIED}),
    DISQUALIFIED: frozenset({LEAD}),
    OPPORTUNITY: frozenset(),
    CUSTOMER: frozenset(),
}

CONSENT = "consent"  # the code of the warning

# Moves that need a reason from the list.
REFUSING = {(MQL, LEAD), (SQL, MQL), (LEAD, DISQUALIFIED), (MQL, DISQUALIFIED), (SQL, DISQUALIFIED)}


@open_list("rejection_reason", _("Rejection reason"))
class RejectionReason(Choices):
    WRONG_DETAILS = "wrong_details", _("Wrong details")
    NOT_YET = "not_yet", _("Not needed yet")
    BUDGET = "budget", _("Budget")
    COMPETITOR = "competitor", _("Competitor")
    NO_REPLY = "no_reply", _("No reply")
    OUT_OF_AREA = "out_of_area", _("Outside our area")


class Qualified(Bant):
    """Abstract mixin of the lead: its stage, who has taken it there, and what sales knows of it."""

    stage = ChoiceField(STAGES, _("Stage"), default=LEAD, required=True, aliases="Tahap|Lifecycle Stage")
    stage_since = DateTimeField(_("In this stage since"), editable=False)
    stage_note = LongTextField(_("Note on the stage"))
    mql_first_at = DateTimeField(_("First MQL"), editable=False)
    mql_last_at = DateTimeField(_("Last MQL"), editable=False)
    sql_at = DateTimeField(_("SQL since"), editable=False)
    accepted_by = ReferenceField("users.User", models.PROTECT, verbose_name=_("Accepted by"), related_name="+",
                                 db_index=False, editable=False)  # fmt: skip
    rejection_reason = ChoiceField(RejectionReason, _("Rejection reason"))
    recycle_on = DateField(_("Take up again on"))
    score = IntegerField(_("Score"), default=0, required=True, editable=False, foot="average")
    qualified_by = ReferenceField("customers.LeadRule", models.PROTECT, verbose_name=_("Made an MQL by"),
                                  related_name="+", db_index=False, editable=False)  # fmt: skip
    handover_until = DateTimeField(_("To be taken over by"), editable=False)
    handover_told_at = DateTimeField(_("Told of as waiting"), editable=False)
    handover_task = ReferenceField("agenda.Task", models.SET_NULL, verbose_name=_("Task of the hand-over"),
                                   related_name="+", db_index=False, editable=False)  # fmt: skip
    marketing_owner = ReferenceField("users.User", models.PROTECT, verbose_name=_("Marketing owner"),
                                     related_name="+", db_index=False)  # fmt: skip
    sales_owner = ReferenceField("users.User", models.PROTECT, verbose_name=_("Sales owner"), related_name="+",
                                 db_index=False)  # fmt: skip
    expected_value = MoneyField(_("Expected value"), min=0, aliases="Nilai Perkiraan|Potensi|Expected Value")
    expected_close = DateField(_("Expected close"), aliases="Perkiraan Tutup|Expected Close Date")
    next_step = TextField(_("Next step"), aliases="Langkah Berikut|Next Step")
    meeting_held = BooleanField(_("Meeting held"))

    class Meta:
        abstract = True

    def stamp_stage(self, change: Change) -> None:
        """What follows from a move: its time, and for MQL and SQL who took the lead there."""
        if not change.is_new and not change.has("stage"):
            return
        now = timezone.now()
        self.stage_since = now
        # What comes in as an MQL, from a file say, has been handed over elsewhere.
        self.handover_until = handover_until(now) if self.stage == MQL and not change.is_new else None
        self.handover_told_at = None
        if self.stage == MQL:
            self.mql_first_at, self.mql_last_at = self.mql_first_at or now, now
            if change.old("stage") != SQL and not change.authorised:
                self.qualified_by_id = None
        if self.stage in (MQL, SQL) and not change.has("rejection_reason"):
            self.rejection_reason = self.recycle_on = None
        if self.stage == SQL:
            user = acting_user()
            self.sql_at, self.accepted_by_id = now, None if user is SYSTEM else user.id

    def check_stage(self, change: Change) -> None:
        """Raises Refusal for a move that is not in the table, or that lacks what it needs."""
        if not change.has("stage"):
            return
        before, after = change.old("stage") or LEAD, self.stage
        if before == after or change.authorised:
            return
        if after not in MOVES[before]:
            raise Refusal("stage", "INVALID_TRANSITION", _("A lead cannot go from “%(before)s” to “%(after)s”.") % {
                "before": Lifecycle(before).label, "after": Lifecycle(after).label})  # fmt: skip
        if (before, after) in REFUSING and not self.rejection_reason:
            raise Refusal("rejection_reason", "REQUIRED", _("Choose why."))
        if (before, after) == (LEAD, SQL):
            if not has_tool(acting_user(), "skip_mql"):
                raise Refusal("stage", "NO_PERMISSION", _("You may not skip the MQL step."))
            if not (self.stage_note and change.has("stage_note")):
                raise Refusal("stage_note", "REQUIRED", _("Say why the MQL step is skipped."))

    @staticmethod
    def check_consent(changes: list[Change]) -> None:
        """Warns whoever offers a lead to sales that can only be reached by mail and has not agreed to it."""
        for change in changes:
            lead = change.record
            offered = change.has("stage") and lead.stage == MQL and change.old("stage") == LEAD
            if not offered or change.authorised or lead.phone or lead.mobile or not lead.email:
                continue
            if (lead.email_opt_out or lead.consent_at is None) and CONSENT not in change.confirmed:
                message = _("This lead can only be reached by email and has not agreed to it.")
                change.refuse("", "INVALID_TRANSITION", message, confirm=CONSENT)

    @staticmethod
    def check_answers(changes: list[Change]) -> None:
        """Says all at once what is missing before a lead becomes an SQL."""
        for change in changes:
            lead = change.record
            if (
                not change.has("stage")
                or lead.stage != SQL
                or change.authorised
                or change.old("stage") == SQL
            ):
                continue
            for name in lead.unanswered():
                change.refuse(name, "REQUIRED", _("An SQL needs this answer."))
            if lead.sales_owner_id is None:
                change.refuse("sales_owner", "REQUIRED", _("An SQL needs an owner in sales."))

    # The verbs: what the buttons, the API and workflows call.
    def promote(self, stage_note: Any = None) -> Any:
        """Marketing offers the lead to sales."""
        return self._move(MQL, stage_note=stage_note)

    def accept(self, **answers: Any) -> Any:
        """Sales takes the MQL over. answers: of the questions, sales_owner (default: who accepts), stage_note."""
        if not answers.get("sales_owner") and self.sales_owner_id is None and acting_user() is not SYSTEM:
            answers["sales_owner"] = acting_user().id
        return self._move(SQL, **answers)

    def skip_to_sql(self, **answers: Any) -> Any:
        """The same without the step in between; needs the right to skip it, and a note."""
        return self.accept(**answers)

    def reject(self, rejection_reason: Any = None, recycle_on: Any = None, stage_note: Any = None) -> Any:
        """Sales gives the MQL back before having accepted it."""
        self._must_stand_in(MQL)
        return self._give_back(LEAD, rejection_reason, recycle_on, stage_note)

    def return_to_marketing(
        self, rejection_reason: Any = None, recycle_on: Any = None, stage_note: Any = None
    ) -> Any:
        """Sales gives the SQL back to be nurtured."""
        self._must_stand_in(SQL)
        return self._give_back(MQL, rejection_reason, recycle_on, stage_note)

    def disqualify(self, rejection_reason: Any = None, stage_note: Any = None) -> Any:
        return self._give_back(DISQUALIFIED, rejection_reason, None, stage_note)

    def requalify(self, stage_note: Any = None) -> Any:
        """A disqualified lead begins anew."""
        self._must_stand_in(DISQUALIFIED)
        return self._move(LEAD, stage_note=stage_note)

    def _give_back(self, stage: Lifecycle, reason: Any, recycle_on: Any, note: Any) -> Any:
        # An old reason must not pass for the one that is asked for now.
        return self._move(stage, rejection_reason=reason, recycle_on=recycle_on, stage_note=note)

    def _must_stand_in(self, stage: Lifecycle) -> None:
        if self.stage != stage:
            message = _("This is only possible in the stage “%(stage)s”.") % {"stage": stage.label}
            raise Refused([Refusal("stage", "INVALID_TRANSITION", message)])

    def _move(self, stage: Lifecycle, **values: Any) -> Any:
        return update(self, {**values, "stage": stage.value})
