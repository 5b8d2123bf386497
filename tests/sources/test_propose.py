"""The wizard's proposals: for public data sets, and for the kinds of exports that offices have."""

import csv
import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from regard.sources.compile import Mapped, run_mapping
from regard.sources.headers import plain, words_of
from regard.sources.mapping import Mapping
from regard.sources.propose import Proposal, propose
from regard.sources.readers import connect, open_raw
from regard.sources.synonyms import word_for

Proposing = Callable[..., Proposal]


class Proposed:
    """A file with what is proposed for it."""

    def __init__(self, path: Path, **told: str) -> None:
        self.con = connect(threads=1)
        self.raw = open_raw(self.con, path)
        self.proposal = propose(
            self.con, self.raw, **{"time_zone": "America/Chicago", "silo": "x", "name": "X", **told}
        )
        self.becomes = {c.column: c.becomes for c in self.proposal.columns}
        self.reasons = {c.column: c.reason for c in self.proposal.columns}
        self.columns = self.proposal.mapping.targets[0].columns

    def run(self, **answers: str) -> Mapped:
        """The proposal as it would be kept, run over the file."""
        text = self.proposal.mapping.to_toml()
        for name, value in answers.items():
            text = f'{name} = "{value}"\n{text}'
        mapping = Mapping.from_toml(text)
        assert answers or mapping == self.proposal.mapping
        return run_mapping(self.con, mapping, self.raw)


@pytest.fixture
def sheet(tmp_path) -> Callable[..., Proposed]:
    def make(header: str, row: Callable[[int], list], count: int = 120, **told: str) -> Proposed:
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(header.split("|"))
        writer.writerows(row(i) for i in range(count))
        path = tmp_path / "sheet.csv"
        path.write_text(out.getvalue(), encoding="utf-8")
        return Proposed(path, **told)

    return make


def at(i: int, form: str, days: int = 0) -> str:
    moment = dt.datetime(2023, 1, 1, tzinfo=dt.UTC) + dt.timedelta(days=days, hours=7 * i, minutes=13 * i, seconds=i)
    return moment.strftime(form)


SOCRATA = "%m/%d/%Y %I:%M:%S %p"


def one_of(i: int, *values: str) -> str:
    return values[i % len(values)]


# --- exports of other cities ---------------------------------------------------------------------------


def test_an_export_like_new_yorks(sheet):
    found = sheet(
        "Unique Key|Created Date|Closed Date|Agency|Agency Name|Complaint Type|Descriptor|Incident Zip|Incident Address|"
        "Street Name|Status|Due Date|Resolution Description|Borough|Open Data Channel Type|Latitude|Longitude|Location",
        lambda i: [
            58000000 + i, at(i, SOCRATA), "" if i % 9 == 0 else at(i, SOCRATA, 4), "NYPD", "Police Department",
            one_of(i, "Noise", "Illegal Parking"), "Loud Music", 10001 + i % 50, f"{i} MAIN STREET", "MAIN STREET",
            "In Progress" if i % 9 == 0 else "Closed", at(i, SOCRATA, 9), "The Police Department responded.",
            one_of(i, "BRONX", "QUEENS"), one_of(i, "ONLINE", "PHONE", "MOBILE", "UNKNOWN"), 40.7 + i / 1000, -73.9, "(40, -73)",
        ],
    )  # fmt: skip
    assert found.proposal.into == "case"
    assert found.proposal.mapping.date_order == "mdy"
    assert found.becomes == {
        "Unique Key": "key", "Created Date": "received_at", "Closed Date": "closed_at", "Agency": "unit",
        "Agency Name": "detail", "Complaint Type": "service", "Descriptor": "subject", "Incident Zip": "postcode",
        "Incident Address": "address", "Street Name": "detail", "Status": "status", "Due Date": "promised_at",
        "Resolution Description": "detail", "Borough": "area", "Open Data Channel Type": "channel",
        "Latitude": "latitude", "Longitude": "longitude", "Location": "detail",
    }  # fmt: skip
    assert found.columns["status"].values == {"Closed": "closed", "In Progress": "open"}
    assert found.columns["received_at"].formats == (SOCRATA, "mdy")
    assert found.run().counts["case"].mapped == 120


