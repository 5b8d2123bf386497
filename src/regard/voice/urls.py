from django.urls import path

from regard.voice.views import feedback, improvements, register, said

urlpatterns = [
    path("voice", register.register, name="voice-register"),
    path("voice/log", register.log, name="voice-log"),
    path("voice/thanks", register.thanks, name="voice-thanks"),
    path("voice/improvements", improvements.improvements, name="voice-improvements"),
    path("voice/improvements/new", improvements.improvement_new, name="voice-improvement-new"),
    path("voice/improvements/<int:pk>", improvements.improvement, name="voice-improvement"),
    path("voice/improvements/<int:pk>/publish", improvements.improvement_publish, name="voice-improvement-publish"),
    path("voice/improvements/<int:pk>/withdraw", improvements.improvement_withdraw, name="voice-improvement-withdraw"),
    path("voice/<int:pk>", feedback.feedback, name="voice-feedback"),
    path("voice/<int:pk>/take-up", feedback.take_up, name="voice-take-up"),
    *feedback.urlpatterns(),
    # open to everyone
    path("said/<str:key>", said.said, name="voice-said"),
    path("you-said/<slug:code>", improvements.you_said, name="voice-you-said"),
]
