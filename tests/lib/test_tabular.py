"""CSV files."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from regard.lib.tabular import csv_lines, csv_response, safe_cell


@given(st.lists(st.lists(st.text(), min_size=2, max_size=2), max_size=5))
def test_what_is_written_is_read_back(rows):
    text = "".join(csv_lines(["one", "two"], rows))
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert read == [["one", "two"], *[[safe_cell(value) for value in row] for row in rows]]


def test_no_cell_is_a_formula():
    for told in ("=1+1", "+1", "-1", "@sum", "\t=1", "\r=1"):
        assert safe_cell(told) == f"'{told}"
    assert [safe_cell(value) for value in (-1, None, "plain", 2.5)] == [-1, "", "plain", 2.5]


def test_the_file_has_a_name_and_says_its_encoding():
    response = csv_response("cases.csv", ["Name"], [["Zoë"]])
    assert response["Content-Disposition"] == 'attachment; filename="cases.csv"'
    assert b"".join(response.streaming_content).decode("utf-8-sig") == "Name\r\nZoë\r\n"
