"""Mail with links to choose a password by."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import send_mail
from django.utils import translation
from django.utils.translation import gettext as _

from relasi.engine.access.company import company
from relasi.engine.records.again import said_outside
from relasi.users.links import FITS, make_link
from relasi.users.user import User


def can_send_links() -> bool:
    """Whether mail is set up, and the address people reach us by: a link must never trust what a request says."""
    return bool(settings.EMAIL_HOST and settings.PUBLIC_URL)


def send_link(user: User, purpose: str) -> None:
    """To somebody the purpose fits; nobody else gets a mail."""
    if user.status not in FITS[purpose]:
        return
    link = settings.PUBLIC_URL.rstrip("/") + make_link(user, purpose)
    with translation.override(user.language):
        words = {"name": user.full_name, "company": company().name, "link": link}
        if purpose == "invitation":
            subject = _("Your access to %(company)s") % words
            text = _(
                "Hello %(name)s,\n\nyou are invited to Relasi of %(company)s. Choose your password here, within 7 days:"
                "\n%(link)s\n\nThe link works once."
            )
        else:
            subject = _("A new password for %(company)s") % words
            text = _(
                "Hello %(name)s,\n\nchoose a new password here, within 2 hours:\n%(link)s\n\n"
                "If you did not ask for it, leave this mail as it is: nothing changes."
            )
        said_outside()
        send_mail(subject, text % words, None, [user.email])
