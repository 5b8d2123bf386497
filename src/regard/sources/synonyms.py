"""Words of other systems and what they are in ours: states, channels, outcomes, directions. Pure."""

import re
from collections.abc import Sequence

_OPEN = (
    r"open(ed)?|new|in[ -]?progress|in process|assig(ned)?|unassigned|received|acknowledged|dis?pa?tch(ed)?|active"
    r"|started|scheduled|submitted|accepted|referred|reopened|registered|email sent|offen|neu|nieuw|inspect(ion)?"
    r"|field ?cr?e?w|under .*|review(ing)?|investigat.*|letter|sent .*|queued|created|routed"
)
_HOLD = r"(on )?hold|paused|suspended|waiting( for .*)?|pending( .*)?|deferred|awaiting .*|info(rmation)? needed"
_DONE = r"closed( [\w ]+)?|complet(ed?|ion)|done|finished|archived|erledigt|afgehandeld|gesloten|case closed"
_STATES = (
    ("merged", r"dup(licate)?s?|merged"),
    ("withdrawn", r"canc(el.*)?|withdrawn|void(ed)?|invalid|rejected|ingetrokken"),
    ("paused", _HOLD),
    ("resolved", r"resol(ved)?|resolved|solved|fixed|work done"),
    ("closed", _DONE),
    ("open", _OPEN),
)
_DESK = r"counter|(front )?desk|walk([ -]?in)?s?|in[ -]?person|visit|office|kiosk|balie|schalter|in the office"
_PHONE = (
    r"(tele)?(ph|f)o(ne|on|n)( call)?|call(s|er)?( cent(er|re))?|constituent call|voice|tel|phone in|hotline|talk.*"
    r"|ivr|311"
)
_WEB = (
    r"(the )?web.*|online|internet|portal|self[ -]?service|app|mobile( ?device)?|android"
    r"|(mobile|phone|city|citizens connect) ?apps?|iphone|ios|spot reporter|integrated agency|.*\bapp|chat|e-?form"
)
_CHANNELS = (
    ("other", r"others?|misc(ellaneous)?|unknown"),
    ("api", r"api|.*open ?311.*|integration|system( generated)?|robot"),
    ("email", r"e-?mails?( .*)?"),
    ("social", r"twitter|facebook|social( media)?|instagram|whatsapp|x"),
    ("counter", _DESK),
    ("letter", r"letter|paper|post|mail|fax|us mail|brief|postal|written"),
    ("phone", _PHONE),
    ("web", _WEB),
)
_OUTCOMES = (
    ("abandoned", r"abandon(ed)?|hang(s|up)?|hung up|drop(ped)?|lost|missed|no answer|unanswered|rejected"),
    ("voicemail", r"voice ?mail"),
    ("message", r"message( taken)?|call ?back"),
    ("answered", r"answer(ed)?|agent|handled|connected|complet(ed?|ion)|done|served|success(ful)?"),
    ("left", r"left( .*)?|walked out|gone"),
    ("sent", r"sent"),
    ("received", r"received"),
)
_DIRECTIONS = (("in", r"in(bound|coming)?|received|i"), ("out", r"out(bound|going)?|sent|dialled|o"))
_FEEDBACK = (
    ("complaint", r"complain(t|ts)?|negative|grievance|dissatisfaction|klacht|beschwerde"),
    ("compliment", r"compliments?|praise|thanks|commendation|positive|kudos"),
    ("suggestion", r"suggestions?|idea|improvement"),
    ("question", r"questions?|enquir(y|ies)|inquir(y|ies)"),
    ("response", r"response|survey|comment|feedback|review"),
)
_THING = r"((the )?(case|file|request|application|permit|complaint|ticket|report|form) )?"
_KINDS = (
    ("received", _THING + r"(received?|created?|opened|registered|submitted|intake)|confirmation of receipt"),
    ("assigned", _THING + r"assign(ed)?( to .*)?"),
    ("transferred", _THING + r"(transfer(red)?|forward(ed)?|referred|rerouted)( to .*)?"),
    ("accepted", _THING + r"(accept(ed)?|acknowledge(d)?)"),
    ("paused", _THING + r"(paused?|(put )?on hold|hold|suspended)"),
    ("resumed", _THING + r"(resumed?|off hold)"),
    ("answered", r"answer(ed|s)?|repl(y|ied)( sent)?|response sent|responded"),
    ("resolved", _THING + r"(resolved?|fixed|solved)"),
    ("closed", _THING + r"(closed?|completed?|finished)"),
    ("reopened", _THING + r"re-?open(ed)?"),
    ("recategorised", r"recategori[sz]ed|type changed"),
    ("withdrawn", _THING + r"(cancel(l?ed)?|withdrawn)"),
    ("merged", _THING + r"(merged|duplicate)"),
    ("noted", r"note(d)?|comment(ed)?"),
)
WORD_LISTS = {"status": _STATES, "channel": _CHANNELS, "outcome": _OUTCOMES, "direction": _DIRECTIONS,
              "feedback_kind": _FEEDBACK, "activity": _KINDS}  # fmt: skip


def word_for(meaning: str, told: str) -> str | None:
    """Our word for what another system says, or None. 'Closed - Duplicate' is merged: the parts are tried too."""
    text = re.sub(r"[_\s]+", " ", told).strip().lower()
    parts = [p.strip(" ()") for p in re.split(r" [-:] |[(,;/]", text) if p.strip(" ()")]
    for candidates in ([text], parts):
        for word, pattern in WORD_LISTS[meaning]:
            if any(re.fullmatch(pattern, c) for c in candidates):
                return word
    return None


def known_share(meaning: str, values: Sequence[tuple[str, int]]) -> float:
    """The share of rows whose value has a word of ours; `values` are (told, rows)."""
    total = sum(count for _, count in values)
    return sum(count for told, count in values if word_for(meaning, told)) / total if total else 0.0
