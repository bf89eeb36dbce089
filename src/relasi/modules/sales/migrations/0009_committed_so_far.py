"""What orders that were approved before stock was kept have promised."""

from django.db import migrations

COMMIT = """
ALTER TABLE catalog_product DISABLE TRIGGER USER;
UPDATE catalog_product t SET committed = s.n, available = t.on_hand - s.n
FROM (
    SELECT p.product, sum(p.each * l.quantity) AS n
    FROM sales_orderline l JOIN sales_salesorder d ON d.id = l.order_id
    CROSS JOIN LATERAL (
        SELECT l.product_id AS product, 1::numeric AS each WHERE l.product_id IS NOT NULL
        UNION ALL
        SELECT (c.part->>'id')::bigint, (c.part->>'quantity')::numeric
        FROM jsonb_array_elements(
            CASE WHEN jsonb_typeof(l.components) = 'array' THEN l.components ELSE '[]'::jsonb END
        ) AS c(part)
        WHERE c.part->>'kind' = 'product'
    ) p
    WHERE d.status = 'approved' AND d.trashed_at IS NULL AND l.trashed_at IS NULL AND l.kind = 'item'
        AND (NOT l.optional OR l.chosen)
    GROUP BY p.product
) s
WHERE t.id = s.product;
UPDATE catalog_product SET runs_short = true
WHERE active AND trashed_at IS NULL AND available < reorder_level;
ALTER TABLE catalog_product ENABLE TRIGGER USER;
"""


class Migration(migrations.Migration):
    dependencies = [("sales", "0008_stock")]

    operations = [migrations.RunSQL(COMMIT, migrations.RunSQL.noop)]
