"""One form for names, e-mails and phones: by example, and the SQL rule against the Python rule."""

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regard.customers import normalise


@pytest.mark.parametrize(
    ("told", "folded"),
    [
        ("Ana Pérez", "ana perez"),
        ("  O'Neil-Smith,  JANE ", "o neil smith jane"),
        ("Łukasz Żak", "łukasz zak"),
        ("李小龍", "李小龍"),
        ("n/a", ""),
        ("UNKNOWN", ""),
        ("---", ""),
    ],
)
def test_names_fold(told, folded):
    assert normalise.fold_name(told) == folded


def test_the_order_of_words_does_not_matter_for_the_key():
    assert normalise.name_key(normalise.fold_name("Perez, Ana")) == normalise.name_key(normalise.fold_name("ana perez"))


@pytest.mark.parametrize(
    ("told", "dialled"),
    [
        ("(312) 555-0142", "+13125550142"),
        ("1-312-555-0142", "+13125550142"),
        ("312.555.0142 ext 7", "+13125550142"),
        ("+49 30 901820", "+4930901820"),
        ("555-0142", ""),
        ("n/a", ""),
        ("000-000-0000", ""),
        ("", ""),
    ],
)
def test_phones_become_what_can_be_dialled(told, dialled):
    assert normalise.phone(told, "US") == dialled


def test_a_region_decides_what_a_number_without_prefix_means():
    assert normalise.phone("030 901820", "DE") == "+4930901820"


@pytest.mark.parametrize(
    ("told", "address"),
    [
        (" Ana.P@Mail.Example ", "ana.p@mail.example"),
        ("none", ""),
        ("a@b", ""),
        ("a b@mail.example", ""),
        ("a@b.co, c@d.co", ""),
    ],
)
def test_emails(told, address):
    assert normalise.email(told) == address


CON = duckdb.connect()
ODD = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00"), max_size=25)
PHONEISH = st.text("0123456789 ()-.+xaZ", max_size=18)


def by_sql(expression: str, value: str) -> str | None:
    return CON.execute(f"SELECT {expression} FROM (SELECT ?::VARCHAR AS v)", [value]).fetchall()[0][0]


@given(ODD | st.text("abcXYZ -',.0", max_size=20))
def test_names_by_sql_are_names_by_python(value):
    folded = by_sql(normalise.fold_name_sql("v"), value)
    assert folded in (None, normalise.fold_name(value))
    assert folded is not None or not value.isascii()
    expected = normalise.fold_name(value)
    assert by_sql(normalise.name_key_sql("v"), expected) == normalise.name_key(expected)


@given(ODD | st.from_regex(r"[a-zA-Z.]{1,8}@[a-z]{1,5}\.[a-z ]{1,4}", fullmatch=True))
def test_emails_by_sql_are_emails_by_python(value):
    assert by_sql(normalise.email_sql("v"), value) == normalise.email(value)


@given(PHONEISH | st.from_regex(r"\(?[2-9][0-9]{2}\)?[ -][2-9][0-9]{2}-[0-9]{4}", fullmatch=True))
def test_phones_by_sql_are_phones_by_python(value):
    assert by_sql(normalise.phone_sql("v", "US"), value) in (None, normalise.phone(value, "US"))
