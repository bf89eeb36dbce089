"""Company name: legal form and bare name taken apart, and the key that finds the same company again."""

import re
from dataclasses import dataclass
from functools import lru_cache

from relasi.kits.parties.spelling import LONGEST_NAME, fold_words, plain_words, word_set

# Legal form -> what is printed with the name. The forms that stand in front come first.
LEGAL_FORMS = {
    "pt": "PT",
    "pt_perorangan": "PT Perorangan",
    "cv": "CV",
    "ud": "UD",
    "pd": "PD",
    "firma": "Firma",
    "koperasi": "Koperasi",
    "yayasan": "Yayasan",
    "perkumpulan": "Perkumpulan",
    "perum": "Perum",
    "perumda": "Perumda",
    "perseroda": "Perseroda",
    "ltd": "Ltd",
    "pte_ltd": "Pte Ltd",
    "pty_ltd": "Pty Ltd",
    "co_ltd": "Co., Ltd",
    "sdn_bhd": "Sdn Bhd",
    "inc": "Inc",
    "corp": "Corp",
    "co": "Co.",
    "llc": "LLC",
    "llp": "LLP",
    "plc": "PLC",
    "gmbh": "GmbH",
    "gmbh_co_kg": "GmbH & Co. KG",
    "ag": "AG",
    "bv": "BV",
    "nv": "NV",
    "sa": "SA",
    "kk": "KK",
}

# Spelling of each form. A capital P D must be written so: "Pd." is also the short form of "Pondok".
_IN_FRONT = (
    ("pt_perorangan", r"(?i:(?:P\.\s?T\.?|PT\.?)\s+Perorangan)"),
    ("pt", r"(?i:P\.\s?T\.?|PT\.?|Perseroan\s+Terbatas)"),
    ("cv", r"(?i:C\.\s?V\.?|CV\.?|Commanditaire\s+Vennootschap|Persekutuan\s+Komanditer)"),
    ("ud", r"(?i:U\.\s?D\.?|UD\.?|Usaha\s+Dagang)"),
    ("pd", r"(?:P\.\s?D\.?|PD\.?)"),
    ("firma", r"(?i:Firma|Fa\.?)"),
    ("koperasi", r"(?i:Koperasi|Kop\.)"),
    ("yayasan", r"(?i:Yayasan|Yay\.)"),
    ("perkumpulan", r"(?i:Perkumpulan)"),
    ("perumda", r"(?i:Perumda)"),
    ("perseroda", r"(?i:Perseroda)"),
    ("perum", r"(?i:Perum\.?)"),
)
_BEHIND = (
    ("gmbh_co_kg", r"(?i:GmbH\s*&\s*Co\.?\s*KG)"),
    ("pte_ltd", r"(?i:Pte\.?,?\s*(?:Ltd\.?|Limited))"),
    ("pty_ltd", r"(?i:Pty\.?,?\s*(?:Ltd\.?|Limited))"),
    ("co_ltd", r"(?i:Co\.?\s*,?\s*(?:Ltd\.?|Limited))"),
    ("sdn_bhd", r"(?i:Sdn\.?\s*Bhd\.?)"),
    ("ltd", r"(?i:Ltd\.?|Limited)"),
    ("inc", r"(?i:Inc\.?|Incorporated)"),
    ("corp", r"(?i:Corp\.?|Corporation)"),
    ("llc", r"(?i:L\.\s?L\.\s?C\.?|LLC\.?)"),
    ("llp", r"(?i:LLP\.?)"),
    ("plc", r"(?i:PLC\.?)"),
    ("gmbh", r"(?i:GmbH)"),
    ("co", r"(?i:&\s*Co\.?|Co\.|Company)"),
    ("ag", r"AG"),
    ("bv", r"(?:B\.\s?V\.?|BV)"),
    ("nv", r"(?:N\.\s?V\.?|NV)"),
    ("sa", r"(?:S\.\s?A\.?|SA)"),
    ("kk", r"(?:K\.\s?K\.?|KK)"),
)
# Forms that are often written behind the name too: "Maju Jaya, PT".
_EITHER = tuple((form, spelling) for form, spelling in _IN_FRONT if form not in ("koperasi", "yayasan"))


def _any_of(forms: tuple[tuple[str, str], ...]) -> str:
    return "|".join(f"(?P<{form}>{spelling})" for form, spelling in forms)


_FRONT = re.compile(rf"(?:{_any_of(_IN_FRONT)})(?![\w&'])")
_BACK = re.compile(rf"(?<![\w&'])(?:{_any_of(_EITHER + _BEHIND)})$")
_BRACKETED = re.compile(rf"[(\[]\s*(?:{_any_of(_EITHER)})\s*[)\]]")
_LISTED = re.compile(r"(?i)(?<!\w)(?:\(\s*Tbk\.?\s*\)|Tbk\.?(?!\w))")
_STATE_OWNED = re.compile(r"(?i)(?<!\w)(?:\(\s*Persero\s*\)|\bPersero(?!\w))")
_LOOSE_FRONT = " \t,;-–—/."
_LOOSE_BACK = " \t,;-–—/"


