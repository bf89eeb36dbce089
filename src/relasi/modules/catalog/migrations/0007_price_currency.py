"""A price knows its currency; those that stand have that of their book."""

from django.db import migrations, models

OF_THE_BOOK = """
ALTER TABLE catalog_pricebookitem DISABLE TRIGGER USER;
UPDATE catalog_pricebookitem i SET currency = b.currency FROM catalog_pricebook b WHERE b.id = i.book_id;
ALTER TABLE catalog_pricebookitem ENABLE TRIGGER USER;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0006_segments'),
    ]

    operations = [
        migrations.AddField(
            model_name='pricebookitem',
            name='currency',
            field=models.CharField(max_length=3, null=True),
        ),
        migrations.RunSQL(OF_THE_BOOK, migrations.RunSQL.noop),
    ]