def test_an_export_like_chicagos(sheet):
    found = sheet(
        "SR_NUMBER|SR_TYPE|SR_SHORT_CODE|CREATED_DEPARTMENT|OWNER_DEPARTMENT|STATUS|ORIGIN|CREATED_DATE|LAST_MODIFIED_DATE|"
        "CLOSED_DATE|STREET_ADDRESS|CITY|STATE|ZIP_CODE|STREET_NAME|COMMUNITY_AREA|WARD|POLICE_DISTRICT|X_COORDINATE|LATITUDE",
        lambda i: [
            f"SR23-{i:08}", one_of(i, "Pothole", "Graffiti"), "PHF", "", "Streets", one_of(i, "Completed", "Open", "Canceled"),
            one_of(i, "Phone Call", "Internet", "Alderman's Office"), at(i, SOCRATA), at(i, SOCRATA, 9), at(i, SOCRATA, 8),
            f"{i} W MAIN ST", "Chicago", "Illinois", "60601", "MAIN", 12, 34, 5, 1170000.1 + i, 41.8,
        ],
    )  # fmt: skip
    wanted = {
        "SR_NUMBER": "key", "SR_TYPE": "service_name", "SR_SHORT_CODE": "service", "OWNER_DEPARTMENT": "unit",
        "CREATED_DEPARTMENT": "", "STATUS": "status", "ORIGIN": "channel", "CREATED_DATE": "received_at",
        "LAST_MODIFIED_DATE": "as_of", "CLOSED_DATE": "closed_at", "STREET_ADDRESS": "address", "STATE": "detail",
        "ZIP_CODE": "postcode", "STREET_NAME": "detail", "COMMUNITY_AREA": "area", "LATITUDE": "latitude",
    }  # fmt: skip
    assert wanted.items() <= found.becomes.items()
    assert found.columns["channel"].values == {"Phone Call": "phone", "Internet": "web"}
    assert "\"Alderman's Office\" is read as 'other'" in found.reasons["ORIGIN"]
    assert found.run().counts["case"].mapped == 120


def test_an_export_like_san_franciscos(sheet):
    found = sheet(
        "CaseID|Opened|Closed|Updated|Status|Status Notes|Responsible Agency|Category|Request Type|Request Details|Address|"
        "Supervisor District|Neighborhood|Latitude|Longitude|Source|Media URL",
        lambda i: [
            16000000 + i, at(i, SOCRATA), at(i, SOCRATA, 2), at(i, SOCRATA, 3), one_of(i, "Open", "Closed"), "Resolved", "DPW",
            "Street Cleaning", "Bulky Items", "Furniture", f"{i} MISSION ST", 9, "Mission", 37.7, -122.4,
            one_of(i, "Mobile/Open311", "Phone", "Web", "Twitter"), "",
        ],
    )  # fmt: skip
    wanted = {
        "CaseID": "key", "Opened": "received_at", "Closed": "closed_at", "Updated": "as_of", "Status": "status",
        "Responsible Agency": "unit", "Request Type": "service", "Request Details": "description", "Source": "channel",
        "Neighborhood": "area", "Media URL": "",
    }  # fmt: skip
    assert wanted.items() <= found.becomes.items()
    assert found.columns["channel"].values["Mobile/Open311"] == "api"


def test_an_export_like_bostons(sheet):
    iso = "%Y-%m-%d %H:%M:%S"
    found = sheet(
        "case_enquiry_id|open_dt|sla_target_dt|closed_dt|on_time|case_status|closure_reason|case_title|subject|reason|type|queue|"
        "department|location|neighborhood|location_street_name|location_zipcode|latitude|longitude|source",
        lambda i: [
            101004000000 + i, at(i, iso), at(i, iso, 3), at(i, iso, 2), "ONTIME", one_of(i, "Open", "Closed"), "Case Closed",
            "Pothole repair", "Public Works", "Highway", "Request for Pothole Repair", "PWDx", "PWD", f"{i} Beacon St", "Back Bay",
            "Beacon St", "02108", 42.35, -71.06, one_of(i, "Citizens Connect App", "Constituent Call", "Self Service"),
        ],
    )  # fmt: skip
    wanted = {
        "case_enquiry_id": "key", "open_dt": "received_at", "sla_target_dt": "promised_at", "closed_dt": "closed_at",
        "on_time": "detail", "case_status": "status", "closure_reason": "detail", "subject": "subject", "type": "service",
        "department": "unit", "location": "address", "neighborhood": "area", "location_zipcode": "postcode",
        "location_street_name": "detail", "source": "channel",
    }  # fmt: skip
    assert wanted.items() <= found.becomes.items()
    assert found.columns["channel"].values == {
        "Citizens Connect App": "web", "Constituent Call": "phone", "Self Service": "web"
    }  # fmt: skip
    assert found.run().counts["case"].mapped == 120


