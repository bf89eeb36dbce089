"""Tax change: a rate changed between a document and what is made of it; somebody says which rate holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.records.refusal import Refusal, Refused
from relasi.kits.trade.shelf import shelf
from relasi.kits.trade.tax_rule import TaxRule

Rules = Mapping[str, TaxRule]  # by code


class RatesOf(Choices):
    AGREED = "agreed", _("As agreed")
    CURRENT = "current", _("As on the day of the new document")


class OutlivesRates(models.Model):
    """Abstract, beside TradeDocument: what is made of it may come after a rate has changed.

    tax_rates: which rates then hold; the answer once given holds for its later parts too.
    """

    tax_rates = ChoiceField(
        RatesOf, _("Tax rates of what is made of it"),
        help_text=_("Matters only when a rate changes between the two documents."),
    )  # fmt: skip

    class Meta:
        abstract = True


def changed_rules(document: Any, lines: Iterable[Any], day: date) -> Rules:
    """The taxes that stand on these lines, the whole or the charges and have another rate on that day; as of that day."""
    kept = rules_kept(document, lines)
    then = rules_on(document, day) if kept else {}
    return {
        rule.code: then[rule.code] for rule in kept if rule.code in then and differ(rule, then[rule.code])
    }


def rules_kept(document: Any, lines: Iterable[Any]) -> list[TaxRule]:
    """The rules that stand on these lines, on the whole where tax is worked out there, and on the charges."""
    kept = [rule for line in lines for rule in _rules_of(line)]
    if document.tax_mode == "group":
        kept += _read(document.group_tax_rules)
    if document.shipping:
        kept += _read(document.shipping_tax_rules)
    kept += _read(document.charge_tax_rules)
    return kept


def rules_on(document: Any, day: date) -> Rules:
    """Every tax that can be chosen on that day, in the region of the document."""
    return {rule.code: rule for rule in shelf().tax_choices(replace(document.terms_of_sale(), day=day))}


def differ(one: TaxRule, other: TaxRule) -> bool:
    return (one.share, one.method) != (other.share, other.method)


def rules_chosen(document: Any, lines: Iterable[Any], day: date, choice: Any) -> Rules:
    """What takes the place of the rules kept: nothing where no rate has changed or those agreed hold. Raises Refused."""
    if choice and choice not in {one.value for one in RatesOf}:
        words = ", ".join(one.value for one in RatesOf)
        sentence = _("Choose one of: %(words)s.") % {"words": words}
        raise Refused([Refusal("tax_rates", "INVALID_VALUE", sentence)])
    changed = changed_rules(document, lines, day)
    if changed and not choice:
        names = ", ".join(sorted(rule.name for rule in changed.values()))
        sentence = _("The rate of %(taxes)s has changed since. Choose which one holds.") % {"taxes": names}
        raise Refused([Refusal("tax_rates", "REQUIRED", sentence)])
    return changed if choice == RatesOf.CURRENT else {}


def renewed(kept: Iterable[dict[str, Any]] | None, rules: Rules) -> list[dict[str, Any]] | None:
    """Stored rules with others in their place."""
    return [rules[one["code"]].as_json() if one["code"] in rules else one for one in kept or ()] or None


def renewed_line(line: Any, rules: Rules) -> dict[str, Any]:
    """The values of a line that hold rules, renewed."""
    parts = [{**part, "taxes": renewed(part["taxes"], rules) or []} for part in line.components or ()]
    return {"tax_rules": renewed(line.tax_rules, rules), "components": parts or None}


def renewed_header(document: Any, rules: Rules) -> dict[str, Any]:
    names = ("group_tax_rules", "shipping_tax_rules", "charge_tax_rules")
    return {name: renewed(getattr(document, name), rules) for name in names}


def follow_date(document: Any, lines: Iterable[Any], before: date | None) -> None:
    """A draft that moves to another day takes the rates of that day, where it had those of the day before."""
    if before is None or document.date is None:
        return
    old, new = rules_on(document, before), rules_on(document, document.date)
    moved = {code: new[code] for code in new if code in old and differ(old[code], new[code])}
    if not moved:
        return
    for line in lines:
        own = {
            rule.code for rule in _rules_of(line) if rule.code in moved and not differ(rule, old[rule.code])
        }
        for name, value in renewed_line(line, {code: moved[code] for code in own}).items():
            setattr(line, name, value)
    for name, value in renewed_header(document, moved).items():
        setattr(document, name, value)


def _rules_of(line: Any) -> list[TaxRule]:
    parts = [rule for part in line.components or () for rule in part["taxes"]]
    return _read([*(line.tax_rules or ()), *parts])


def _read(stored: Iterable[dict[str, Any]] | None) -> list[TaxRule]:
    return [TaxRule.from_json(one) for one in stored or ()]
