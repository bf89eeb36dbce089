"""Past: when each thing of the demo happened, and the one step that dates it back.

The write door knows no time but now, and rightly so. The demo is written through it like everything else, with
the moments kept aside; `date_back` then moves the stamps of records, history and change sets to those moments.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import pgtrigger
from django.db import connection, transaction

from relasi.engine.access.acting import acting
from relasi.engine.declare.registry import registry
from relasi.engine.records.write import Draft, write
from relasi.kits.parties.touch import tell_all

# Columns whose value is the moment of the change that set them.
STAMPED = ["stage_since", "closed_at", "last_won_at", "converted_at", "sql_at", "mql_first_at", "mql_last_at",
           "sent_at", "decided_at", "issued_at", "completed_at", "approved_at", "dispatched_at", "delivered_at",
           "activated_at", "attempted_at", "settled_at", "received_at", "returned_at"]  # fmt: skip


class Past:
    """moments: (change set, record) -> when that record was changed there. wholes: change sets that stay whole."""

    def __init__(self, beginning: datetime) -> None:
        self.beginning = beginning
        self.moments: dict[tuple[int, int], datetime] = {}
        self.wholes: dict[int, datetime] = {}

    def write_as(
        self, user: Any, module: str, drafts: Sequence[Draft], moments: Iterable[datetime], **how: Any
    ) -> list[Any]:
        """Writes as this person, and keeps when each record was written. Returns the records, in order."""
        if not drafts:
            return []
        with acting(user, **how):
            done = write(registry.module(module), drafts, confirmed=("double", "past_close"))
        assert done.change_set is not None
        for record, at in zip(done.records, moments, strict=True):
            self.moments[done.change_set, record.pk] = at
        return done.records

    def write_whole(
        self, user: Any, module: str, drafts: Sequence[Draft], at: datetime, **how: Any
    ) -> list[Any]:
        """The same for what happened at one moment, and can be undone as one: an import."""
        records = self.write_as(user, module, drafts, [at] * len(drafts), **how)
        self.wholes |= {change_set: at for change_set, id in self.moments if id == records[0].pk}
        return records


def date_back(past: Past) -> None:
    """Moves everything written so far to its moment. Only for a database that holds nothing but the demo."""
    with transaction.atomic(), pgtrigger.ignore(), connection.cursor() as cursor:
        _load(cursor, past)
        for statement in (*_ROOTS, *_HISTORY):
            cursor.execute(statement)
        cursor.execute(_STAMPS_IN_HISTORY, [STAMPED] * 3)
        cursor.execute("SELECT DISTINCT origin FROM records_change")
        for (table,) in cursor.fetchall():
            cursor.execute(_STAMPS.format(table=table))
        for statement in _DERIVED:
            cursor.execute(statement)
        tell_all()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _load(cursor: Any, past: Past) -> None:
    cursor.execute(
        "CREATE TEMP TABLE demo_moment (change_set bigint, record bigint, at timestamptz, root bigint,"
        " PRIMARY KEY (change_set, record)) ON COMMIT DROP"
    )
    with cursor.copy("COPY demo_moment (change_set, record, at, root) FROM STDIN") as copy:
        for (change_set, record), at in past.moments.items():
            copy.write_row((change_set, record, at, 0 if change_set in past.wholes else record))
    cursor.execute(
        "CREATE TEMP TABLE demo_beginning ON COMMIT DROP AS SELECT %s::timestamptz AS at", [past.beginning]
    )


# What followed in the same change set from a change of the record in `parent` happened at the same moment.
_FOLLOWED = """
    INSERT INTO demo_moment (change_set, record, at, root)
    SELECT DISTINCT ON (c.change_set_id, c.record_id) c.change_set_id, c.record_id, m.at, m.root
    FROM records_change c
    JOIN ({pairs}) AS p(child, parent) ON p.child = c.record_id
    JOIN demo_moment m ON m.change_set = c.change_set_id AND m.record = p.parent
    ORDER BY c.change_set_id, c.record_id, m.at
    ON CONFLICT DO NOTHING
