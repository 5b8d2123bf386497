"""An importer for the tests, written from the silos' docstrings: each row is judged by plain rules of its own.

It shares no code with the writers but their lists of codes. ``judged`` gives, for every row of a file in order, its
key and what an honest importer does with it: loaded, repeat, disagrees, or the reason for quarantine.
"""

import csv
import gzip
import io
import json
import tomllib
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import python_calamine

from regard.demo.silos import permits, walk_ins

US, ISO = "%m/%d/%Y %I:%M %p", "%Y-%m-%d %H:%M"
Judge = Callable[[list[Any]], tuple[str, str]]  # cells -> key, reason (empty: loads)


def text_rows(path: Path, encoding: str, delimiter: str = ",") -> list[list[str]]:
    text = path.read_bytes().decode(encoding)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))


def parsed(text: str, *formats: str) -> datetime | None:
    for form in formats:
        try:
            found = datetime.strptime(text.strip(), form)
        except ValueError:
            continue
        if 2000 < found.year < 2100:
            return found
    return None


def judged(folder: Path, name: str) -> list[tuple[str, str]]:
    """(key, fate) of every row; a fate is loaded, repeat, disagrees, or a reason."""
    rows, judge = READERS[name](folder)
    first: dict[str, Any] = {}
    found = []
    for row in rows:
        key, reason = judge(row)
        if not reason:
            reason = "loaded" if key not in first else "repeat" if first[key] == row else "disagrees"
            first.setdefault(key, row)
        found.append((key, reason))
    return found


def table(folder: Path, name: str) -> Iterator[dict[str, str]]:
    """The loadable rows of a delimited file by column name; each key once."""
    header, *rows = text_rows(folder / name, *DELIMITED[name])
    for row, (_, fate) in zip(rows, judged(folder, name), strict=True):
        if fate == "loaded":
            yield dict(zip(header, row, strict=True))


DELIMITED = {
    "311_requests.csv": ("utf-8-sig",),
    "phone_log.txt": ("cp1252", "\t"),
    "survey.csv": ("utf-8", ";"),
    "orders.csv": ("utf-8",),
    "vendors.csv": ("utf-8",),
}


def _delimited(folder: Path, name: str) -> tuple[list[str], list[list[str]]]:
    header, *rows = text_rows(folder / name, *DELIMITED[name])
    return header, rows


def _codes(folder: Path) -> set[str]:
    office = tomllib.loads((folder / "office.toml").read_text(encoding="utf-8"))
    return {service["code"] for service in office["service"]}


def _requests(folder: Path) -> tuple[list[Any], Judge]:
    header, rows = _delimited(folder, "311_requests.csv")
    codes = _codes(folder)

    def judge(row: list[str]) -> tuple[str, str]:
        if len(row) != len(header):
            return "", "ragged"
        cell = dict(zip(header, row, strict=True))
        key = cell["Request ID"].strip()
        opened = parsed(cell["Opened"], US, ISO)
        closed = parsed(cell["Closed"], US, ISO)
        reasons = {
            "no_key": key in {"", "N/A"},
            "no_date": not cell["Opened"].strip(),
            "bad_date": opened is None,
            "unknown_code": cell["Category"].strip().upper() not in codes,
            "before_opened": opened is not None and closed is not None and closed < opened,
        }
        return key, next((reason for reason, true in reasons.items() if true), "")

    return rows, judge


def _phone(folder: Path) -> tuple[list[Any], Judge]:
    header, rows = _delimited(folder, "phone_log.txt")

    def judge(row: list[str]) -> tuple[str, str]:
        if len(row) != len(header):
            return "", "ragged"
        cell = dict(zip(header, row, strict=True))
        reasons = {
            "no_key": not cell["CALL_ID"],
            "no_date": not cell["DATE"],
            "bad_date": parsed(cell["DATE"], "%y%m%d") is None,
            "bad_number": not (cell["WAIT_SEC"] == "" or cell["WAIT_SEC"].isdigit()),
            "unknown_code": cell["OUTCOME"] not in {"ANSWERED", "ABANDONED", "MESSAGE"},
        }
        return cell["CALL_ID"], next((reason for reason, true in reasons.items() if true), "")

    return rows, judge


def messages(folder: Path) -> list[str]:
    return (folder / "mailbox.ndjson").read_bytes().decode("utf-8").rstrip("\n").split("\n")


def _mailbox(folder: Path) -> tuple[list[Any], Judge]:
    def judge(line: str) -> tuple[str, str]:
        try:
            message = json.loads(line)
        except json.JSONDecodeError:
            return "", "not_readable"
        if not message["message_id"]:
            return "", "no_key"
        if not message["date"]:
            return message["message_id"], "no_date"
        try:
            parsedate_to_datetime(message["date"])
        except (ValueError, TypeError):
            return message["message_id"], "bad_date"
        return message["message_id"], ""

    return messages(folder), judge  # type: ignore[return-value]


