"""The words around a survey's questions, in the languages Regard itself speaks. Pure data.

Questions are written by the office in any language; these are the buttons and messages beside them.
"""

from collections.abc import Iterable, Mapping

#: Languages an office can write a survey in, by their own names.
LANGUAGES: Mapping[str, str] = {
    "en": "English", "es": "Español", "ar": "العربية", "fr": "Français", "hmn": "Hmoob", "ko": "한국어",
    "pt": "Português", "ru": "Русский", "so": "Soomaali", "tl": "Tagalog", "uk": "Українська",
    "vi": "Tiếng Việt", "zh": "中文",
}  # fmt: skip
#: Languages written from right to left.
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})

_EN = {
    "send": "Send", "next": "Next", "back": "Back", "up": "Yes", "down": "No", "required": "Please answer this.",
    "unknown": "Please choose one of the answers shown.",
    "too long": "This is too long: at most 10,000 letters. Please shorten it.",
    "optional": "optional", "wrong": "Please look at this again",
    "only_if": "Only if you answered “{answer}” to “{question}”",
    "step": "Question {n}", "thanks": "Thank you", "private": "You need not say who you are.",
    "language": "Language", "known": "This link is yours alone: the office sees that the answer is yours.",
    "answered": "We have your answer already.",
    "invite": "You dealt with {office}{about} lately. How was it? Please tell us here:",
    "reminder": "We asked you some days ago how it went with {office}{about}. You can still tell us here:",
    "about": " about {service}",
    "drawn": "You were drawn by lot. The link is yours alone: the office sees that the answer is yours.",
    "stop": "You do not want to be asked? Open this, and nobody asks you again:",
}  # fmt: skip
_ES = {
    "send": "Enviar", "next": "Siguiente", "back": "Atrás", "up": "Sí", "down": "No",
    "required": "Por favor, responda a esta pregunta.",
    "unknown": "Por favor, elija una de las respuestas.",
    "too long": "Es demasiado largo: como máximo 10.000 letras. Por favor, acórtelo.",
    "optional": "opcional", "wrong": "Por favor, revise esto",
    "only_if": "Solo si respondió «{answer}» a «{question}»", "step": "Pregunta {n}", "thanks": "Gracias",
    "private": "No necesita decir quién es.", "language": "Idioma",
    "known": "Este enlace es solo suyo: la oficina ve que la respuesta es de usted.",
    "answered": "Ya tenemos su respuesta.",
    "invite": "Hace poco trató con {office}{about}. ¿Cómo le fue? Cuéntenos aquí:",
    "reminder": "Hace unos días le preguntamos cómo le fue con {office}{about}. Todavía puede contarnos aquí:",
    "about": " sobre {service}",
    "drawn": "Su nombre salió por sorteo. El enlace es solo suyo: la oficina ve que la respuesta es de usted.",
    "stop": "¿No quiere que le preguntemos? Abra esto y nadie le volverá a preguntar:",
}  # fmt: skip
_WORDS = {"en": _EN, "es": _ES}


def spoken(languages: Iterable[str]) -> list[str]:
    """Those of these languages that Regard speaks; English when it speaks none."""
    return [language for language in languages if language in _WORDS] or ["en"]


def words_in(language: str) -> Mapping[str, str]:
    """Buttons and messages in a language; in English where Regard does not speak it."""
    return _WORDS.get(language, _EN)
