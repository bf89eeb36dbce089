"""Step 7 of the write door: the search index follows the records, one statement for the whole batch."""

from __future__ import annotations

from collections import defaultdict

from django.db import connection

from relasi.engine.declare.module import Module
from relasi.engine.declare.remembered import remembered
from relasi.engine.fields.kind import kind_of
from relasi.engine.records.batch import Batch

# Words of long texts are indexed by their stem in both languages, names as they are written.
PLAIN, INDONESIAN, ENGLISH = "relasi", "indonesian", "english"


def index(batch: Batch) -> None:
    module = batch.module
    if not module.is_record:
        return
    watched = indexed_columns(module)
    new = [d.record.pk for d in batch.created]
    changed = [d.record.pk for d in batch.updated if watched & set(d.change.columns())]
    if new:
        _write_index(module, new, "")
    if changed:
        index_records(module, changed)


def index_records(module: Module, ids: list[int] | None = None) -> None:
    """Writes the index rows of these records, or of all records of the module."""
    _write_index(module, ids, _ON_CONFLICT)


def _write_index(module: Module, ids: list[int] | None, on_conflict: str) -> None:
    """on_conflict: "" for new records, which have no row yet: looking for one would cost a sixth of the time."""
    chosen, values = ("", None) if ids is None else (" WHERE t.id = ANY(%s)", [ids])
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH indexed AS ({_statement(module)}{chosen}{on_conflict} RETURNING vector) {_WORDS}", values
        )


# The words of the titles that are new; most are known after a while. Sorted, so that two never wait in a ring.
_WORDS = """
    INSERT INTO records_word (word)
    SELECT w.word FROM (SELECT DISTINCT unnest(tsvector_to_array(ts_filter(vector, '{a}'))) AS word FROM indexed) w
    WHERE NOT EXISTS (SELECT FROM records_word k WHERE k.word = w.word) AND length(w.word) BETWEEN 3 AND 40
    AND w.word ~ '^[[:alpha:]]+$' ORDER BY w.word
    ON CONFLICT DO NOTHING
"""


_ON_CONFLICT = """
    ON CONFLICT (id) DO UPDATE SET number = excluded.number, title = excluded.title,
        owner_id = excluded.owner_id, vector = excluded.vector, trashed_at = excluded.trashed_at
"""


@remembered
def indexed_columns(module: Module) -> frozenset[str]:
    names = {"number", "owner", "trashed_at", *module.title_fields, *module.search}
    return frozenset(module.fields[name].attname for name in names)


@remembered
def _statement(module: Module) -> str:
    return f"""
        INSERT INTO records_record_index (id, module, number, title, owner_id, vector, trashed_at)
        SELECT t.id, '{module.key}', t.number, left({title_sql(module)}, 600), t.owner_id,
               {_vector_sql(module)}, t.trashed_at
        FROM "{module.table}" t
    """


def title_sql(module: Module) -> str:
    parts = [f"nullif(t.\"{module.fields[name].column}\", '')" for name in module.title_fields]
    return f"coalesce(nullif(concat_ws(' ', {', '.join(parts)}), ''), t.number)"


def _vector_sql(module: Module) -> str:
    """Without the number, which every record has for itself: it is found by an index of its own, at a tenth of
    the cost.
    """
    by_weight: dict[str, list[str]] = defaultdict(list)
    by_weight["A"].append(title_sql(module))
    stems: list[str] = []
    for name, weight in module.search.items():
        if name in module.title_fields or name == "number":
            continue
        kind = kind_of(module.fields[name])
        text = kind.search_sql()
        if kind.multiline:
            stems.append(_stems_sql(text, weight))
        else:
            by_weight[weight].append(text)
    words = [
        f"setweight(to_tsvector('{PLAIN}', concat_ws(' ', {', '.join(texts)})), '{weight}')"
        for weight, texts in by_weight.items()
    ]
    return " || ".join([*words, *stems])


def _stems_sql(text: str, weight: str) -> str:
    """Most long texts are blank, and nothing is cheaper than not looking for stems in them."""
    both = [f"setweight(to_tsvector('{lang}', {text}), '{weight}')" for lang in (INDONESIAN, ENGLISH)]
    return f"CASE WHEN nullif({text}, '') IS NULL THEN ''::tsvector ELSE {' || '.join(both)} END"
