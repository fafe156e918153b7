from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('scans', '0003_names_for_operators'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='scan',
            options={'verbose_name': 'scan', 'verbose_name_plural': 'scans'},
        ),
    ]
