"""Registers with known truth, as tables `regard.customers.matching.match` takes, beside record_id -> who it truly is.

Read where they lie (REGARD_DATA, else ../shared/data); nothing is copied into the project. The simulated silos need the
package pseudopeople, which drags much: give the interpreter that has it in PSEUDOPEOPLE_PYTHON.
"""

import csv
import email.header
import email.utils
import gzip
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

_HERE = Path(__file__).resolve()
DATA = Path(os.environ.get("REGARD_DATA", _HERE.parents[2] / "shared" / "data"))
Register = tuple[pa.Table, dict[int, str]]
Row = dict[str, Any]


def _table(rows: list[Row]) -> Register:
    """Rows with the columns of `match` and `who`; '' says 'not told'."""
    columns = sorted({name for row in rows for name in row} - {"who"})
    made: dict[str, Any] = {"record_id": pa.array(range(1, len(rows) + 1), pa.int64())}
    for name in columns:
        values = [row.get(name) for row in rows]
        made[name] = (
            pa.array(values, pa.bool_()) if name == "own_key" else pa.array([str(v or "") for v in values], pa.string())
        )
    return pa.table(made), {n: str(row["who"]) for n, row in enumerate(rows, 1)}


def _told(*parts: Any) -> str:
    return " ".join(str(p) for p in parts if p and str(p) != "nan")


def febrl3() -> Register:
    rows = pq.read_table(DATA / "registers_labelled" / "febrl3.parquet").to_pylist()
    return _table([
        {"silo": "febrl", "key": r["rec_id"], "kind": "person", "given": r["given_name"], "family": r["surname"],
         "birth_date": r["date_of_birth"], "address": _told(r["street_number"], r["address_1"], r["address_2"]),
         "city": r["suburb"], "postcode": r["postcode"], "state": r["state"], "tax_number": r["soc_sec_id"], "who": r["cluster"]}
        for r in rows
    ])  # fmt: skip


def febrl3_no_number() -> Register:
    """The same without the social-security number, which no office's silos share."""
    table, truth = febrl3()
    return table.drop_columns(["tax_number"]), truth


def fake_1000() -> Register:
    rows = pq.read_table(DATA / "registers_labelled" / "fake_1000.parquet").to_pylist()
    return _table([
        {"silo": "fake", "key": r["unique_id"], "kind": "person", "given": r["first_name"], "family": r["surname"],
         "birth_date": r["dob"], "city": r["city"], "email": r["email"], "who": r["cluster"]}
        for r in rows
    ])  # fmt: skip


def chicago() -> Register:
    with (DATA / "register_chicago_earlychildhood" / "input_with_true_ids.csv").open(
        encoding="utf-8", newline=""
    ) as file:
        return _table([
            {"silo": r["Source"], "key": r["Id"], "kind": "organisation", "name": r["Site name"], "address": r["Address"],
             "postcode": r["Zip"], "phone": r["Phone"], "email": r["Email Address"], "who": r["True Id"]}
            for r in csv.DictReader(file)
        ])  # fmt: skip


_SIMULATE = """
import sys, pseudopeople as p
out, seed = sys.argv[1], int(sys.argv[2])
for name in ("decennial_census", "american_community_survey", "current_population_survey", "social_security",
             "taxes_w2_and_1099", "women_infants_and_children", "taxes_1040"):
    getattr(p, "generate_" + name)(seed=seed).astype(str).to_parquet(f"{out}/{name}.parquet")
"""


def simulated_silos(seed: int = 3) -> Register | None:
    """Seven US sources of one simulated town, without social-security numbers; None where the package is missing."""
    python = os.environ.get("PSEUDOPEOPLE_PYTHON", sys.executable)
    with tempfile.TemporaryDirectory() as folder:
        made = subprocess.run([python, "-c", _SIMULATE, folder, str(seed)], capture_output=True, text=True, check=False)
        if made.returncode:
            return None
        rows = [row for file in sorted(Path(folder).glob("*.parquet")) for row in _simulated(file)]
    return _table(rows)