"""
_ROOTS = [
    _FOLLOWED.format(pairs=pairs)
    for pairs in (
        "SELECT id, deal_id FROM sales_contactrole UNION ALL SELECT id, deal_id FROM sales_dealstage"
        " UNION ALL SELECT contact_id, id FROM sales_deal UNION ALL SELECT account_id, id FROM sales_deal"
        " UNION ALL SELECT converted_deal_id, id FROM customers_lead"
        " UNION ALL SELECT deal_id, id FROM sales_contactrole"
        " UNION ALL SELECT id, lead_id FROM customers_leadstage"
        " UNION ALL SELECT id, lead_id FROM agenda_task WHERE lead_id IS NOT NULL",
        "SELECT id, contact_id FROM customers_contactstage UNION ALL SELECT id, lead_id FROM customers_leadstage"
        " UNION ALL SELECT id, converted_deal_id FROM customers_lead",
    )
] + [
    # The rest of a change set goes with its first moment, and what has none at all with the beginning.
    """
    INSERT INTO demo_moment (change_set, record, at, root)
    SELECT DISTINCT ON (c.change_set_id, c.record_id) c.change_set_id, c.record_id,
           coalesce(m.at, b.at), coalesce(m.root, 0)
    FROM records_change c CROSS JOIN demo_beginning b LEFT JOIN demo_moment m ON m.change_set = c.change_set_id
    ORDER BY c.change_set_id, c.record_id, m.at
    ON CONFLICT DO NOTHING
    """,
]

# A batch stands for many small acts of one person: each gets a change set of its own.
_HISTORY = [
    """
    CREATE TEMP TABLE demo_split ON COMMIT DROP AS
    SELECT change_set, root, min(at) AS at, nextval('relasi_id') AS own
    FROM demo_moment GROUP BY change_set, root ORDER BY min(at)
    """,
    """
    INSERT INTO records_change_set (id, at, user_id, impersonator_id, via, reason)
    SELECT s.own, s.at, o.user_id, o.impersonator_id, o.via, o.reason
    FROM demo_split s JOIN records_change_set o ON o.id = s.change_set ORDER BY s.at
    """,
    """
    UPDATE records_change c SET at = n.at, change_set_id = n.own
    FROM (SELECT r.id, s.own, max(m.at) OVER (PARTITION BY r.record_id ORDER BY r.id) AS at
          FROM records_change r
          JOIN demo_moment m ON m.change_set = r.change_set_id AND m.record = r.record_id
          JOIN demo_split s ON s.change_set = m.change_set AND s.root = m.root) n
    WHERE n.id = c.id
    """,
    "DELETE FROM records_change_set o WHERE id IN (SELECT change_set FROM demo_split)",
]

# The values of stamps in history: what was set is the moment itself, what stood before is the moment before.
_STAMPS_IN_HISTORY = """
    UPDATE records_change c SET
        after = c.after || (SELECT coalesce(jsonb_object_agg(k, to_jsonb(n.at)), '{}') FROM unnest(%s::text[]) k
                            WHERE c.after->>k IS NOT NULL),
        before = c.before || (SELECT coalesce(jsonb_object_agg(k, to_jsonb(n.earlier)), '{}') FROM unnest(%s::text[]) k
                              WHERE c.before->>k IS NOT NULL)
    FROM (SELECT id, at, lag(at) OVER (PARTITION BY record_id ORDER BY id) AS earlier FROM records_change) n
    WHERE n.id = c.id AND c.after ?| %s::text[]
"""

_STAMPS = """
    UPDATE "{table}" t SET created_at = s.first, changed_at = s.last
    FROM (SELECT record_id, min(at) AS first, max(at) AS last FROM records_change WHERE origin = '{table}'
          GROUP BY record_id) s
    WHERE s.record_id = t.id
"""

_DERIVED = [
    *(
        f"""
        UPDATE {table} t SET {column} = n.at
        FROM (SELECT record_id, max(at) AS at FROM records_change WHERE origin = '{table}' AND after ? '{column}'
              GROUP BY record_id) n
        WHERE n.record_id = t.id AND t.{column} IS NOT NULL
        """
        for table, column in (
            ("sales_quote", "sent_at"),
            ("sales_quote", "decided_at"),
            ("billing_invoice", "issued_at"),
            ("purchasing_receiptnote", "received_at"),
            ("purchasing_purchasereturn", "returned_at"),
            ("subscribing_subscription", "activated_at"),
            ("subscribing_transaction", "attempted_at"),
            ("subscribing_transaction", "settled_at"),
        )
    ),
    "UPDATE sales_quote SET valid_until = date + 30 WHERE decided_at IS NOT NULL",
    "UPDATE sales_dealstage SET at = created_at",
    "UPDATE customers_contactstage SET at = created_at",
    "UPDATE customers_leadstage SET at = created_at",
    *(
        f"""
        UPDATE {table} t SET days = n.days
        FROM (SELECT h.id, (h.at::date - coalesce(lag(h.at) OVER (PARTITION BY h.{whole}_id ORDER BY h.id),
                                                  w.created_at)::date) AS days
              FROM {table} h JOIN {of} w ON w.id = h.{whole}_id) n
        WHERE n.id = t.id
        """
        for table, whole, of in (
            ("sales_dealstage", "deal", "sales_deal"),
            ("customers_contactstage", "contact", "customers_contact"),
            ("customers_leadstage", "lead", "customers_lead"),
        )
    ),
    *(
        f"""
        UPDATE {of} w SET stage_since = coalesce((SELECT max(at) FROM {table} h WHERE h.{whole}_id = w.id), created_at)
        """
        for table, whole, of in (
            ("sales_dealstage", "deal", "sales_deal"),
            ("customers_contactstage", "contact", "customers_contact"),
            ("customers_leadstage", "lead", "customers_lead"),
        )
    ),
    "UPDATE sales_deal SET closed_at = stage_since WHERE status <> 'open'",
    "UPDATE sales_contactrole SET since = created_at::date",
    """
    UPDATE customers_account a SET last_won_at = d.last
    FROM (SELECT account_id, max(closed_at) AS last FROM sales_deal WHERE status = 'won' GROUP BY account_id) d
    WHERE d.account_id = a.id
    """,
    """
    UPDATE customers_lead l SET
        mql_first_at = CASE WHEN mql_first_at IS NOT NULL THEN h.mql_first END,
        mql_last_at = CASE WHEN mql_last_at IS NOT NULL THEN h.mql_last END,
        sql_at = CASE WHEN sql_at IS NOT NULL THEN h.sql_last END,
        converted_at = CASE WHEN converted_at IS NOT NULL THEN l.stage_since END,
        handover_until = CASE WHEN handover_until IS NOT NULL THEN h.mql_last + interval '2 days' END,
        handover_told_at = CASE WHEN handover_until IS NOT NULL AND h.mql_last + interval '2 days' < now()
                                THEN h.mql_last + interval '2 days' END
    FROM (SELECT lead_id, min(at) FILTER (WHERE after = 'mql') AS mql_first, max(at) FILTER (WHERE after = 'mql') AS
                 mql_last, max(at) FILTER (WHERE after = 'sql') AS sql_last
          FROM customers_leadstage GROUP BY lead_id) h
    WHERE h.lead_id = l.id
    """,
    "UPDATE agenda_task SET due_on = created_at::date + 2 WHERE lead_id IS NOT NULL AND deal_id IS NULL",
]
