"""The words of the page of the archive and of the text beside it, in the language it is made in."""

from __future__ import annotations

from django.utils.translation import gettext as _


def page_words() -> dict[str, str]:
    return {
        "search": _("Search everything"),
        "searching": _("Searching …"),
        "none": _("Nothing was found"),
        "hits": _("Found: {n}"),
        "most": _("The first {n} are shown. Type more to narrow it down."),
        "records": _("{n} records"),
        "made": _("As it was on {when}, made by {who}"),
        "untold": _("Confidential appointments of others are not in it: {n}"),
        "modules": _("Modules"),
        "menu": _("Menu"),
        "earlier": _("Earlier"),
        "later": _("Next"),
        "range": _("{from}–{to} of {n}"),
        "lines": _("Lines"),
        "related": _("Related records"),
        "all": _("Show all {n}"),
        "comments": _("Comments"),
        "files": _("Documents"),
        "mails": _("Sent mails"),
        "history": _("History"),
        "tags": _("Tags"),
        "imported": _("From the imported file"),
        "to": _("To"),
        "by": _("by {field}"),
        "gone": _("This record is not in the archive."),
        "broken": _(
            "A piece of the archive is missing: {file}. Unpack the whole zip and open index.html again."
        ),
        "unpack": _("Loading …"),
        "empty": _("empty"),
        "number": _("Number"),
        "title": _("Title"),
        "about": _("Details"),
    }


def read_me(company: str, untold: int) -> str:
    """What is where, for whoever unpacks it."""
    parts = [
        _("Archive of %(company)s") % {"company": company},
        _("To read it: unpack the whole zip and open index.html in a browser. No network is needed."),
        _(
            "csv: a table for each module. Those of records can be imported into Relasi again; choose “Number” to find"
            " what is there already. Cells that a spreadsheet would run as a formula begin with an apostrophe."
        ),
        _(
            "jsonl: the same with every field, a line of JSON for each row, as the API tells them; references are ids."
        ),
        _("history: every change of the rows above: when, by whom, the value before and after."),
        _(
            "files: the documents of records; their ids stand in jsonl/attachments.jsonl. pictures: logos and photos."
        ),
        _("Documents a browser would run as a page (HTML, SVG) carry .txt behind their names."),
        _(
            "What is not in it: passwords, keys and tokens, what lies in the recycle bin, private tags of others."
        ),
    ]
    if untold:
        parts.append(_("Confidential appointments of others that are left out: %(n)s") % {"n": untold})
    return "\r\n\r\n".join(parts) + "\r\n"
