"""What each periodic job is called, what it does, and what it means to switch it off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Description:
    label: Any
    about: Any
    off: Any = ""


_UPKEEP = "relasi.project.upkeep."
DESCRIPTIONS: dict[str, Description] = {
    "send_reminders": Description(
        _("Reminders"),
        _("Tells people of tasks and events whose reminder is due."),
        _("Nobody is reminded of tasks and events."),
    ),
    "send_invitations": Description(
        _("Invitations"),
        _("Mails invitations to events, and what becomes of them."),
        _("Nobody is invited by email, or told of changes of events."),
    ),
    "every_minute_of_the_inbox": Description(
        _("Notifications by email"),
        _("Sends the mails that are due, and brings back notifications whose rest is over."),
        _("No notification goes out by email."),
    ),
    "tidy_activity": Description(
        _("Tidying notifications and files"),
        _("Forgets notifications older than 90 days, and stored files nothing names any more."),
    ),
    "release_locks": Description(
        _("Ending sign-in locks"),
        _("Lets people in again whose lock after wrong passwords is over."),
        _("Locked people stay locked until an admin unlocks them."),
    ),
    "tell_of_waiting_leads": Description(
        _("Hand-over of leads"),
        _("Tells superiors of MQLs that sales has not taken over within two working days."),
        _("Nobody is told of MQLs that wait."),
    ),
    "tell_of_birthdays": Description(
        _("Birthdays"),
        _("Tells owners in the morning whose birthday it is among their contacts."),
        _("Nobody is told of birthdays."),
    ),
    "weigh_leads": Description(
        _("Points of leads"),
        _("Gives leads their points by the rules, and makes MQLs of those that have come to fit."),
        _("Points of leads no longer follow as days pass, nor when a rule is changed."),
    ),
    "expire_quotes": Description(
        _("Expiry of quotes"),
        _("Marks quotes whose last day is over as expired."),
        _("Quotes stay open after their last day."),
    ),
    "remind_of_invoices": Description(
        _("Payment reminders"),
        _("Reminds owners and customers of invoices that are past their due date."),
        _("Nobody is reminded of unpaid invoices."),
    ),
    "make_recurring_invoices": Description(
        _("Recurring invoices"),
        _("Makes the invoices that are due by their schedules, and those that were missed."),
        _("No recurring invoice is made."),
    ),
    "bill_subscriptions": Description(
        _("Subscriptions"),
        _("Makes the invoices of subscriptions, charges what is due, and reminds customers who are late."),
        _(
            "Subscriptions are neither billed nor charged. What was missed is made up for once this is on again."
        ),
    ),
    "tell_of_ending_papers": Description(
        _("Documents of vendors"),
        _("Tells whoever looks after a vendor of its documents that end within 30 days."),
        _("Nobody is told of licences and certificates of vendors that end."),
    ),
    "watch_the_clock": Description(
        _("Watch over the scheduler"),
        _("Tells admins of periodic jobs that miss their times."),
        _("Nobody is told of jobs that stay away."),
    ),
    "ask_about_online_charges": Description(
        _("Online payments without news"),
        _("Asks the payment service about payments it has told nothing of."),
        _("A payment whose notification got lost is never recorded."),
    ),
    "gather_customer_sums": Description(
        _("Sums of customers"),
        _("Puts together what changed of the amounts each customer owes and has left."),
        _("Receivables stay right and become slower."),
    ),
    "gather_vendor_sums": Description(
        _("Sums of vendors"),
        _("Puts together what changed of the amounts each vendor is owed."),
        _("Payables stay right and become slower."),
    ),
    "relasi.features.duplicates.jobs.find_duplicates_nightly": Description(
        _("Search for duplicates"),
        _("Compares records every night and lists pairs that are probably the same."),
    ),
    "check_tie_out": Description(
        _("Tie-out"),
        _("Adds up all totals, balances and stock again and tells admins of every figure that differs."),
        _("A wrong figure is found only when somebody looks."),
    ),
    f"{_UPKEEP}requeue_lost_jobs": Description(
        _("Taking up lost jobs"),
        _("Runs jobs again whose worker was cut off."),
        _("Imports, mails and exports that were cut off stay where they stopped."),
    ),
    f"{_UPKEEP}forget_finished_jobs": Description(
        _("Tidying the job queue"), _("Forgets jobs that ended: done after a day, failed after 30 days.")
    ),
    f"{_UPKEEP}make_room_for_history": Description(
        _("Room for history"),
        _("Prepares the storage of the next three months of history."),
        _("After three months nothing can be saved any more."),
    ),
    f"{_UPKEEP}forget_old_job_runs": Description(
        _("Tidying the scheduler"), _("Forgets how periodic jobs went after 30 days.")
    ),
    "follow_webhooks": Description(
        _("Webhooks"),
        _(
            "Makes messages of what changed, and sends those that are due. Changes are told within seconds besides."
        ),
        _("Messages that failed are tried again only when something else changes."),
    ),
    "measure_storage": Description(
        _("Measuring storage"),
        _("Measures the database and the stored files, and warns admins who have set a limit."),
        _("Storage is not measured, and nobody is warned that it fills up."),
    ),
    "forget_deliveries": Description(
        _("Tidying webhooks"), _("Forgets messages of webhooks 30 days after they ended.")
    ),
    "forget_compat": Description(
        _("Tidying the compatibility API"),
        _("Forgets sessions of programs that are over, and files they sent for no record within a day."),
    ),
    f"{_UPKEEP}forget_ended_sessions": Description(
        _("Tidying sessions"), _("Forgets sessions that are over.")
    ),
    f"{_UPKEEP}forget_old_views": Description(
        _("Tidying recent records"), _("Forgets who opened what, once it is too old for the recent lists.")
    ),
    f"{_UPKEEP}forget_kept_answers": Description(
        _("Tidying the API"), _("Forgets answers kept for a day and counts kept for thirteen months.")
    ),
    f"{_UPKEEP}forget_exported_files": Description(
        _("Removing exported files"),
        _("Deletes the files of exports after 24 hours."),
        _("Files of exports stay on the disk."),
    ),
    "run_scheduled_exports": Description(
        _("Scheduled exports"),
        _("Sends out the lists that are due as files, and tries again what failed."),
        _("No list goes out by itself. What was missed is one file once this is on again."),
    ),
    "forget_export_runs": Description(
        _("Tidying scheduled exports"), _("Forgets how they went after thirteen months.")
    ),
    f"{_UPKEEP}empty_the_bin": Description(
        _("Emptying the recycle bin"),
        _("Removes for good what has waited its days in the recycle bin."),
        _("Deleted records, personal data among them, stay longer than the company promised."),
    ),
}


def described(task: str) -> Description:
    """A job nobody described is called by its name."""
    return DESCRIPTIONS.get(task) or Description(task.rpartition(".")[2].replace("_", " ").capitalize(), "")
