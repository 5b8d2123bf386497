"""`{% load records %}`: what the trail's codes mean."""

from django import template

from regard.records import naming

register = template.Library()
register.filter("action_words", naming.action_words)
register.filter("type_words", naming.type_words)
register.filter("object_link", naming.object_link)
