import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('access', '0002_initial'),
        ('records', '0002_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Cage',
            fields=[
                ('id', models.BigIntegerField(db_default=models.Func(models.Value('relasi_id'), function='nextval', output_field=models.BigIntegerField()), editable=False, primary_key=True, serialize=False)),
                ('version', models.IntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='Created')),
                ('changed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='Changed')),
                ('trashed_at', models.DateTimeField(editable=False, null=True, verbose_name='Deleted')),
                ('number', models.CharField(max_length=50, unique=True)),
                ('source', models.CharField(choices=[('ui', 'By hand'), ('import', 'Import'), ('api', 'API'), ('conversion', 'Conversion'), ('workflow', 'Workflow'), ('system', 'Relasi')], default='ui', editable=False, max_length=12, verbose_name='Origin')),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('name', models.CharField(max_length=255)),
                ('capacity', models.IntegerField(null=True)),
                ('place', models.JSONField(null=True)),
                ('changed_by', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Changed by')),
                ('created_by', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Created by')),
                ('owner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.owner')),
                ('trashed_by', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Deleted by')),
            ],
            options={
                'verbose_name': 'cage',
                'verbose_name_plural': 'cages',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Parrot',
            fields=[
                ('id', models.BigIntegerField(db_default=models.Func(models.Value('relasi_id'), function='nextval', output_field=models.BigIntegerField()), editable=False, primary_key=True, serialize=False)),
                ('version', models.IntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='Created')),
                ('changed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='Changed')),
                ('trashed_at', models.DateTimeField(editable=False, null=True, verbose_name='Deleted')),
                ('number', models.CharField(max_length=50, unique=True)),
                ('source', models.CharField(choices=[('ui', 'By hand'), ('import', 'Import'), ('api', 'API'), ('conversion', 'Conversion'), ('workflow', 'Workflow'), ('system', 'Relasi')], default='ui', editable=False, max_length=12, verbose_name='Origin')),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('name', models.CharField(max_length=255)),
                ('nickname', models.CharField(max_length=50, null=True)),
                ('story', models.TextField(null=True)),
                ('diet', models.TextField(null=True)),
                ('mood', models.CharField(default='calm', max_length=50, null=True)),
                ('colours', models.JSONField(null=True)),
                ('age_years', models.IntegerField(null=True)),
                ('weight', models.DecimalField(decimal_places=3, max_digits=18, null=True)),
                ('chatter', models.DecimalField(decimal_places=2, max_digits=7, null=True)),
                ('price', models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                ('currency', models.CharField(max_length=3, null=True)),
                ('upkeep', models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                ('hatched', models.DateField(null=True)),
                ('heard_at', models.DateTimeField(null=True)),
                ('tame', models.BooleanField(default=False)),
                ('vaccinated', models.BooleanField(default=None, null=True)),
                ('email', models.EmailField(max_length=254, null=True)),
                ('phone', models.CharField(max_length=32, null=True)),
                ('website', models.URLField(max_length=500, null=True)),
                ('home', models.JSONField(null=True)),
                ('friends', models.JSONField(null=True)),
                ('picture', models.CharField(max_length=100, null=True)),
                ('password', models.CharField(max_length=255, null=True)),
                ('notes', models.JSONField(null=True)),
                ('cage', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='parrots', to='fakes.cage')),
                ('changed_by', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Changed by')),
                ('created_by', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Created by')),
                ('owner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.owner')),
                ('trashed_by', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Deleted by')),
            ],
            options={
                'verbose_name': 'parrot',
                'verbose_name_plural': 'parrots',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Feeding',
            fields=[
                ('id', models.BigIntegerField(db_default=models.Func(models.Value('relasi_id'), function='nextval', output_field=models.BigIntegerField()), editable=False, primary_key=True, serialize=False)),
                ('version', models.IntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='Created')),
                ('changed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='Changed')),
                ('trashed_at', models.DateTimeField(editable=False, null=True, verbose_name='Deleted')),
                ('number', models.CharField(max_length=50, unique=True)),
                ('source', models.CharField(choices=[('ui', 'By hand'), ('import', 'Import'), ('api', 'API'), ('conversion', 'Conversion'), ('workflow', 'Workflow'), ('system', 'Relasi')], default='ui', editable=False, max_length=12, verbose_name='Origin')),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('name', models.CharField(max_length=255)),
                ('fed_at', models.DateTimeField(null=True)),
                ('amount', models.DecimalField(decimal_places=3, max_digits=18, null=True)),
                ('changed_by', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Changed by')),
                ('created_by', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Created by')),
                ('owner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.owner')),
                ('trashed_by', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Deleted by')),
                ('parrot', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='feedings', to='fakes.parrot')),
            ],
            options={
                'verbose_name': 'feeding',
                'verbose_name_plural': 'feedings',
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='cage',
            trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF coalesce(current_setting('relasi.change_set', true), '') = '' THEN\n        RAISE EXCEPTION 'write to % without an open change set', TG_TABLE_NAME USING ERRCODE = 'RL001';\n    END IF;\n\n    INSERT INTO records_change (change_set_id, at, record_id, origin, kind)\n    SELECT current_setting('relasi.change_set')::bigint, now(), id, TG_TABLE_NAME, 'c' FROM new_rows;\n    RETURN NULL;\n", hash='157b470685bf34536b82036ebb8865fd36651b5a', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_f9c58', referencing='REFERENCING NEW TABLE AS new_rows ', table='fakes_cage', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='cage',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF coalesce(current_setting('relasi.change_set', true), '') = '' THEN\n        RAISE EXCEPTION 'write to % without an open change set', TG_TABLE_NAME USING ERRCODE = 'RL001';\n    END IF;\n\n    INSERT INTO records_change (change_set_id, at, record_id, origin, kind, before)\n    SELECT current_setting('relasi.change_set')::bigint, now(), id, TG_TABLE_NAME, 'd', to_jsonb(old_rows)\n    FROM old_rows;\n    RETURN NULL;\n", hash='83027946ac5a247a17035f9e31583d0c987a7033', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_cf75d', referencing='REFERENCING OLD TABLE AS old_rows ', table='fakes_cage', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='cage',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF coalesce(current_setting('relasi.change_set', true), '') = '' THEN\n        IF EXISTS (SELECT FROM new_rows n JOIN old_rows o USING (id)\n                   WHERE (to_jsonb(n) - '{version,changed_at,changed_by_id}'::text[]) <> (to_jsonb(o) - '{version,changed_at,changed_by_id}'::text[])) THEN\n            RAISE EXCEPTION 'write to % without an open change set', TG_TABLE_NAME USING ERRCODE = 'RL001';\n        END IF;\n        RETURN NULL;\n    END IF;\n    INSERT INTO records_change (change_set_id, at, record_id, origin, kind, before, after)\n    SELECT current_setting('relasi.change_set')::bigint, now(), n.id, TG_TABLE_NAME, 'u', d.before, d.after\n    FROM new_rows n JOIN old_rows o USING (id)\n    CROSS JOIN LATERAL (\n        SELECT jsonb_object_agg(b.key, b.value) AS before, jsonb_object_agg(a.key, a.value) AS after\n        FROM jsonb_each(to_jsonb(n)) a JOIN jsonb_each(to_jsonb(o)) b USING (key)\n        WHERE a.value <> b.value AND NOT (a.key = ANY ('{version,changed_at,changed_by_id}'::text[]))\n    ) d\n    WHERE d.after IS NOT NULL;\n    RETURN NULL;\n", hash='e7f1c79111ab06599931889ec0fa6f5a12d014d1', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_1b6f8', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='fakes_cage', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='parrot',
            trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF coalesce(current_setting('relasi.change_set', true), '') = '' THEN\n        RAISE EXCEPTION 'write to % without an open change set', TG_TABLE_NAME USING ERRCODE = 'RL001';\n    END IF;\n\n    INSERT INTO records_change (change_set_id, at, record_id, origin, kind)\n    SELECT current_setting('relasi.change_set')::bigint, now(), id, TG_TABLE_NAME, 'c' FROM new_rows;\n    RETURN NULL;\n", hash='1fabd05d8e81f0cd17c09fb03effc8d4870ffd16', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_f0d6d', referencing='REFERENCING NEW TABLE AS new_rows ', table='fakes_parrot', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='parrot',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF coalesce(current_setting('relasi.change_set', true), '') = '' THEN\n        RAISE EXCEPTION 'write to % without an open change set', TG_TABLE_NAME USING ERRCODE = 'RL001';\n    END IF;\n\n    INSERT INTO records_change (change_set_id, at, record_id, origin, kind, before)\n    SELECT current_setting('relasi.change_set')::bigint, now(), id, TG_TABLE_NAME, 'd', to_jsonb(old_rows) - '{password}'::text[]\n    FROM old_rows;\n    RETURN NULL;\n", hash='adbacbafed5f00c560e2fd4e02a585456a2fa30e', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_1ca0e', referencing='REFERENCING OLD TABLE AS old_rows ', table='fakes_parrot', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='parrot',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF coalesce(current_setting('relasi.change_set', true), '') = '' THEN\n        IF EXISTS (SELECT FROM new_rows n JOIN old_rows o USING (id)\n                   WHERE (to_jsonb(n) - '{version,changed_at,changed_by_id,password}'::text[]) <> (to_jsonb(o) - '{version,changed_at,changed_by_id,password}'::text[])) THEN\n            RAISE EXCEPTION 'write to % without an open change set', TG_TABLE_NAME USING ERRCODE = 'RL001';\n        END IF;\n        RETURN NULL;\n    END IF;\n    INSERT INTO records_change (change_set_id, at, record_id, origin, kind, before, after)\n    SELECT current_setting('relasi.change_set')::bigint, now(), n.id, TG_TABLE_NAME, 'u', d.before, d.after\n    FROM new_rows n JOIN old_rows o USING (id)\n    CROSS JOIN LATERAL (\n        SELECT jsonb_object_agg(b.key, b.value) AS before, jsonb_object_agg(a.key, a.value) AS after\n        FROM jsonb_each(to_jsonb(n)) a JOIN jsonb_each(to_jsonb(o)) b USING (key)\n        WHERE a.value <> b.value AND NOT (a.key = ANY ('{version,changed_at,changed_by_id,password}'::text[]))\n    ) d\n    WHERE d.after IS NOT NULL;\n    RETURN NULL;\n", hash='03b24113c59bad44819ab664ba9ce9540673740b', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_cce9e', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='fakes_parrot', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='feeding',
            trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF coalesce(current_setting('relasi.change_set', true), '') = '' THEN\n        RAISE EXCEPTION 'write to % without an open change set', TG_TABLE_NAME USING ERRCODE = 'RL001';\n    END IF;\n\n    INSERT INTO records_change (change_set_id, at, record_id, origin, kind)\n    SELECT current_setting('relasi.change_set')::bigint, now(), id, TG_TABLE_NAME, 'c' FROM new_rows;\n    RETURN NULL;\n", hash='5c2891dd146061505f2d0e6937e2ad13c60fcc6e', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_132f9', referencing='REFERENCING NEW TABLE AS new_rows ', table='fakes_feeding', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='feeding',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF coalesce(current_setting('relasi.change_set', true), '') = '' THEN\n        RAISE EXCEPTION 'write to % without an open change set', TG_TABLE_NAME USING ERRCODE = 'RL001';\n    END IF;\n\n    INSERT INTO records_change (change_set_id, at, record_id, origin, kind, before)\n    SELECT current_setting('relasi.change_set')::bigint, now(), id, TG_TABLE_NAME, 'd', to_jsonb(old_rows)\n    FROM old_rows;\n    RETURN NULL;\n", hash='163240d27fd545c23f4fb5c3beb67181521da67c', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_ba88d', referencing='REFERENCING OLD TABLE AS old_rows ', table='fakes_feeding', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='feeding',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF coalesce(current_setting('relasi.change_set', true), '') = '' THEN\n        IF EXISTS (SELECT FROM new_rows n JOIN old_rows o USING (id)\n                   WHERE (to_jsonb(n) - '{version,changed_at,changed_by_id}'::text[]) <> (to_jsonb(o) - '{version,changed_at,changed_by_id}'::text[])) THEN\n            RAISE EXCEPTION 'write to % without an open change set', TG_TABLE_NAME USING ERRCODE = 'RL001';\n        END IF;\n        RETURN NULL;\n    END IF;\n    INSERT INTO records_change (change_set_id, at, record_id, origin, kind, before, after)\n    SELECT current_setting('relasi.change_set')::bigint, now(), n.id, TG_TABLE_NAME, 'u', d.before, d.after\n    FROM new_rows n JOIN old_rows o USING (id)\n    CROSS JOIN LATERAL (\n        SELECT jsonb_object_agg(b.key, b.value) AS before, jsonb_object_agg(a.key, a.value) AS after\n        FROM jsonb_each(to_jsonb(n)) a JOIN jsonb_each(to_jsonb(o)) b USING (key)\n        WHERE a.value <> b.value AND NOT (a.key = ANY ('{version,changed_at,changed_by_id}'::text[]))\n    ) d\n    WHERE d.after IS NOT NULL;\n    RETURN NULL;\n", hash='d90d19b9cdf6604e3a38fbe500b751f4409ebbc4', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_afb7c', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='fakes_feeding', when='AFTER')),
        ),
    ]
