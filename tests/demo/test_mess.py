"""The mess: that it is there, at its rates, and that its bookkeeping holds for any rows."""

import random
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from regard.demo.mess import BLANK_WORDS, FORMULAS, Fault, FileAccount, Rates, Row, lay, ragged, spoil
from tests.demo.conftest import SLOPPY
from tests.demo.rereading import judged, table


@given(st.integers(0, 60), st.integers(), st.floats(0, 0.4), st.floats(0, 0.4), st.floats(0, 0.4))
def test_books_balance_whatever_is_broken(count, seed, repeat, differs, broken):
    rows = [Row(str(n), [str(n), "text"], ("fact",)) for n in range(count)]
    account = FileAccount("any", "csv", "utf-8")
    rates = Rates(exact_repeat=repeat, disagreeing=differs)
    fault = Fault("bad", broken, lambda cells, _: [cells[0], "broken"])
    written = spoil(
        rows, account, rng=random.Random(seed), rates=rates, faults=[fault], differ=lambda cells, _: [cells[0], "x"]
    )
    assert len(written) == account.rows
    assert account.loaded == account.facts["fact"] == count - account.quarantined["bad"]
    assert account.rows == count + account.repeats + account.disagreeing
    assert Counter(text for _, text in written)["broken"] == account.quarantined["bad"]


def test_a_copy_never_stands_before_its_first():
    rows = [Row(str(n), [str(n)]) for n in range(500)]
    rates = Rates(exact_repeat=0.5, disagreeing=0.4)
    laid = lay(
        rows, FileAccount("any", "csv", "utf-8"), rng=random.Random(5), rates=rates, faults=[], differ=lambda c, _: c
    )
    seen = set()
    for one in laid:
        assert (one.key in seen) == (one.fate != "loaded")
        seen.add(one.key)


@given(st.lists(st.text(), min_size=6, max_size=30), st.integers())
def test_ragged_rows_have_another_length(cells, seed):
    assert len(ragged(3)(cells, random.Random(seed))) != len(cells)


def test_faults_come_at_their_rates(sloppy):
    for name, reasons in {
        "311_requests.csv": {
            "bad_date": 0.03,
            "before_opened": 0.03,
            "unknown_code": 0.05,
            "no_key": 0.02,
            "ragged": 0.03,
        },
        "phone_log.txt": {"bad_date": 0.015, "ragged": 0.015, "bad_number": 0.015},
        "survey.csv": {"bad_number": 0.03, "bad_date": 0.03, "no_key": 0.02},
    }.items():
        account = sloppy.expected.files[name]
        for reason, rate in reasons.items():
            expected = rate * account.rows
            assert abs(account.quarantined[reason] - expected) < 4 * expected**0.5 + 1, (name, reason)
        assert abs(account.repeats - SLOPPY.exact_repeat * account.rows) < 4 * (0.03 * account.rows) ** 0.5


def test_harmless_mess_loads(sloppy):
    rows = list(table(sloppy.folder, "311_requests.csv"))
    codes = [row["Category"] for row in rows]
    assert 0.2 < sum(code.strip() != code.strip().upper() for code in codes) / len(codes) < 0.4
    assert 0.1 < sum(code != code.strip() for code in codes) / len(codes) < 0.3
    assert any(row["Requester Name"] in BLANK_WORDS for row in rows)
    assert any("\n" in row["Description"] for row in rows)
    assert any(row["Description"] in FORMULAS for row in rows)
    assert any(row["Requester Email"] and "@" not in row["Requester Email"] for row in rows)
    assert any(row["Requester Email"] == "none@none.example" for row in rows)
    assert any(row["Requester Phone"] == "000-000-0000" for row in rows)
    iso = [row for row in rows if row["Opened"].startswith("202")]
    assert iso
    assert {row["Intake Method"] for row in iso} == {"Mobile App"}


def test_test_rows_are_left_in_the_file_and_out_of_the_count(sloppy):
    keys = [key for key, fate in judged(sloppy.folder, "311_requests.csv") if key.startswith("AC-TEST")]
    assert len(keys) == round(sloppy.expected.cases["requests"] * SLOPPY.test_rows)


def test_blanks_of_a_survey_are_not_zeros(county):
    cells = Counter(cell for row in table(county.folder, "survey.csv") for cell in list(row.values())[5:13])
    assert set(cells) <= {"1", "2", "3", "4", "5", "", "N/A"}
    assert cells["N/A"] > 20 < cells[""]


def test_planted_quantities_are_in_the_order_book(county):
    planted = county.expected.files["orders.csv"].planted
    keys = {f"{row['Order']}/{row['Line']}": int(row["Qty"]) for row in table(county.folder, "orders.csv")}
    found = [keys[key] for key, what in planted if "x100" in what and key in keys]
    assert all(quantity >= 100 for quantity in found)
    assert {what.split(" ", 1)[0] for _, what in planted} <= {"quantity"}