def test_date_and_time_in_two_columns_and_short_words(sheet):
    found = sheet(
        "CASE ID|SOURCE|REQUEST TYPE|CREATION DATE|CREATION TIME|STATUS|CLOSED DATE|DAYS TO CLOSE",
        lambda i: [
            i, one_of(i, "PHONE", "WEB", "WALK"), "Pothole", at(i, "%m/%d/%Y"), at(i, "%I:%M %p"),
            one_of(i, "RESOL", "OPEN", "CANC", "DUP", "ASSIG"), at(i, "%m/%d/%Y", 3), 3,
        ],
    )  # fmt: skip
    assert found.columns["received_at"].columns == ("CREATION DATE", "CREATION TIME")
    assert found.columns["status"].values == {
        "RESOL": "resolved", "OPEN": "open", "CANC": "withdrawn", "DUP": "merged", "ASSIG": "open"
    }  # fmt: skip
    assert found.columns["channel"].values == {"PHONE": "phone", "WEB": "web", "WALK": "counter"}
    assert found.becomes["DAYS TO CLOSE"] == "detail"
    assert found.run().counts["case"].mapped == 120
    assert found.con.execute("SELECT count(DISTINCT received_at) FROM mapped_case").fetchone() == (120,)


def test_a_german_export(sheet):
    found = sheet(
        "Ticketnummer|Eingang|Erledigt am|Status|Kategorie|Kanal",
        lambda i: [
            f"T{i}", at(i, "%d.%m.%Y %H:%M"), at(i, "%d.%m.%Y %H:%M", 5), one_of(i, "offen", "erledigt"), "Abfall", "Telefon"
        ],
    )  # fmt: skip
    assert found.proposal.mapping.date_order == "dmy"
    assert list(found.becomes.values()) == ["key", "received_at", "closed_at", "status", "service", "channel"]
    assert found.run().counts["case"].mapped == 120


# --- dates ---------------------------------------------------------------------------------------------


def test_ambiguous_dates_are_a_question(sheet):
    found = sheet("id|opened|closed", lambda i: [i, f"0{i % 9 + 1}/0{i % 8 + 1}/2023", f"0{i % 9 + 1}/1{i % 2}/2023"])
    assert found.proposal.mapping.date_order is None
    assert [q.column for q in found.proposal.questions] == ["opened", "closed"]
    question = found.proposal.questions[0]
    assert {order for order, _ in question.readings} == {"dmy", "mdy"}
    assert len({words for _, words in question.readings}) == 2  # an example that two people read differently
    done = found.run(date_order="dmy")
    assert done.counts["case"].mapped + done.counts["case"].quarantined == 120


def test_one_column_that_tells_settles_the_others(sheet):
    found = sheet("id|opened|closed", lambda i: [i, f"0{i % 9 + 1}/05/2023", f"1{i % 9}/06/2023"])
    assert (found.proposal.mapping.date_order, found.proposal.questions) == ("dmy", ())


def test_two_orders_told_apart_by_their_separators(sheet):
    found = sheet(
        "id|opened|status", lambda i: [i, at(i, "%m/%d/%Y %H:%M") if i % 3 else at(i, "%d.%m.%Y %H:%M"), "open"]
    )
    assert (found.proposal.mapping.date_order, found.proposal.questions) == ("ymd", ())
    assert set(found.columns["received_at"].formats) == {"%m/%d/%Y %H:%M", "%d.%m.%Y %H:%M", "iso"}
    assert found.run().counts["case"].mapped == 120
    assert found.con.execute(
        "SELECT min(received_at) < '2023-01-02', max(received_at) > '2023-02-01' FROM mapped_case"
    ).fetchone() == (True, True)


def test_a_typing_error_is_no_other_order(sheet):
    found = sheet("id|opened|status", lambda i: [i, "31/13/2023" if i == 50 else at(i, "%m/%d/%Y"), "open"])
    assert found.proposal.mapping.date_order == "mdy"
    assert found.run().counts["case"].quarantined == 1


