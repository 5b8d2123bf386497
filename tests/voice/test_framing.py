"""Who can be asked, worked out by columns, beside a plain loop over the same people."""

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from regard.voice.framing import EXCLUSIONS, Met, People, frame_of

ID = st.integers(1, 12)
PERSON = st.tuples(st.booleans(), st.booleans(), st.booleans(), st.integers(1, 4))
MEETING = st.tuples(ID, st.integers(1, 3), st.integers(0, 2), st.integers(0, 5))


def columns(rows, width):
    return [np.array(column, np.int64) for column in zip(*rows, strict=True)] or [np.empty(0, np.int64)] * width


def plainly(people, met, merged, silent, lately):
    """The same by a loop: who can be asked (with unit and service), and how many cannot, by reason."""
    last = {}
    for customer, unit, service, at in met:
        one = merged.get(customer, customer)
        if one in people:
            last[one] = max(last.get(one, (-1, -1, -1)), (at, unit, service))
    reasons = {}
    for one in last:
        _, restricted, reachable, _ = people[one]
        tests = [restricted, one in silent, not reachable, one in lately]
        reasons[one] = next((name for name, holds in zip(EXCLUSIONS, tests, strict=False) if holds), "")
    taken = {people[one][3] for one, reason in reasons.items() if reason == "asked_lately"}
    for one in sorted(reasons):
        if reasons[one] == "":
            box = people[one][3]
            reasons[one] = "same_address" if box in taken else ""
            taken.add(box)
    asked = {one: last[one][1:] for one, reason in reasons.items() if not reason}
    return asked, Counter(reason for reason in reasons.values() if reason)


@settings(deadline=None)  # a busy machine is no fault
@given(
    st.dictionaries(ID, PERSON, max_size=12),
    st.lists(MEETING, max_size=40),
    st.dictionaries(ID, ID, max_size=3),
    st.sets(ID, max_size=3),
    st.sets(ID, max_size=3),
)
def test_columns_say_what_a_loop_says(people, met, merged, silent, lately):
    rows = [(one, int(org), restricted, reachable, box) for one, (org, restricted, reachable, box) in people.items()]
    ids, organisations, restricted, reachable, mailbox = columns(rows, 5)
    frame = frame_of(
        Met(*columns(met, 4)),
        People(ids, organisations, restricted.astype(bool), reachable.astype(bool), mailbox),
        tuple(columns(list(merged.items()), 2)),
        np.array(sorted(silent), np.int64),
        np.array(sorted(lately), np.int64),
    )
    asked, counted = plainly(people, met, merged, silent, lately)
    found = zip(frame.ids.tolist(), zip(frame.units.tolist(), frame.services.tolist(), strict=True), strict=True)
    assert dict(found) == asked
    assert frame.exclusions == dict(counted)
    assert frame.size == len(asked) + sum(counted.values())
    assert frame.organisations.tolist() == [int(people[one][0]) for one in frame.ids.tolist()]