def _simulated(file: Path) -> Iterator[Row]:
    before = "mailing_address_" if "taxes" in file.stem else ""
    for number, raw in enumerate(pq.read_table(file).to_pylist()):
        r = {k: "" if v in {None, "nan", "None", "<NA>", "NaT"} else v for k, v in raw.items()}
        lines = _told(*(r.get(before + part, "") for part in ("street_number", "street_name", "unit_number")))
        box = r.get(before + "po_box", "")
        yield {
            "silo": file.stem, "key": f"{file.stem}{number}", "kind": "person",
            "given": _told(r["first_name"], r.get("middle_initial") or r.get("middle_name")), "family": r["last_name"],
            "birth_date": _simulated_birth(file.stem, r.get("date_of_birth", "")),
            "address": lines or (f"PO Box {box}" if box else ""), "city": r.get(before + "city", ""),
            "state": r.get(before + "state", ""), "postcode": r.get(before + "zipcode", ""), "who": r["simulant_id"],
        }  # fmt: skip


def _simulated_birth(source: str, told: str) -> str:
    if source == "social_security":
        return told  # YYYYMMDD
    digits = "".join(c for c in told if c.isalnum())  # MMDDYYYY, with or without slashes
    return digits[4:8] + digits[:4]


def county(cases: int = 20_000, seed: int = 5) -> Register:
    """The demo county's silos as its own generator writes them: people and firms, one record a telling."""
    from regard.customers.matching import standardise
    from regard.demo.generate import generate

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        generate(folder, seed=seed, cases=cases, end=date(2026, 11, 15))  # the same county on any day
        with (folder / "answers" / "truth.csv").open(encoding="utf-8", newline="") as file:
            truth = {(r["silo"], r["record"], r["part"]): (r["kind"], r["who"]) for r in csv.DictReader(file)}
        rows = [row for read in _COUNTY for row in read(folder)]
    known: dict[Any, Row] = {}  # as an import keeps them: the same telling in the same silo is one record
    for row in rows:
        kind, who = truth.get((row["silo"], row["record"], row["part"]), ("", ""))
        firm = truth.get((row["silo"], row["record"], "organisation"))
        if firm and standardise(row).kind == "organisation":
            kind, who = firm  # the person behind it told the firm's name only
        if who and any(row.get(c) for c in ("name", "given", "email", "phone")):
            told = {k: v for k, v in row.items() if k not in {"record", "part"}} | {"kind": kind, "who": kind + who}
            known[tuple(sorted((k, str(v)) for k, v in told.items()))] = told
    return _table(list(known.values()))


def _rows(path: Path, encoding: str, delimiter: str) -> Iterator[dict[str, str]]:
    with path.open(encoding=encoding, newline="", errors="replace") as file:
        yield from csv.DictReader(file, delimiter=delimiter)


def _requests(folder: Path) -> Iterator[Row]:
    for r in _rows(folder / "311_requests.csv", "utf-8-sig", ","):
        yield {"silo": "311", "record": r["Request ID"], "part": "requester", "name": r["Requester Name"],
               "email": r["Requester Email"], "phone": r["Requester Phone"]}  # fmt: skip


def _orders(folder: Path) -> Iterator[Row]:
    seen = set()
    for r in _rows(folder / "orders.csv", "utf-8", ","):
        if r["Account"] not in seen:
            seen.add(r["Account"])
            yield {"silo": "store", "record": r["Account"], "part": "account", "name": r["Customer"], "email": r["E-mail"],
                   "phone": r["Phone"], "key": r["Account"], "own_key": True}  # fmt: skip
        if r["Order"] not in seen:
            seen.add(r["Order"])
            if r["Ordered By"].casefold() == r["Customer"].casefold():
                continue  # the firm wrote its own name where a person is asked for
            yield {"silo": "store", "record": r["Order"], "part": "ordered_by", "name": r["Ordered By"], "phone": r["Phone"],
                   "email": r["E-mail"]}  # fmt: skip


