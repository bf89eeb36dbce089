"""Company domain: which company an e-mail address or a website tells, if any."""

import re

from relasi.kits.parties.spelling import word_set

# Mailboxes and pages anybody can open: their domain says nothing about a company.
PUBLIC_DOMAINS = word_set(
    "gmail.com googlemail.com yahoo.com yahoo.co.id ymail.com rocketmail.com hotmail.com "
    "hotmail.co.id outlook.com outlook.co.id live.com msn.com icloud.com me.com mac.com "
    "aol.com proton.me protonmail.com gmx.com gmx.net mail.com yandex.com zoho.com qq.com "
    "163.com plasa.com telkom.net indo.net.id cbn.net.id"
)
PUBLIC_SITES = word_set(
    "facebook.com instagram.com linkedin.com twitter.com x.com tiktok.com youtube.com tokopedia.com "
    "shopee.co.id bukalapak.com blibli.com linktr.ee wordpress.com blogspot.com wa.me t.me"
)

_WEBSITE = re.compile(r"(?:[a-z][a-z0-9+.-]*://)?(?:[^/?#@]*@)?(?:www\.)?([^/?#:]*)")


def domain_key(written: str) -> str:
    """Return the domain of an e-mail address or website; empty for public ones and where there is none.

    "info@Maju.co.id" and "https://www.maju.co.id/kontak" give "maju.co.id".
    """
    found = _WEBSITE.match(written.strip().lower())
    domain = found[1].strip(".") if found else ""
    if "." not in domain or domain in PUBLIC_DOMAINS:
        return ""
    return "" if ".".join(domain.split(".")[-2:]) in PUBLIC_SITES or domain in PUBLIC_SITES else domain
