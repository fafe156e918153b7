from django.db import migrations


class Migration(migrations.Migration):
    """Every job is rewritten several times within seconds: the dead versions must go before the indexes are full of
    them, long before a fifth of the table has changed (PostgreSQL's default)."""

    dependencies = [('jobs', '0001_initial')]

    operations = [
        migrations.RunSQL(
            'ALTER TABLE jobs_job SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 500,'
            ' autovacuum_vacuum_cost_delay = 0)',
            'ALTER TABLE jobs_job RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold,'
            ' autovacuum_vacuum_cost_delay)',
        ),
    ]