def _vendors(folder: Path) -> Iterator[Row]:
    for r in _rows(folder / "vendors.csv", "utf-8", ","):
        at = {
            "address": r["Address"],
            "city": r["City"],
            "postcode": r["ZIP"],
            "email": r["Email"],
            "phone": r["Phone"],
        }
        yield {"silo": "vendors", "record": r["Vendor ID"], "part": "vendor", "name": r["Legal Name"], "key": r["Vendor ID"],
               "own_key": True, "tax_number": r["Tax ID"], **at}  # fmt: skip
        yield {"silo": "vendors", "record": r["Vendor ID"], "part": "contact", "name": r["Contact"], **at}


def _survey(folder: Path) -> Iterator[Row]:
    for r in _rows(folder / "survey.csv", "cp1252", ";"):
        yield {"silo": "survey", "record": r["Response"], "part": "respondent", "name": r["Name"], "email": r["E-mail"]}


def _mailbox(folder: Path) -> Iterator[Row]:
    for line in (folder / "mailbox.ndjson").read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            told = json.loads(line)
        except ValueError:
            continue
        head = str(email.header.make_header(email.header.decode_header(str(told.get("from") or ""))))
        name, address = email.utils.parseaddr(head)
        yield {"silo": "mailbox", "record": told.get("message_id"), "part": "sender", "name": name, "email": address}


def _calls(folder: Path) -> Iterator[Row]:
    for r in _rows(folder / "phone_log.txt", "cp1252", "\t"):
        phone = "" if r["CALLER"] == "ANONYMOUS" else r["CALLER"]
        yield {"silo": "phone", "record": r["CALL_ID"], "part": "caller", "name": r["CALLER_NAME"], "phone": phone}


def _visits(folder: Path) -> Iterator[Row]:
    import python_calamine

    rows = (
        python_calamine.CalamineWorkbook.from_path(folder / "walk_ins.xlsx").get_sheet_by_name("Walk-ins").to_python()
    )
    head = [str(c) for c in rows[0]]
    for values in rows[1:]:
        r = dict(zip(head, values, strict=False))
        number = r.get("No")
        born = str(r.get("Born") or "")
        yield {"silo": "counter", "record": str(int(number)) if isinstance(number, float) else str(number), "part": "visitor",
               "name": r.get("Name"), "birth_date": _turned(born)}  # fmt: skip


def _turned(told: str) -> str:
    day = told.partition(" ")[0]
    parts = day.replace("/", ".").split(".")
    return f"{parts[2]:0>4}{parts[1]:0>2}{parts[0]:0>2}" if len(parts) == 3 else day


def _permits(folder: Path) -> Iterator[Row]:
    from defusedxml.ElementTree import parse

    with gzip.open(folder / "permits.xes.gz") as file:
        root = parse(file).getroot()
    for trace in root.iter():
        if trace.tag.rpartition("}")[2] != "trace":
            continue
        r = {c.get("key"): c.get("value") for c in trace if c.get("value") is not None}
        at = {
            "silo": "permits",
            "record": r.get("concept:name"),
            "email": r.get("applicant:email"),
            "phone": r.get("applicant:phone"),
        }
        yield {**at, "part": "applicant", "name": r.get("applicant")}
        if r.get("applicant:organisation"):
            yield {**at, "part": "organisation", "name": r["applicant:organisation"]}


_COUNTY: tuple[Callable[[Path], Iterator[Row]], ...] = (
    _requests,
    _orders,
    _vendors,
    _survey,
    _mailbox,
    _calls,
    _visits,
    _permits,
)

REGISTERS: dict[str, Callable[[], Register | None]] = {
    "febrl3": febrl3, "febrl3_no_number": febrl3_no_number, "fake_1000": fake_1000, "chicago": chicago,
    "simulated_silos": simulated_silos, "county": county,
}  # fmt: skip
