"""Doubles: how likely two parties are the same person or company, with the reasons for and against."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple, TypeVar

from django.utils.translation import gettext_lazy as _
from rapidfuzz import fuzz

from relasi.engine.fields.email_address import email_key
from relasi.engine.fields.phone_number import is_mobile_key, phone_key
from relasi.kits.parties.company_domain import domain_key
from relasi.kits.parties.company_name import company_key, split_company_name
from relasi.kits.parties.person_name import person_key

CERTAIN = 90
LIKELY = 65
POSSIBLE = 50

# Points for every reason. Negative ones speak against. The sum, cut to 0..100, is the score.
POINTS = {
    "tax_same": 100,
    "email_same": 70,
    "mobile_same": 55,
    "phone_same": 25,
    "name_same": 45,
    "single_name_same": 25,
    "name_similar": 32,
    "name_initials": 25,
    "company_name_same": 70,
    "company_name_similar": 50,
    "company_same": 20,
    "company_similar": 12,
    "domain_same": 15,
    "city_same": 8,
    "tax_differs": -60,
    "name_differs": -20,
    "company_differs": -10,
    "legal_form_differs": -15,
    "city_differs": -5,
}

REASONS = {
    "tax_same": _("same tax number"),
    "email_same": _("same e-mail address"),
    "mobile_same": _("same mobile number"),
    "phone_same": _("same phone number"),
    "name_same": _("same name"),
    "single_name_same": _("same single name"),
    "name_similar": _("similar name"),
    "name_initials": _("name fits the initials"),
    "company_name_same": _("same company name"),
    "company_name_similar": _("similar company name"),
    "company_same": _("same company"),
    "company_similar": _("similar company"),
    "domain_same": _("same e-mail domain"),
    "city_same": _("same city"),
    "tax_differs": _("different tax number"),
    "name_differs": _("different name"),
    "company_differs": _("different company"),
    "legal_form_differs": _("different legal form"),
    "city_differs": _("different city"),
}

CERTAINTIES = {
    "certain": _("Certainly the same"),
    "likely": _("Probably the same"),
    "possible": _("Possibly the same"),
}

# rapidfuzz ratios (0..100) above which two keys are similar and below which they are different.
_SIMILAR = 88
_SIMILAR_WORD = 80
_DIFFERENT = 60

# Above this many parties with one key in common not every pair is compared.
LARGEST_BLOCK = 300

Label = TypeVar("Label", bound=Hashable)


@dataclass(frozen=True, slots=True)
class PartyKey:
    """What is compared of one party. All are keys made by this kit; an empty one says nothing.

    For a company (`is_company`) `name_key` is its company key and `company_key` stays empty.
    """

    name_key: str = ""
    email_key: str = ""
    phones: frozenset[str] = frozenset()
    company_key: str = ""
    city_key: str = ""
    domain_key: str = ""
    tax_key: str = ""
    legal_form: str = ""  # of the company, or of the company a person works for
    is_company: bool = False


class Resemblance(NamedTuple):
    """Score 0..100 and the codes of POINTS that made it, strongest first."""

    score: int
    reasons: list[str]

    @property
    def certainty(self) -> str:
        """A key of CERTAINTIES, or an empty string below POSSIBLE."""
        if self.score >= CERTAIN:
            return "certain"
        return "likely" if self.score >= LIKELY else "possible" if self.score >= POSSIBLE else ""

    def explained(self) -> list[tuple[str, int]]:
        """Each reason as a sentence part in the reader's language, with its points."""
        return [(str(REASONS[reason]), POINTS[reason]) for reason in self.reasons]


def resemblance(one: PartyKey, other: PartyKey) -> Resemblance:
    """Compare two parties. A person and a company are never the same."""
    if one.is_company != other.is_company:
        return Resemblance(0, [])
    reasons = [
        _same_or_differs(one.tax_key, other.tax_key, "tax"),
        "email_same" if one.email_key and one.email_key == other.email_key else "",
        _phone_reason(one.phones & other.phones),
        _company_name_reason(one, other) if one.is_company else _name_reason(one.name_key, other.name_key),
        _company_reason(one.company_key, other.company_key),
        _domain_reason(one, other),
        _same_or_differs(one.city_key, other.city_key, "city"),
        _legal_form_reason(one, other),
    ]
    found = sorted((reason for reason in reasons if reason), key=lambda reason: -abs(POINTS[reason]))
    return Resemblance(max(0, min(100, sum(POINTS[reason] for reason in found))), found)


def _same_or_differs(one: str, other: str, what: str) -> str:
    if not one or not other:
        return ""
    return f"{what}_same" if one == other else f"{what}_differs"


def _phone_reason(shared: frozenset[str]) -> str:
    """A mobile number belongs to one person, the line of an office to everybody in it."""
    if not shared:
        return ""
    return "mobile_same" if any(is_mobile_key(key) for key in shared) else "phone_same"


def _domain_reason(one: PartyKey, other: PartyKey) -> str:
    # Colleagues share a domain: between persons it only tells what the company tells already.
    if not one.is_company or not one.domain_key or one.email_key == other.email_key != "":
        return ""
    return "domain_same" if one.domain_key == other.domain_key else ""


def _legal_form_reason(one: PartyKey, other: PartyKey) -> str:
    compared = one.name_key if one.is_company else one.company_key
    if not compared or not one.legal_form or not other.legal_form or one.legal_form == other.legal_form:
        return ""
    against = other.name_key if other.is_company else other.company_key
    # With different names the form adds nothing.
    return "legal_form_differs" if compared == against else ""