@pytest.mark.parametrize(
    ("form", "formats"),
    [
        (lambda i: str(1672531200 + 90000 * i), ("epoch",)),
        (lambda i: str(1672531200123 + 90000000 * i), ("epoch_ms",)),
        (lambda i: str(44927.25 + i), ("excel",)),
        (lambda i: at(i, "%y%m%d"), ("%y%m%d",)),
        (lambda i: at(i, "%Y%m%d"), ()),
        (lambda i: at(i, "%Y-%m-%dT%H:%M:%SZ"), ()),
        (lambda i: at(i, "%a, %d %b %Y %H:%M:%S +0100"), ()),
        (lambda i: at(i, "%d-%b-%Y"), ()),
    ],
)
def test_forms_of_dates(sheet, form, formats):
    found = sheet("id|opened|status", lambda i: [i, form(i), "open"])
    assert found.columns["received_at"].formats == formats
    assert found.run().counts["case"].mapped == 120


def test_a_promise_without_time_lasts_the_day(sheet):
    found = sheet("id|opened|due date", lambda i: [i, at(i, "%Y-%m-%d %H:%M"), at(i, "%Y-%m-%d")])
    assert found.columns["promised_at"].day == "end"
    assert "until that day ends" in found.reasons["due date"]


# --- other kinds of files ----------------------------------------------------------------------------------


def test_a_phone_log(sheet):
    found = sheet(
        "Date|Time|Agent|Queue|Wait|Talk Time|Disposition|Direction|Caller",
        lambda i: [
            at(i, "%d/%m/%Y"), at(i, "%H:%M"), f"Agent {i % 5}", "Billing", f"0:0{i % 6}:1{i % 9}", f"0:0{i % 9}:2{i % 9}",
            one_of(i, "Answered", "Abandoned", "Voicemail"), "Inbound", f"+1 312 555 0{100 + i}",
        ],
    )  # fmt: skip
    assert found.proposal.into == "contact"
    assert found.columns["started_at"].columns == ("Date", "Time")
    assert found.columns["channel"].constant == "phone"
    wanted = {"Wait": "wait_seconds", "Talk Time": "handle_seconds", "Caller": "person_phone", "Agent": "staff"}
    assert wanted.items() <= found.becomes.items()
    assert found.run().counts["contact"].mapped == 120


def test_a_walk_in_sheet(sheet):
    found = sheet(
        "No|Date|In|Name|Desk|Purpose|Clerk|Result",
        lambda i: [
            i, f"{i % 28 + 1}.{i % 12 + 1}.{'23' if i % 5 else '2023'}", f"{8 + i % 9}{'.' if i % 7 == 0 else ':'}05", f"Person {i}",
            "A", "Permit", "Lee", one_of(i, "done", "left"),
        ],
    )  # fmt: skip
    assert found.proposal.into == "contact"
    assert found.columns["started_at"].columns == ("Date", "In")
    assert found.columns["channel"].constant == "counter"
    assert found.columns["outcome"].values == {"done": "answered", "left": "left"}
    assert found.run().counts["contact"].mapped == 120


def test_a_mailbox(sheet):
    found = sheet(
        "Message-ID|Date|From|To|Subject|Body",
        lambda i: [
            f"<{i}@x>", at(i, "%a, %d %b %Y %H:%M:%S +0100"), f"Ann {i} <a{i}@example.org>", "help@city.example", "Hi", "Text"
        ],
    )  # fmt: skip
    assert found.proposal.into == "contact"
    assert (found.columns["person_email"].mail, found.columns["person_name"].mail) == ("address", "name")
    assert found.columns["channel"].constant == "email"
    found.run()
    first = found.con.execute(
        "SELECT person_name, person_email, counterpart FROM mapped_contact ORDER BY _line LIMIT 1"
    )
    assert first.fetchone() == ("Ann 0", "a0@example.org", "help@city.example")


def test_a_register(sheet):
    found = sheet(
        "Vendor No|Legal Name|Contact First Name|Contact Last Name|Phone|E-mail|Street Address|ZIP|Active",
        lambda i: [
            f"V{i}",
            f"Acme {i} Ltd",
            "Ann",
            f"Smith{i}",
            f"(312) 555-{1000 + i}",
            f"x{i}@acme.com",
            f"{i} Elm",
            "60601",
            "Y",
        ],
    )
    assert found.proposal.into == "identity"
    assert list(found.becomes.values()) == [
        "key", "person_organisation", "person_given", "person_family", "person_phone", "person_email", "person_address",
        "person_postcode", "detail",
    ]  # fmt: skip


