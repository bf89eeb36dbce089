"""By hand: the order in which people have put the cards of a named board. Cards nobody has put anywhere stand last, by the
sort of the board."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.db.models import F, Max, OuterRef, QuerySet, Subquery
from django.db.models.expressions import OrderBy

from relasi.engine.query.paging import order_of, with_keys
from relasi.engine.query.saved_view import SavedView

# So many cards of a column can be put in an order.
MOST = 1000


class CardPlace(models.Model):
    """Where a card stands among those of its column. No field of the record, so no change of it either."""

    view = models.ForeignKey(SavedView, models.CASCADE, related_name="+")
    record = models.ForeignKey("records.RecordIndex", models.CASCADE, related_name="+")
    place = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["view", "record"], name="card_place_once")]

    def __str__(self) -> str:
        return f"{self.view_id}: {self.record_id} at {self.place}"


@dataclass(frozen=True)
class HandKey:
    """A sort key (paging.SortKey) for the places on one board."""

    view: int

    text = alias = "by_hand"
    descending, nullable, is_column = False, True, False

    @property
    def expression(self) -> Any:
        places = CardPlace.objects.filter(view=self.view, record=OuterRef("pk"))
        return Subquery(places.values("place")[:1])

    def order(self, backwards: bool) -> OrderBy:
        nulls = {"nulls_first" if backwards else "nulls_last": True}
        return OrderBy(F(self.alias), descending=backwards, **nulls)


def put(view: int, column: QuerySet, keys: list[Any], card: int, after: int | None) -> bool:
    """Puts a card below another one of its column, or on top. False where that one is not among the first thousand.

    column: the rows of the column that the person sees, unordered. What they do not see keeps its place among the others.
    Two who do it at once wait for each other.
    """
    with transaction.atomic():
        SavedView.objects.select_for_update().get(pk=view)
        rows = with_keys(column.exclude(pk=card), keys).order_by(*order_of(keys))
        found = list(rows.values_list("pk", HandKey.alias)[:MOST])
        ids = [id for id, _place in found]
        if after is not None and after not in ids:
            return False
        at = 0 if after is None else ids.index(after) + 1
        places = CardPlace.objects.filter(view=view)
        # Cards without a place stand last: with those above the card, all that have one do.
        order = [*(id for id, place in found[:at] if place is None), card]
        below = found[at][1] if at < len(found) else None
        first = below if below is not None else (places.aggregate(last=Max("place"))["last"] or 0) + 1
        places.filter(place__gte=first).update(place=F("place") + 1)
        put_down = [CardPlace(view_id=view, record_id=id, place=n) for n, id in enumerate(order, first)]
        CardPlace.objects.bulk_create(
            put_down, update_conflicts=True, unique_fields=["view", "record"], update_fields=["place"]
        )
    return True
