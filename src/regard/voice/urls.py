from django.urls import path

from regard.voice import views

urlpatterns = [
    path("voice", views.register, name="voice-register"),
    path("voice/<int:pk>", views.feedback, name="voice-feedback"),
]
