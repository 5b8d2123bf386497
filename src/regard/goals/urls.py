"""Addresses of goals."""

from django.urls import path

from regard.goals.views import goal, goalsets, guarding, questions, review, running

urlpatterns = [
    path("goals", goalsets.goalsets, name="goals-goalsets"),
    path("goals/new", goalsets.goalset_new, name="goals-goalset-new"),
    path("goals/<int:pk>", goalsets.goalset, name="goals-goalset"),
    path("goals/<int:pk>/edit", goalsets.goalset_edit, name="goals-goalset-edit"),
    path("goals/<int:pk>/questions", questions.questions, name="goals-questions"),
    path("goals/<int:pk>/activate", running.activate, name="goals-activate"),
    path("goals/<int:pk>/end", running.end, name="goals-end"),
    path("goals/<int:pk>/review", review.review, name="goals-review"),
    path("goals/<int:pk>/goal", goal.goal_new, name="goals-goal-new"),
    path("goals/goal/<int:pk>", goal.goal, name="goals-goal"),
    path("goals/goal/<int:pk>/edit", goal.goal_edit, name="goals-goal-edit"),
    path("goals/goal/<int:pk>/remove", goal.goal_remove, name="goals-goal-remove"),
    path("goals/goal/<int:pk>/change", running.change, name="goals-change"),
    path("goals/goal/<int:pk>/enter", running.enter, name="goals-enter"),
    path("goals/goal/<int:pk>/found", running.found, name="goals-found"),
    path("goals/goal/<int:pk>/gaming", guarding.gaming_new, name="goals-gaming-new"),
    path("goals/gaming/<int:pk>/guards", guarding.guards, name="goals-guards"),
    path("goals/gaming/<int:pk>/remove", guarding.gaming_remove, name="goals-gaming-remove"),
]
