"""Removed files: they wait like records in the bin, and can be put back where they were."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from relasi.engine.access.door import rights_of
from relasi.engine.activity.attachment import Attachment
from relasi.engine.records.recycle_bin import purge_at
from relasi.engine.screens.asking import shell_for, signed_in, user_of
from relasi.engine.screens.pages import render_page

PAGE = 50


def trashed_files(user: Any) -> QuerySet[Attachment]:
    """Removed files of living records this person sees: what they removed themselves, for an admin all."""
    rows = Attachment._base_manager.filter(Attachment.permitted_q(user, "view"), trashed_at__isnull=False)
    rows = rows.filter(record__trashed_at=None)
    return rows if rights_of(user).admin else rows.filter(trashed_by=user.id)


@signed_in
def page(request: HttpRequest) -> HttpResponse:
    rows = trashed_files(user_of(request)).select_related("record", "trashed_by")
    found = Paginator(rows.order_by("-trashed_at", "-pk"), PAGE).get_page(request.GET.get("page"))
    context = {
        "shell": shell_for(request, None, (_("Recycle bin"), "/bin/"), (_("Files"), None)),
        "page": found,
        "purge_at": purge_at,
    }
    return render_page(request, "screens/bin_files.html", context)