@dataclass(frozen=True, slots=True)
class CompanyName:
    """One company name taken apart. `legal_form` is a key of LEGAL_FORMS or empty."""

    legal_form: str
    name: str
    listed: bool = False  # "Tbk": its shares are traded
    state_owned: bool = False  # "(Persero)"

    @property
    def formal(self) -> str:
        """The whole name as it is printed: "PT Maju Jaya (Persero) Tbk", "Miller & Sons, Ltd"."""
        form = LEGAL_FORMS.get(self.legal_form, "")
        in_front = self.legal_form in _FORMS_IN_FRONT
        parts = [form if in_front else "", self.name, "(Persero)" if self.state_owned else ""]
        parts += ["Tbk" if self.listed else "", "" if in_front else form]
        return " ".join(part for part in parts if part)


_FORMS_IN_FRONT = frozenset(form for form, _spelling in _IN_FRONT)


def split_company_name(text: str) -> CompanyName:
    """Find the legal form wherever it stands: "PT. Maju Jaya, Tbk", "Maju Jaya , PT", "Bank X (Persero)"."""
    name = " ".join(text.split())
    if len(name) > LONGEST_NAME:
        return CompanyName("", name)
    return _split(name)


@lru_cache(maxsize=20_000)
def _split(name: str) -> CompanyName:
    """Remembers: a file names the same companies again and again."""
    name, state_owned = _cut(_STATE_OWNED, name)
    name, listed = _cut(_LISTED, name)
    form = ""
    while True:
        shorter, found = _one_form_less(name.lstrip(_LOOSE_FRONT).rstrip(_LOOSE_BACK))
        if not found:
            break
        name = shorter
        form = _better_form(form, found)
    bare = shorter or name
    if not form and (state_owned or listed):
        form = "pt"  # only a PT can be Persero or Tbk
    return CompanyName(form, bare, listed, state_owned)


def company_key(name: str) -> str:
    """Return the key under which all spellings of one company meet, without its legal form.

    "PT. Maju Jaya Tbk", "Maju Jaya, PT" and "MAJU DJAJA" give "maju jaya".
    """
    words = plain_words(name)
    if not words:
        return ""
    if words[0] in _CARE_IN_FRONT or words[-1] in _CARE_BEHIND:
        words = plain_words(split_company_name(name).name)
    kept = _key_words(words)
    key = " ".join(kept)
    if not _CARE.isdisjoint(kept) and key != name:
        return company_key(key)  # folding can bring a form to light, and the key of a key must be that key
    return key


def legal_form(name: str) -> str:
    """Return the key of the legal form written in a company's name, or an empty string."""
    return split_company_name(name).legal_form


_SIMPLE_FRONT = word_set(
    "pt perorangan cv ud firma fa koperasi kop yayasan yay perkumpulan perum perumda perseroda"
)
_SIMPLE_BACK = word_set(
    "pt cv ud firma fa perum perumda perseroda persero tbk ltd limited inc incorporated corp "
    "corporation co company llc llp plc gmbh sdn bhd pte pty"
)
# Single letters are the parts of "P.T."; the others are forms of two words or forms only in capitals.
_CARE_IN_FRONT = word_set("p c u pd perseroan usaha commanditaire persekutuan")
_CARE_BEHIND = word_set("pd terbatas dagang komanditer kg ag bv nv sa kk d t v c k")
_CARE = _CARE_IN_FRONT | _CARE_BEHIND
_NEVER_KEPT = frozenset(("dan", "and", "the", "tbk", "persero"))
_FOLDED_FRONT = frozenset(fold_words(sorted(_SIMPLE_FRONT)))
_FOLDED_BACK = frozenset(fold_words(sorted(_SIMPLE_BACK)))


def _key_words(words: list[str]) -> list[str]:
    kept = folded = fold_words(words)
    if not _NEVER_KEPT.isdisjoint(folded):
        kept = [word for word in folded if word not in _NEVER_KEPT] or folded
    start, end = 0, len(kept)
    while end - start > 1:
        if kept[end - 1] in _FOLDED_BACK:
            end -= 1
        elif kept[start] in _FOLDED_FRONT:
            start += 1
        else:
            break
    return kept[start:end]


def _cut(pattern: re.Pattern[str], name: str) -> tuple[str, bool]:
    """Cut a mark such as "Tbk" out of the name, unless nothing would be left of it."""
    rest = " ".join(pattern.sub(" ", name).split())
    if rest == name or not any(mark.isalnum() for mark in rest):
        return name, False
    return rest, True


def _one_form_less(name: str) -> tuple[str, str]:
    """Return the name without one legal form, and that form; the form is empty when there is none."""
    for pattern in (_FRONT, _BACK, _BRACKETED):
        found = pattern.match(name) if pattern is _FRONT else pattern.search(name)
        if not found:
            continue
        rest = (
            f"{name[: found.start()].rstrip(_LOOSE_BACK)} {name[found.end() :].lstrip(_LOOSE_FRONT)}".strip()
        )
        if any(mark.isalnum() for mark in rest):
            return rest, str(found.lastgroup)
    return name, ""


def _better_form(first: str, second: str) -> str:
    """Of two forms in one name ("Koperasi Karyawan PT Maju") the first found counts, the exacter PT wins."""
    if not first or (first == "pt" and second == "pt_perorangan"):
        return second
    return first
