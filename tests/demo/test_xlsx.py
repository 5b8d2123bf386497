"""The small workbook writer, read back by another program."""

import zipfile
from datetime import date, datetime, time

import python_calamine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regard.demo import xlsx

READABLE = st.text(st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufffe\uffff"), max_size=40)


def read(path, sheet):
    return python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_name(sheet).to_python()


def test_cells_come_back(tmp_path):
    row = ["text & <b>", 12, 3.5, date(2026, 3, 5), datetime(2026, 3, 5, 14, 30), time(9, 5), "", None, " spaced "]
    xlsx.write(tmp_path / "a.xlsx", {"One": [["h"] * 9, row], "Two & more": [["x"]]})
    back = read(tmp_path / "a.xlsx", "One")[1]
    assert back == [
        "text & <b>", 12.0, 3.5, date(2026, 3, 5), datetime(2026, 3, 5, 14, 30), time(9, 5), "", "", " spaced "
    ]  # fmt: skip
    assert read(tmp_path / "a.xlsx", "Two & more") == [["x"]]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(READABLE.filter(bool), min_size=1, max_size=60))
def test_any_text_comes_back(tmp_path, texts):
    xlsx.write(tmp_path / "any.xlsx", {"S": [texts]})
    assert read(tmp_path / "any.xlsx", "S") == [texts]


def test_the_archive_carries_no_time(tmp_path):
    xlsx.write(tmp_path / "a.xlsx", {"S": [["x"]]})
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
