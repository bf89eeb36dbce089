"""Letter: the mail that brings the file of a scheduled export, or where to fetch it when it is too large for a mail."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from relasi.engine.access.company import company
from relasi.engine.activity.mail import can_mail
from relasi.engine.records.again import said_outside
from relasi.features.scheduled_exports.run import ExportRun
from relasi.features.scheduled_exports.trouble import Undelivered

LARGEST = 10 << 20  # bytes that go out as an attachment


def fits_a_mail(place: str) -> bool:
    return Path(place).stat().st_size <= LARGEST


def send(run: ExportRun, name: str, place: str, attached: bool) -> str:
    """Returns to whom it went. Raises Undelivered."""
    schedule = run.schedule
    if not can_mail():
        raise Undelivered(_("No mail server is set, so nothing can be sent by email."), for_good=True)
    to = [one for one in (schedule.recipients or "").split(", ") if one]
    words = {"name": schedule.name, "company": company().name}
    rows = ngettext("%(n)s record", "%(n)s records", run.rows) % {
        "n": number_format(run.rows, force_grouping=True)
    }
    lines = [f"{schedule.name}: {rows}"]
    if not attached:
        lines.append(
            _("The file is too large for a mail. Fetch it within 24 hours, signed in: %(link)s")
            % {"link": f"{settings.PUBLIC_URL.rstrip('/')}/export/scheduled/runs/{run.pk}/file/"}
        )
    lines.append(_("%(who)s has this sent from Relasi.") % {"who": schedule.user.full_name})
    mail = EmailMessage(_("%(name)s – %(company)s") % words, "\n\n".join(lines) + "\n", None, to)
    if attached:
        mail.attach(name, Path(place).read_bytes(), "application/octet-stream")
    try:
        said_outside()
        mail.send()
    except OSError as trouble:
        raise Undelivered(_("The mail server did not take it.")) from trouble
    return ", ".join(to)