def permit_events(folder: Path) -> list[list[dict[str, str]]]:
    """Events flattened: [trace attributes, event attributes]."""
    with gzip.open(folder / "permits.xes.gz") as file:
        root = ET.parse(file).getroot()
    found = []
    for trace in root.iter("{http://www.xes-standard.org/}trace"):
        attributes = {node.attrib["key"]: node.attrib["value"] for node in trace if "key" in node.attrib}
        for event in trace.iter("{http://www.xes-standard.org/}event"):
            own = {node.attrib["key"]: node.attrib["value"] for node in event}
            found += [[attributes, own]]
    return found


def _permits(folder: Path) -> tuple[list[Any], Judge]:
    def judge(row: list[dict[str, str]]) -> tuple[str, str]:
        trace, event = row
        stamp = event.get("time:timestamp", "")
        try:
            datetime.fromisoformat(stamp)
            readable = True
        except ValueError:
            readable = False
        reasons = {
            "no_key": "concept:name" not in trace,
            "no_date": not stamp,
            "bad_date": not readable,
            "unknown_code": event["concept:name"] not in permits.EVENTS.values(),
        }
        return event["identity:id"], next((reason for reason, true in reasons.items() if true), "")

    return permit_events(folder), judge


def visits(folder: Path) -> list[list[Any]]:
    book = python_calamine.CalamineWorkbook.from_path(folder / "walk_ins.xlsx")
    return book.get_sheet_by_name("Walk-ins").to_python()


def clock(value: str | time) -> int:
    """Minutes of the day of a typed time or a time cell."""
    if isinstance(value, time):
        return value.hour * 60 + value.minute
    hour, minute = value.replace(".", ":").split(":")
    return int(hour) * 60 + int(minute)


def _walk_ins(folder: Path) -> tuple[list[Any], Judge]:
    header, *rows = visits(folder)

    def judge(row: list[Any]) -> tuple[str, str]:
        cell = dict(zip(header, row, strict=True))
        day = cell["Date"]
        ends = [clock(cell[name]) for name in ("In", "Called", "Out") if cell[name] != ""]
        reasons = {
            "no_key": cell["No"] == "",
            "no_date": day == "",
            "bad_date": not isinstance(day, date) and parsed(day, "%d.%m.%Y", "%d.%m.%y") is None,
            "unknown_code": not walk_ins.service_of(cell["Purpose"]),
            "before_opened": ends != sorted(ends) and not cell["Ref"],
        }
        return str(cell["No"]), next((reason for reason, true in reasons.items() if true), "")

    return rows, judge


def _survey(folder: Path) -> tuple[list[Any], Judge]:
    header, rows = _delimited(folder, "survey.csv")

    def judge(row: list[str]) -> tuple[str, str]:
        if len(row) != len(header):
            return "", "ragged"
        reasons = {
            "no_key": not row[0],
            "no_date": not row[1],
            "bad_date": parsed(row[1], "%d-%b-%Y %H:%M") is None,
            "bad_number": any(cell not in {"1", "2", "3", "4", "5", "", "N/A"} for cell in row[5:13]),
        }
        return row[0], next((reason for reason, true in reasons.items() if true), "")

    return rows, judge


def _orders(folder: Path) -> tuple[list[Any], Judge]:
    header, rows = _delimited(folder, "orders.csv")

    def judge(row: list[str]) -> tuple[str, str]:
        if len(row) != len(header):
            return "", "ragged"
        cell = dict(zip(header, row, strict=True))
        ordered = parsed(cell["Ordered"], "%Y-%m-%d")
        sent = parsed(cell["Dispatched"], "%Y-%m-%d")
        reasons = {
            "no_key": not cell["Order"],
            "bad_date": ordered is None,
            "before_opened": ordered is not None and sent is not None and sent < ordered,
            "bad_number": not cell["Qty"].isdigit(),
            "unknown_code": cell["Status"].strip().upper() not in {"NEW", "SENT", "DELIVERED", "CANCELLED"},
        }
        return f"{cell['Order']}/{cell['Line']}", next((reason for reason, true in reasons.items() if true), "")

    return rows, judge


def _vendors(folder: Path) -> tuple[list[Any], Judge]:
    header, rows = _delimited(folder, "vendors.csv")

    def judge(row: list[str]) -> tuple[str, str]:
        if len(row) != len(header):
            return "", "ragged"
        bad = len(row[-1]) != 8 or parsed(row[-1], "%Y%m%d") is None
        return row[0], "no_key" if not row[0] else "bad_date" if bad else ""

    return rows, judge


READERS: dict[str, Callable[[Path], tuple[list[Any], Judge]]] = {
    "311_requests.csv": _requests,
    "phone_log.txt": _phone,
    "mailbox.ndjson": _mailbox,
    "permits.xes.gz": _permits,
    "walk_ins.xlsx": _walk_ins,
    "survey.csv": _survey,
    "orders.csv": _orders,
    "vendors.csv": _vendors,
}
