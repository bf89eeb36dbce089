"""When everybody was last in touch, told from what stands already."""

from django.db import migrations

_TOUCH = """
UPDATE {table} x SET {at} = t.at, {via} = t.via FROM (
    SELECT DISTINCT ON (who) who, at, via FROM (
        SELECT {key} AS who, starts_at AS at,
            CASE WHEN type IN ('call', 'meeting', 'visit') THEN type ELSE 'event' END AS via
        FROM agenda_event WHERE trashed_at IS NULL AND status = 'held' AND visibility <> 'private'
        UNION ALL
        SELECT {key}, completed_at, 'task' FROM agenda_task WHERE trashed_at IS NULL AND status = 'done'
        {mails}
    ) found WHERE who IS NOT NULL ORDER BY who, at DESC, via
) t WHERE t.who = x.id;
"""
_MAILS = """
        UNION ALL
        SELECT d.{key}, m.created_at, 'mail' FROM activity_sentmail m JOIN {document} d ON d.id = m.record_id
        WHERE m.trashed_at IS NULL AND m.created_by_id IS NOT NULL AND d.trashed_at IS NULL
"""
_DOCUMENTS = {
    "account_id": ("sales_quote", "sales_salesorder", "billing_invoice", "billing_creditnote"),
    "contact_id": ("sales_quote", "sales_salesorder", "billing_invoice", "billing_creditnote"),
    "deal_id": ("sales_quote",),
    "lead_id": (),
}
_TARGETS = (
    ("customers_account", "account_id", "last_contacted_at", "last_contacted_via"),
    ("customers_contact", "contact_id", "last_contacted_at", "last_contacted_via"),
    ("customers_lead", "lead_id", "last_contacted_at", "last_contacted_via"),
    ("sales_deal", "deal_id", "last_touch_at", "last_touch_via"),
)


def _statement(table: str, key: str, at: str, via: str) -> str:
    mails = "".join(_MAILS.format(key=key, document=document) for document in _DOCUMENTS[key])
    return _TOUCH.format(table=table, key=key, at=at, via=via, mails=mails)


class Migration(migrations.Migration):
    dependencies = [
        ("agenda", "0003_told_touches"),
        ("activity", "0003_public_links"),
        ("billing", "0014_withholding_slips"),
    ]

    operations = [
        migrations.RunSQL(_statement(*target), migrations.RunSQL.noop) for target in _TARGETS
    ]
