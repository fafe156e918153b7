import lenders.models
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('lenders', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='lender',
            name='document_hosts',
            field=models.JSONField(blank=True, default=list, help_text='Hosts like "files.bank.example" (port 443) or "files.bank.example:8443"; the host of the API is always allowed', validators=[lenders.models.check_hosts], verbose_name='hosts of links to documents'),
        ),
    ]
