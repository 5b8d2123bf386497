from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sources", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="run",
            name="phase_at",
            field=models.DateTimeField(help_text="when the present phase began", null=True),
        ),
    ]