def _name_reason(one: str, other: str) -> str:
    if not one or not other:
        return ""
    if one == other:
        return "name_same" if " " in one else "single_name_same"
    words, others = one.split(), other.split()
    matched = _matched(words, others)
    if matched is not None:
        return matched
    if fuzz.ratio(one, other) >= _SIMILAR:
        return "name_similar"
    alike = max(fuzz.ratio(one, other), fuzz.token_set_ratio(one, other))
    return "name_differs" if alike < _DIFFERENT else ""


def _matched(words: list[str], others: list[str]) -> str | None:
    """Find every word of the shorter name in the longer one: whole, with a slip of the pen, or an initial.

    None when a word is missing there; an empty string when too little is written to tell ("Budi", "B. S.").
    """
    shorter, longer = (words, list(others)) if len(words) <= len(others) else (others, list(words))
    whole = initials = 0
    for word in sorted(shorter, key=len, reverse=True):
        best = max(longer, key=lambda candidate: _word_likeness(word, candidate))
        likeness = _word_likeness(word, best)
        if likeness < _SIMILAR_WORD:
            return None
        longer.remove(best)
        if len(word) == 1 or len(best) == 1:
            initials += 1
        else:
            whole += 1
    if initials:
        return "name_initials" if whole else ""
    return "name_similar" if whole > 1 or not longer else ""


def _word_likeness(one: str, other: str) -> float:
    if len(one) == 1 or len(other) == 1:
        return 90.0 if one[0] == other[0] else 0.0
    return fuzz.ratio(one, other)


def _company_name_reason(one: PartyKey, other: PartyKey) -> str:
    return _AS_OWN_NAME.get(_company_reason(one.name_key, other.name_key), "")


_AS_OWN_NAME = {
    "company_same": "company_name_same",
    "company_similar": "company_name_similar",
    "company_differs": "name_differs",
}


def _company_reason(one: str, other: str) -> str:
    if not one or not other:
        return ""
    if one == other or one.replace(" ", "") == other.replace(" ", ""):
        return "company_same"
    alike = fuzz.ratio(one, other)
    if alike >= _SIMILAR:
        return "company_similar"
    return "company_differs" if max(alike, fuzz.token_set_ratio(one, other)) < _DIFFERENT else ""


def contact_keys(name: str, email: str, phone: str) -> tuple[str, str, str]:
    """Return (name_key, email_key, phone_key), the columns to find a person by; phone is E.164 or empty."""
    return person_key(name), email_key(email), phone_key(phone)


def account_keys(name: str, email: str, phone: str) -> tuple[str, str, str]:
    """Return (name_key, email_key, phone_key), the columns to find a company by; phone is E.164 or empty."""
    return company_key(name), email_key(email), phone_key(phone)


def person_party(
    name: str, *, email: str = "", phones: Iterable[str] = (), company: str = "", city_key: str = ""
) -> PartyKey:
    """Make the key of a person from normalized values (phones in E.164); `company` is the written name."""
    return PartyKey(
        name_key=person_key(name),
        email_key=email_key(email),
        phones=frozenset(phone_key(phone) for phone in phones if phone),
        company_key=company_key(company),
        city_key=city_key,
        domain_key=domain_key(email),
        legal_form=split_company_name(company).legal_form if company else "",
    )


def company_party(
    name: str,
    *,
    email: str = "",
    website: str = "",
    phones: Iterable[str] = (),
    city_key: str = "",
    tax_key: str = "",
) -> PartyKey:
    """Make the key of a company from normalized values (phones in E.164, tax number by identity.tax_key)."""
    return PartyKey(
        name_key=company_key(name),
        email_key=email_key(email),
        phones=frozenset(phone_key(phone) for phone in phones if phone),
        city_key=city_key,
        domain_key=domain_key(website) or domain_key(email),
        tax_key=tax_key,
        legal_form=split_company_name(name).legal_form,
        is_company=True,
    )


def find_doubles(parties: Mapping[Label, PartyKey]) -> Iterator[tuple[Label, Label, Resemblance]]:
    """Find the pairs with at least a POSSIBLE resemblance among parties held in memory (a file, a page).

    Only parties that share a key or a word of name and company are compared, so that the work grows with the
    number of parties and not with its square.
    """
    blocks: dict[tuple[str, ...], list[Label]] = defaultdict(list)
    for label, party in parties.items():
        for block in _blocks(party):
            blocks[block].append(label)
    seen: set[tuple[Label, Label]] = set()
    for block, labels in blocks.items():
        for pair in _pairs(block, labels):
            if pair not in seen:
                seen.add(pair)
                found = resemblance(parties[pair[0]], parties[pair[1]])
                if found.certainty:
                    yield *pair, found


def _blocks(party: PartyKey) -> Iterator[tuple[str, ...]]:
    """The groups in which a party meets those it is compared with."""
    keys = {"tax": party.tax_key, "email": party.email_key, "name": party.name_key}
    yield from ((kind, key) for kind, key in keys.items() if key)
    yield from (("phone", key) for key in party.phones)
    if party.is_company:
        yield "joined", party.name_key.replace(" ", "")
    beside = "" if party.is_company else party.company_key or party.city_key
    if party.is_company or beside:
        yield from (("word", beside, word) for word in party.name_key.split() if len(word) > 1)


def _pairs(block: tuple[str, ...], labels: list[Label]) -> Iterable[tuple[Label, Label]]:
    if len(labels) <= LARGEST_BLOCK:
        return combinations(labels, 2)
    # A word that so many share ("jaya") tells nothing; a key that so many share still joins them all.
    return () if block[0] == "word" else ((labels[0], label) for label in labels[1:])
