from django.apps import AppConfig

from regard.records.declarations import opens_at


class VoiceConfig(AppConfig):
    name = "regard.voice"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Voice"

    def ready(self) -> None:
        from regard.customers import following, timeline  # models are loaded only now
        from regard.desk import waiting
        from regard.ui import navigation
        from regard.voice.queries import Provider, panels_of

        timeline.register("voice", Provider())
        following.register(following.TableFollower("voice.feedback", "voice_feedback"))
        waiting.register("voice", panels_of)
        navigation.register("Voice", "voice-register", order=40)
        opens_at("voice.feedback", "voice-feedback")
        opens_at("voice.improvement", "voice-improvement")
        opens_at("voice.survey", "voice-survey")
        opens_at("voice.sample", "voice-sample")
