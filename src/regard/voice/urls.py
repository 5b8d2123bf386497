from django.urls import path

from regard.voice.views import feedback, improvements, register, responding, said, surveys

urlpatterns = [
    path("voice", register.register, name="voice-register"),
    path("voice/log", register.log, name="voice-log"),
    path("voice/thanks", register.thanks, name="voice-thanks"),
    path("voice/improvements", improvements.improvements, name="voice-improvements"),
    path("voice/improvements/new", improvements.improvement_new, name="voice-improvement-new"),
    path("voice/improvements/<int:pk>", improvements.improvement, name="voice-improvement"),
    path("voice/improvements/<int:pk>/publish", improvements.improvement_publish, name="voice-improvement-publish"),
    path("voice/improvements/<int:pk>/withdraw", improvements.improvement_withdraw, name="voice-improvement-withdraw"),
    path("voice/surveys", surveys.surveys, name="voice-surveys"),
    path("voice/surveys/new", surveys.survey_new, name="voice-survey-new"),
    path("voice/surveys/<int:pk>", surveys.survey, name="voice-survey"),
    path("voice/surveys/<int:pk>/edit", surveys.survey_edit, name="voice-survey-edit"),
    path("voice/surveys/<int:pk>/texts", surveys.survey_texts, name="voice-survey-texts"),
    path("voice/surveys/<int:pk>/question", surveys.survey_question, name="voice-survey-question-new"),
    path("voice/surveys/<int:pk>/question/<slug:code>", surveys.survey_question, name="voice-survey-question"),
    path("voice/surveys/<int:pk>/question/<slug:code>/move", surveys.survey_move, name="voice-survey-move"),
    path("voice/surveys/<int:pk>/question/<slug:code>/remove", surveys.survey_remove, name="voice-survey-remove"),
    path("voice/surveys/<int:pk>/publish", surveys.survey_publish, name="voice-survey-publish"),
    path("voice/surveys/<int:pk>/draft", surveys.survey_draft, name="voice-survey-draft"),
    path("voice/surveys/<int:pk>/close", surveys.survey_close, name="voice-survey-close"),
    path("voice/surveys/<int:pk>/open", surveys.survey_open, name="voice-survey-open"),
    path("voice/surveys/<int:pk>/preview", surveys.survey_preview, name="voice-survey-preview"),
    path("voice/surveys/<int:pk>/qr", surveys.survey_qr, name="voice-survey-qr"),
    path("voice/<int:pk>", feedback.feedback, name="voice-feedback"),
    path("voice/<int:pk>/take-up", feedback.take_up, name="voice-take-up"),
    *feedback.urlpatterns(),
    # open to everyone
    path("s/<str:key>", responding.respond, name="voice-respond"),
    path("s/<str:key>/embed", responding.respond_embedded, name="voice-respond-embedded"),
    path("s/<str:key>/thanks", responding.respond_thanks, name="voice-respond-thanks"),
    path("said/<str:key>", said.said, name="voice-said"),
    path("you-said/<slug:code>", improvements.you_said, name="voice-you-said"),
]