def test_a_survey_with_a_column_for_each_question(sheet):
    found = sheet(
        "Response|Received|How satisfied are you with us?|It was easy to do what I wanted.|What could be better?|Service",
        lambda i: [i, at(i, "%Y-%m-%d"), i % 5 + 1, "" if i % 4 else i % 5 + 1, "Nothing" if i % 3 else "", "Permits"],
    )
    assert found.proposal.into == "feedback"
    first, second = found.proposal.mapping.targets
    assert first.columns["question"].constant == "How satisfied are you with us?"
    assert first.columns["text"].columns == ("What could be better?",)
    assert (second.columns["scale_min"].constant, second.columns["scale_max"].constant) == ("1", "5")
    done = found.run()
    assert done.counts["feedback"].mapped == 120 + 30


def test_an_order_book(sheet):
    found = sheet(
        "PO Number|Line|SKU|Description|Qty|Unit Price|Order Date|Customer ID",
        lambda i: [f"PO{i // 3}", i % 3 + 1, f"A{i}", "Pens", 5, 2.5, at(i // 3, "%Y-%m-%d"), f"C{i % 4}"],
    )
    assert found.proposal.into == "order"
    assert list(found.becomes.values()) == [
        "key", "line_no", "item_code", "item", "quantity", "unit_price", "received_at", "person_key"
    ]  # fmt: skip
    assert found.run().counts["order"].mapped == 120


def test_an_event_log(sheet):
    found = sheet(
        "case id|activity|timestamp|resource",
        lambda i: [
            f"c{i // 4}",
            one_of(i, "Application received", "Check", "Decision sent", "File closed"),
            at(i, "%Y-%m-%d %H:%M"),
            "Lee",
        ],
    )
    assert found.proposal.into == "event"
    assert found.columns["kind"].values == {"Application received": "received", "File closed": "closed"}
    assert found.columns["kind"].otherwise == "noted"
    done = found.run()
    assert (done.counts["event"].mapped, done.counts["case"].mapped) == (120, 30)


def test_what_cannot_be_known_is_said(sheet):
    found = sheet("colour|size", lambda i: ["red", "big"])
    assert (found.proposal.into, found.proposal.missing) == ("case", ("received_at",))
    assert found.proposal.confidence < 0.2
    assert found.proposal.reason == "nothing in the file says what its rows are"


def test_the_target_can_be_chosen(sheet):
    found = sheet("Opened|Name|E-mail", lambda i: [at(i, "%Y-%m-%d"), f"P{i}", f"p{i}@x.example"], into="identity")
    assert (found.proposal.into, found.proposal.confidence) == ("identity", 1.0)
    assert found.becomes == {"Opened": "detail", "Name": "person_name", "E-mail": "person_email"}


def test_a_key_that_repeats_is_completed_or_left(sheet):
    pair = sheet("line|call_id|date|wait", lambda i: [f"L{i % 4}", i // 4, at(i, "%Y-%m-%d %H:%M"), i])
    assert pair.columns["key"].columns == ("line", "call_id")
    none = sheet("ticket|opened|status", lambda i: [i % 3, at(i, "%Y-%m-%d"), "open"])
    assert "key" not in none.columns or none.columns["key"].columns != ("ticket",)


def test_what_systems_write_for_nothing_is_blank(sheet):
    found = sheet(
        "id|opened|status|ward", lambda i: [i, at(i, "%Y-%m-%d"), "N/A" if i % 3 else "open", "null" if i % 2 else "3"]
    )
    assert {b.lower() for b in found.proposal.mapping.blanks} == {"", "n/a", "null"}
    assert found.columns["status"].values == {"open": "open"}


def test_an_end_before_the_arrival_is_doubted(sheet):
    found = sheet(
        "id|opened|resolved|status",
        lambda i: [i, at(i, "%Y-%m-%d"), at(i, "%Y-%m-%d", -3 if i % 20 == 0 else 3), "open"],
    )
    assert "resolved_at" not in found.columns
    assert "lies before the arrival in 6 rows" in found.reasons["resolved"]


def test_an_empty_table_is_proposed_for_by_names(sheet):
    found = sheet("id|created date|status", lambda i: [], count=0)
    assert found.becomes["created date"] == "received_at"


# --- the parts ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("requestid", "request id"), ("datetimeinit", "datetime init"), ("prjcompletedate", "prj complete date"),
        ("CreatedDate", "created date"), ("SRNumber", "sr number"), ("ZIP_CODE", "zip code"), ("vru+line", "vru line"),
        ("Date / Time Opened", "date time opened"), ("callertype", "caller type"), ("xyzzy", "xyzzy"), ("Größe", "größe"),
    ],
)  # fmt: skip
def test_names_are_cut_into_words(name, words):
    assert " ".join(words_of(name)) == words


def test_labels_of_details():
    assert [plain(n) for n in ("closure_reason", "RequestType", "a.b", "__x")] == [
        "closure reason",
        "Request Type",
        "a.b",
        "x",
    ]


@pytest.mark.parametrize(
    ("meaning", "told", "word"),
    [
        ("status", "Closed - Duplicate", "merged"), ("status", "Completed - Dup", "merged"), ("status", "ON HOLD", "paused"),
        ("status", "Waiting for customer", "paused"), ("status", "Closed Case Resolved", "closed"), ("status", "Illinois", None),
        ("channel", "Walk-In", "counter"), ("channel", "E-Mail", "email"), ("channel", "call center", "phone"),
        ("channel", "Mail", "letter"), ("channel", "Staff", None), ("outcome", "HANG", "abandoned"),
        ("direction", "Outgoing", "out"), ("feedback_kind", "Praise", "compliment"), ("activity", "Request reopened", "reopened"),
    ],
)  # fmt: skip
def test_words_of_other_systems(meaning, told, word):
    assert word_for(meaning, told) == word


# --- public data sets ----------------------------------------------------------------------------------------


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("file", "into", "wanted", "rows"),
    [
        (
            "stlouis_csb_2018/january_2018.csv", "case",
            {"requestid": "key", "datetimeinit": "received_at", "callertype": "channel", "problemcode": "service",
             "submitto": "unit", "status": "status", "datetimeclosed": "closed_at", "prjcompletedate": "promised_at",
             "datecancelled": "withdrawn_at", "probaddress": "address", "neighborhood": "area", "dateinvtdone": "detail",
             "srx": "detail"},
            1554,
        ),
        (
            "dutch_permit_receipt/08_receipt.xes.gz", "event",
            {"case:concept:name": "case_key", "concept:name": "kind", "time:timestamp": "at", "org:resource": "actor",
             "case:startdate": "received_at", "case:deadline": "promised_at", "case:enddate": "closed_at",
             "case:channel": "channel", "concept:instance": "key"},
            8577,
        ),
        (
            "calls_anonymousbank_jan/january.txt", "contact",
            {"vru+line": "key", "call_id": "key", "customer_id": "person_key", "date": "started_at", "vru_entry": "started_at",
             "q_time": "wait_seconds", "outcome": "outcome", "ser_time": "handle_seconds", "server": "staff"},
            31599,
        ),
        (
            "open311_samples/sf_requests.xml", "case",
            {"service_request_id": "key", "requested_datetime": "received_at", "expected_datetime": "promised_at",
             "service_code": "service", "service_name": "service_name", "lat": "latitude", "status": "status"},
            56,
        ),
        (
            "online_retail_uci/online_retail_by_day_concat.csv.gz", "order",
            {"InvoiceNo": "key", "StockCode": "item_code", "Quantity": "quantity", "UnitPrice": "unit_price",
             "InvoiceDate": "received_at", "CustomerID": "person_key", "Description": "item"},
            541909,
        ),
        (
            "nhs_fft_dev/v6framework_NHFT.csv", "feedback",
            {"Comment ID": "key", "Date": "at", "FFT categorical answer": "score", "FFT question": "question",
             "FFT answer": "text", "Respondent ID": "person_key"},
            2812,
        ),
        (
            "register_chicago_earlychildhood/messy_input.csv", "identity",
            {"Id": "key", "Site name": "person_organisation", "Address": "person_address", "Zip": "person_postcode",
             "Phone": "person_phone"},
            3337,
        ),
    ],
)  # fmt: skip
def test_public_data_sets(real_data, file, into, wanted, rows):
    found = Proposed(real_data / file)
    assert found.proposal.into == into
    assert wanted.items() <= found.becomes.items()
    assert found.proposal.missing == ()
    assert found.proposal.questions == ()
    counts = found.run().counts[into]
    assert counts.rows == rows
    assert counts.quarantined <= 0.01 * rows
