"""Line icons, drawn for Regard on a 24 x 24 grid, and which icon and words go with which word of the design.

Icons are inline SVG: no request, no second file to cache, and they follow the text colour in forced-colours mode.
They always stand beside text and are hidden from screen readers.
"""

from typing import NamedTuple

_RING = "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z"

PATHS: dict[str, str] = {
    "api": "M8 7l-5 5 5 5M16 7l5 5-5 5",
    "assigned": "M10 4a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM3 20v-1a5 5 0 0 1 5-5h3M14 18l2.5 2.5L21 15",
    "bad": _RING + "M12 7v6M12 16.5v.2",
    "calendar": "M4 6h16v14H4zM4 10.5h16M8 3v4M16 3v4",
    "check": "M5 12.5l4.5 4.5L19 7.5",
    "clock": _RING + "M12 7v5l3.5 2",
    "close": "M6 6l12 12M18 6L6 18",
    "counter": "M12 3.5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM6 16a6 6 0 0 1 12 0M2.5 16h19M5 16v4.5M19 16v4.5",
    "down": "M6 9l6 6 6-6",
    "download": "M12 4v11M7 10.5l5 5 5-5M4 20h16",
    "email": "M3 5.5h18v13H3zM3.5 6.5L12 13l8.5-6.5",
    "file": "M6 3h8l4 4v14H6zM14 3v4h4",
    "flag": "M5 21V4h13l-2.5 4.2L18 12.5H5",
    "help": _RING + "M9.3 9.6a2.7 2.7 0 1 1 3.9 2.4c-.8.4-1.2.9-1.2 1.7M12 16.6v.2",
    "info": _RING + "M12 11v5.5M12 7.5v.2",
    "left": "M15 6l-6 6 6 6",
    "letter": "M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6",
    "lock": "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
    "menu": "M4 7h16M4 12h16M4 17h16",
    "merge": "M6 3c0 7 6 7 6 13v5M18 3c0 7-6 7-6 13",
    "minus": "M5 12h14",
    "note": "M4 20l1-4.5L16.5 4 20 7.5 8.5 19z",
    "open": "M10 5H5v14h14v-5M14 4h6v6M20 4l-9 9",
    "order": "M3 8l9-4.5L21 8v8.5L12 21l-9-4.5zM3 8l9 4.5L21 8M12 12.5V21",
    "other": "M6 12v.2M12 12v.2M18 12v.2",
    "pause": "M8.5 5v14M15.5 5v14",
    "phone": "M5.5 3h3.7l1.6 5-2.3 1.6a12.5 12.5 0 0 0 5.9 5.9l1.6-2.3 5 1.6v3.7a2.5 2.5 0 0 1-2.7 2.5"
    "A16 16 0 0 1 3 5.7 2.5 2.5 0 0 1 5.5 3z",
    "play": "M8 5l10 7-10 7z",
    "plus": "M12 5v14M5 12h14",
    "print": "M7 9V3.5h10V9M7 17H4V9h16v8h-3M7 14h10v6.5H7z",
    "reopen": "M4.5 13.5A7.7 7.7 0 1 0 6.6 6.6M4 3.5v5h5",
    "right": "M9 6l6 6-6 6",
    "search": "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.3 15.3L21 21",
    "social": "M4 4.5h16v12h-8L7 21v-4.5H4z",
    "sort": "M8 9.5L12 5l4 4.5M8 14.5l4 4.5 4-4.5",
    "star": "M12 3.5l2.6 5.6 6 .8-4.4 4.2 1.1 6L12 17.2 6.7 20l1.1-6L3.4 9.9l6-.8z",
    "transfer": "M4 12h15M13 6l6 6-6 6",
    "up": "M6 15l6-6 6 6",
    "user": "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4.5 20.5a7.5 7.5 0 0 1 15 0",
    "warn": "M12 4L2.5 20h19zM12 10v4.5M12 17v.2",
    "web": _RING + "M3 12h18M12 3c4.5 5 4.5 13 0 18M12 3c-4.5 5-4.5 13 0 18",
}


class Look(NamedTuple):
    """How one word is shown: its badge kind (colour), its icon, its words."""

    kind: str
    icon: str
    words: str


KIND_ICONS = {"ok": "check", "warn": "warn", "bad": "bad", "info": "info", "neutral": ""}

STATES: dict[str, Look] = {
    "open": Look("info", "play", "Open"),
    "paused": Look("warn", "pause", "Paused"),
    "resolved": Look("ok", "check", "Resolved"),
    "closed": Look("neutral", "lock", "Closed"),
    "withdrawn": Look("neutral", "close", "Withdrawn"),
    "merged": Look("neutral", "merge", "Merged"),
    "received": Look("warn", "plus", "Received"),
    "acknowledged": Look("info", "check", "Acknowledged"),
    "assessed": Look("info", "note", "Assessed"),
    "answered": Look("ok", "email", "Answered"),
}

CHANNELS: dict[str, str] = {
    "counter": "Counter",
    "phone": "Phone",
    "email": "E-mail",
    "web": "Web",
    "letter": "Letter",
    "social": "Social media",
    "api": "API",
    "order": "Order",
    "other": "Other",
}

# Event kinds and other entries of a timeline -> icon. A kind that is not named here gets the plain dot.
KINDS: dict[str, str] = {
    "received": "plus",
    "assigned": "assigned",
    "transferred": "transfer",
    "accepted": "check",
    "promised": "flag",
    "promise_moved": "flag",
    "promise_kept": "flag",
    "next_step": "clock",
    "paused": "pause",
    "resumed": "play",
    "answered": "email",
    "acknowledged": "check",
    "assessed": "note",
    "replied": "letter",
    "resolved": "check",
    "closed": "lock",
    "reopened": "reopen",
    "recategorised": "note",
    "merged": "merge",
    "withdrawn": "close",
    "noted": "note",
    "amended": "note",
    "retracted": "minus",
    "contact": "social",
    "feedback": "star",
    **{channel: channel for channel in CHANNELS},
}
