"""Part: a row that belongs to one record and is seen and changed by whoever may see and change that record."""

from typing import Any

from relasi.engine.declare.registry import registry
from relasi.engine.declare.tracked import Tracked
from relasi.engine.fields.kind import kind_of
from relasi.engine.records.record import RecordManager


class Part(Tracked):
    """Abstract. The concrete class declares `part_of`, the name of its reference to the record."""

    objects = RecordManager()

    class Meta(Tracked.Meta):
        abstract = True

    def titled(self, *names: str) -> str:
        """The titles of those of these references that are set; of what the reader may not see the number alone."""
        kinds: list[Any] = [kind_of(registry.of(self).fields[name]) for name in names]
        return " ".join(filter(None, (kind.title(self) for kind in kinds)))
