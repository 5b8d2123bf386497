"""The generator as a whole: the same bytes for the same seed, the promised sizes, days and encodings."""

import hashlib
import os
import subprocess
import sys
import tomllib
from datetime import date, datetime
from pathlib import Path

import pytest

from regard.config.home import ROOT
from regard.demo.generate import generate, months_before
from regard.office.actions import load_office, read_office
from regard.office.models import Service, Staff, Standard, WorkingCalendar
from regard.records.actors import System
from tests.demo.conftest import END
from tests.demo.rereading import ISO, US, parsed, permit_events, table, text_rows, visits


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_same_seed_writes_the_same_bytes_in_another_process(tmp_path):
    generate(tmp_path / "here", seed=3, cases=200, end=END)
    program = (
        "import sys, datetime, pathlib; from regard.demo.generate import generate; "
        "generate(pathlib.Path(sys.argv[1]), seed=3, cases=200, end=datetime.date(2026, 11, 15))"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src"), "PYTHONHASHSEED": "42", "TZ": "Asia/Tokyo"}
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "there")], check=True, env=environment)
    assert digests(tmp_path / "here") == digests(tmp_path / "there")


def test_another_seed_writes_other_bytes(county, sloppy):
    one, two = digests(county.folder), digests(sloppy.folder)
    assert [name for name in one if one[name] == two[name]] == ["office.toml"]


def test_so_many_cases_as_were_asked_for(county):
    assert sum(county.expected.cases.values()) == 2000
    rows = {name: account.rows for name, account in county.expected.files.items()}
    assert rows["311_requests.csv"] > county.expected.cases["requests"] == 1290
    facts = county.expected.files["mailbox.ndjson"].facts
    assert facts["step new"] == county.expected.cases["mailbox"]
    assert county.expected.files["orders.csv"].facts["orders"] <= county.expected.cases["orders"]


@pytest.mark.parametrize("end", [date(2024, 2, 29), date(2026, 8, 31)])
def test_the_period_follows_its_last_day(tmp_path, end):
    expected = generate(tmp_path, cases=100, end=end)
    stamps = [parsed(row["Opened"], US, ISO) for row in table(tmp_path, "311_requests.csv")]
    assert expected.start <= min(stamps).date()
    assert max(stamps).date() <= end
    assert (end - expected.start).days in range(545, 552)


def test_the_last_day_is_yesterday_unless_told(tmp_path):
    expected = generate(tmp_path, cases=100)
    assert (datetime.now().date() - expected.end).days in {0, 1, 2}


def test_a_county_can_be_too_small(tmp_path):
    with pytest.raises(ValueError, match="100 or more"):
        generate(tmp_path, cases=99)


def test_months_before_keeps_the_day_where_it_can():
    assert months_before(date(2026, 11, 15), 18) == date(2025, 5, 15)
    assert months_before(date(2026, 8, 31), 18) == date(2025, 2, 28)
    assert months_before(date(2025, 7, 31), 18) == date(2024, 1, 31)


def test_nothing_is_known_from_after_the_last_day(county):
    last = datetime.combine(END, datetime.max.time())
    happened = (
        "Opened",
        "Assigned On",
        "First Response",
        "Completed",
        "Closed",
        "Cancelled",
        "Reopened",
        "Closed Again",
    )
    for row in table(county.folder, "311_requests.csv"):
        assert all(parsed(row[name], US, ISO) <= last for name in happened if row[name])
    for _, event in permit_events(county.folder):
        stamp = event.get("time:timestamp", "")
        assert not stamp or stamp[:10] <= END.isoformat() or stamp.startswith("2026-02-30")
    for row in table(county.folder, "orders.csv"):
        assert max(row["Ordered"], row["Dispatched"], row["Delivered"], row["Cancelled"]) <= END.isoformat()


def test_no_stamp_stands_in_the_hour_that_is_skipped_in_march(county):
    for row in table(county.folder, "311_requests.csv"):
        for cell in row.values():
            assert not cell.startswith(("3/8/2026 2:", "2026-03-08 02:")) or cell.endswith("PM")


def test_encodings_and_line_ends_are_as_promised(county):
    requests = (county.folder / "311_requests.csv").read_bytes()
    assert requests.startswith(b"\xef\xbb\xbfRequest ID,")
    assert requests.endswith(b"\r\n")
    phone = (county.folder / "phone_log.txt").read_bytes()
    phone.decode("cp1252")
    with pytest.raises(UnicodeDecodeError):
        phone.decode("utf-8")
    assert phone.count(b"\r\n") == phone.count(b"\n") == county.expected.files["phone_log.txt"].rows + 1
    assert b"\r" not in (county.folder / "survey.csv").read_bytes()
    assert (county.folder / "permits.xes.gz").read_bytes()[4:8] == b"\0\0\0\0"


def test_headers_are_whole(county):
    for name, encoding, delimiter in (
        ("311_requests.csv", "utf-8-sig", ","),
        ("phone_log.txt", "cp1252", "\t"),
        ("survey.csv", "utf-8", ";"),
        ("orders.csv", "utf-8", ","),
        ("vendors.csv", "utf-8", ","),
    ):
        header = text_rows(county.folder / name, encoding, delimiter)[0]
        assert len(set(header)) == len(header) > 10
        assert all(cell == cell.strip() != "" for cell in header)
    assert visits(county.folder)[0][:3] == ["No", "Date", "Ticket"]


def test_the_office_file_hangs_together(county):
    office = tomllib.loads((county.folder / "office.toml").read_text(encoding="utf-8"))
    units = {unit["code"] for unit in office["unit"]}
    assert [unit["code"] for unit in office["unit"] if "parent" not in unit] == ["county"]
    assert {unit["parent"] for unit in office["unit"] if "parent" in unit} <= units
    assert {unit["calendar"] for unit in office["unit"]} <= {one["code"] for one in office["calendar"]}
    assert {service["unit"] for service in office["service"]} <= units
    assert any("resolve" not in service for service in office["service"])
    roles = [
        "front_line",
        "supervisor",
        "goal_owner",
        "contract_manager",
        "records_officer",
        "analyst",
        "administrator",
    ]
    assert sorted(one["role"] for one in office["staff"] if one["persona"]) == sorted(roles)
    assert office["office"]["as_of"] == END
    assert len({one["email"] for one in office["staff"]}) == len(office["staff"]) > 25


def test_the_office_can_be_loaded(db, county):
    loaded = load_office(by=System("a test"), told=read_office(county.folder / "office.toml"))
    assert loaded.office.name == "Alder County"
    assert Service.objects.count() == 43
    assert Standard.objects.filter(stage="resolve").count() == 38  # five have none
    lunch = WorkingCalendar.objects.get(code="tax-counter")
    assert lunch.weekly["0"] == [["08:30", "12:00"], ["13:00", "16:30"]]
    assert Staff.objects.filter(is_active=False).count() == 3
