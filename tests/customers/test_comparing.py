"""Records side by side, and evidence as a waterfall."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regard.customers.comparing import FIELDS, compare
from regard.customers.waterfall import draw, odds_in_words, steps
from regard.ui.svg import clean


def record(**told):
    return SimpleNamespace(**{field: told.get(field, "") for field, _ in FIELDS})


def row(field, left, right):
    (found,) = compare(record(**{field: left}), record(**{field: right}))
    return found


def marked(pieces) -> str:
    return "".join(f"[{piece.text}]" if piece.differs else piece.text for piece in pieces)


@pytest.mark.parametrize(
    ("left", "right", "shown"),
    [
        ("+16125550142", "+16125550143", ("+1612555014[2]", "+1612555014[3]")),
        ("Ana Perez", "Anna Perez", ("Ana Perez", "A[n]na Perez")),
        ("Elm Street 12", "Oak Road 12", ("[Elm] [Street] 12", "[Oak] [Road] 12")),
        ("ANA", "ana", ("ANA", "ana")),
    ],
)
def test_what_differs_is_marked(left, right, shown):
    found = row("name", left, right)
    assert (marked(found.left), marked(found.right)) == shown
    assert found.verdict == ("same" if left.lower() == right.lower() else "differs")


def test_only_what_somebody_tells_is_shown():
    rows = compare(record(name="Ana", phone="1"), record(name="Ana"))
    assert [(row.label, row.verdict) for row in rows] == [("Name", "same"), ("Phone", "one side")]


@given(st.text(max_size=20), st.text(max_size=20))
def test_no_letter_gets_lost(left, right):
    for found in compare(record(address=left), record(address=right)):
        assert "".join(piece.text for piece in found.left) == left
        assert "".join(piece.text for piece in found.right) == right


def test_a_waterfall_begins_with_how_rare_a_match_is_and_ends_at_the_total():
    found = steps([("same e-mail", 9.0), ("another name", -2.0)], 1.5)
    assert [(step.label, step.start, step.end) for step in found] == [
        ("Before anything is compared", 0.0, -5.5),
        ("same e-mail", -5.5, 3.5),
        ("another name", 3.5, 1.5),
        ("All together", 0.0, 1.5),
    ]


def test_the_drawing_is_fit_for_a_page_and_escapes_its_labels():
    svg = clean(draw(steps([("a < b & c", 1.0)], 2.0)), "Evidence")
    assert "a &lt; b &amp; c" in svg
    assert "style=" not in svg


@pytest.mark.parametrize(
    ("weight", "words"),
    [
        (0.2, "even odds"),
        (1.2, "about 2 to 1 for one customer"),
        (-5.0, "about 32 to 1 for two customers"),
        (10.3, "about 1,300 to 1 for one customer"),
        (33.0, "more than a million to 1 for one customer"),
    ],
)
def test_odds_in_words(weight, words):
    assert odds_in_words(weight) == words
