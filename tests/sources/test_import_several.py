"""One row, several things: logs beside cases, contacts of the same file, orders whose lines come again."""

import pytest

from regard.customers.models import IdentityRecord
from regard.desk.models import Case, Contact, Event, OrderLine
from regard.desk.queries import checking
from regard.records.models import EarlierVersion
from regard.sources.models import QuarantinedRow
from regard.voice.models import Feedback
from tests.sources.importing import Importer, books

pytestmark = pytest.mark.django_db
HEAD = 'silo = "log"\ntime_zone = "America/Chicago"\ndate_order = "ymd"\n'
LOG = (
    HEAD
    + """
[[target]]
into = "event"
[target.columns]
key = "event"
case_key = "case"
at = "at"
kind = "kind"
actor = "who"
due_at = "due"
unit = "unit"
text = { column = "kind", when = { column = "kind", values = ["next_step"] } }
[[target]]
into = "case"
grain = "distinct"
[target.columns]
key = "case"
received_at = "at"
unit = { constant = "Permits" }
[target.when]
column = "kind"
values = ["received"]
"""
)


def log(*events: str) -> str:
    rows = [f"{number},{event}" for number, event in enumerate(events, 1)]
    return "\n".join(["event,case,at,kind,who,due,unit", *rows]) + "\n"


@pytest.fixture
def logs(importer, office) -> Importer:
    return Importer(office, LOG)


def the_case(key: str) -> Case:
    return Case.objects.get(silo_key=key)


def kinds(key: str) -> list[str]:
    return [event.kind for event in Event.objects.filter(case=the_case(key)).order_by("at", "id")]


def test_who_the_log_names_owns_the_case(logs, cast):
    run = logs.text(
        log(
            "A,2026-01-05 09:00,received,,,",
            "A,2026-01-05 10:00,assigned,alice alder,,",
            "B,2026-01-05 09:00,received,,,",
            "B,2026-01-06 09:00,closed,,,",
            "C,2026-01-05 09:00,received,,,",
            "C,2026-01-05 10:00,assigned,alice alder,,",
            "C,2026-01-06 10:00,transferred,,,Roads",
            "D,2026-01-05 09:00,received,,,",
            "D,2026-01-05 10:00,assigned,alice alder,,",
            "D,2026-01-05 10:00,next_step,,2026-01-09 17:00,",
            "E,2026-01-05 09:00,received,,,",
            "E,2026-01-06 09:00,closed,,,",
            "E,2026-01-07 09:00,reopened,,,",
            "F,2026-01-05 09:00,received,,,",  # the log says no more than the row of the case
        )
    )
    assert books(run) == (14, 0, 0, 0)
    assert the_case("A").owner == the_case("A").next_step_owner == cast.alice
    assert kinds("A") == ["received", "assigned", "next_step"]
    assert the_case("B").owner is None  # it has ended: nobody has to take it up
    assert kinds("B") == ["received", "closed"]
    assert the_case("C").owner == cast.dora  # who leads the unit that it was handed to
    assert kinds("D") == ["received", "assigned", "next_step"]
    assert the_case("D").next_step_due.isoformat() == "2026-01-09T23:00:00+00:00"
    assert the_case("E").owner == cast.bob
    assert kinds("E") == ["received", "closed", "reopened", "assigned", "next_step"]
    assert kinds("F") == ["received", "assigned", "next_step"]
    assert checking.check().is_sound
    assert checking.check().imported_unowned == 0


def test_a_log_told_again_changes_nothing(logs):
    told = log("A,2026-01-05 09:00,received,,,", "A,2026-01-05 10:00,assigned,alice alder,,")
    logs.text(told)
    before = Event.objects.count()
    assert books(logs.text(told)) == (0, 2, 0, 0)
    assert Event.objects.count() == before


def test_a_reopened_row_is_taken_up(importer):
    row = {"id": "1", "opened": "2025-03-03 09:00", "closed": "2025-03-04 09:00", "type": "Pothole", "via": "phone"}
    importer.rows(row | {"status": "open", "reopened": "2025-03-05 09:00"}, row | {"id": "2"})
    importer.rows({name: told for name, told in row.items() if name != "closed"} | {"id": "2"})
    for key in "12":
        assert the_case(key).state == "open"
        assert the_case(key).owner is not None
        assert the_case(key).next_step
        assert the_case(key).next_step_due is not None
    assert checking.check().imported_unowned == 0


BOTH = (
    HEAD
    + """
[[target]]
into = "contact"
[target.columns]
key = "message"
started_at = "at"
case_key = "case"
person_email = "from"
[[target]]
into = "case"
[target.columns]
key = "case"
received_at = "at"
person_email = "from"
answered_at = "answered"
[target.when]
column = "first"
told = true
"""
)


def test_contacts_find_their_case_in_the_same_file_and_in_any_capitals(importer, office):
    text = "message,at,case,from,first,answered\n1,2026-01-05 09:00,t7,a@x.example,yes,\n2,2026-01-06 09:00,t7,,,\n"
    assert books(Importer(office, BOTH).text(text)) == (2, 0, 0, 0)
    assert set(Contact.objects.values_list("case", flat=True)) == {the_case("t7").pk}
    assert Contact.objects.get(silo_key="2").customer == the_case("t7").customer
    importer.rows({"id": "AC-25", "opened": "2025-03-03 09:00", "type": "Pothole", "via": "phone"})
    Importer(office, BOTH).text("message,at,case,from,first,answered\n3,2026-01-06 09:00,ac-25,,,\n")
    assert Contact.objects.get(silo_key="3").case == the_case("AC-25")


def test_a_refused_row_loads_no_part(importer, office):
    text = "message,at,case,from,first,answered\n1,2026-01-05 09:00,t7,,yes,2025-01-01 09:00\n"
    run = Importer(office, BOTH).text(text)
    assert books(run) == (0, 0, 0, 1)
    assert (Case.objects.count(), Contact.objects.count()) == (0, 0)
    assert [reason["code"] for reason in QuarantinedRow.objects.get(run=run).reasons] == ["order_of_dates"]


ORDERS = (
    HEAD
    + """
[[target]]
into = "order"
[target.columns]
key = "order"
line_no = "line"
received_at = "at"
closed_at = "sent"
item = "item"
quantity = "n"
"""
)


def test_a_later_file_of_orders_revises_lines(importer, office):
    orders = Importer(office, ORDERS)
    head = "order,line,at,sent,item,n\n"
    assert books(orders.text(f"{head}S1,1,2026-01-05,,pen,10\nS1,2,2026-01-05,,ink,1\n")) == (2, 0, 0, 0)
    later = (
        f"{head}S1,1,2026-01-05,2026-01-08,pen,1\nS1,2,2026-01-05,2026-01-08,ink,1\nS1,3,2026-01-05,2026-01-08,cap,4\n"
    )
    assert books(orders.text(later)) == (0, 0, 3, 0)
    lines = OrderLine.objects.order_by("line_no")
    assert list(lines.values_list("silo_line", "item", "quantity")) == [
        ("1", "pen", 1),
        ("2", "ink", 1),
        ("3", "cap", 4),
    ]
    kept = EarlierVersion.objects.filter(object_type="desk.orderline")
    assert [one.values["quantity"] for one in kept] == [10]
    assert the_case("S1").state == "closed"
    assert books(orders.text(later)) == (0, 3, 0, 0)


PARTIES = (
    HEAD
    + """
[[target]]
into = "feedback"
[target.columns]
key = { column = "n", suffix = "/from" }
at = "at"
kind = { constant = "question" }
person_email = "from"
[[target]]
into = "feedback"
[target.columns]
key = { column = "n", suffix = "/to" }
at = "at"
kind = { constant = "question" }
person_email = "to"
"""
)


def test_the_parts_of_a_row_may_tell_of_different_people(importer, office):
    text = "n,at,from,to\n1,2026-01-05 09:00,a@x.example,b@x.example\n2,2026-01-06 09:00,b@x.example,b@x.example\n"
    assert books(Importer(office, PARTIES).text(text)) == (2, 0, 0, 0)
    told = Feedback.objects.order_by("silo_key").values_list("silo_key", "customer__email")
    assert list(told) == [
        ("1/from", "a@x.example"),
        ("1/to", "b@x.example"),
        ("2/from", "b@x.example"),
        ("2/to", "b@x.example"),
    ]


REGISTER = (
    HEAD
    + """
[[target]]
into = "identity"
[target.columns]
person_key = "id"
person_organisation = "name"
person_email = "mail"
[target.details]
trade = "trade"
"tax id" = "tax"
"""
)


def test_what_a_register_tells_of_somebody_stays_with_the_record(importer, office):
    head = "id,name,mail,trade,tax\n"
    register = Importer(office, REGISTER)
    assert books(register.text(f"{head}V1,Ash and Sons,ASH@x.example,GOODS,00-1\nV2,Birch,,,\n")) == (2, 0, 0, 0)
    one, two = IdentityRecord.objects.order_by("key")
    assert one.raw["details"] == {"trade": "GOODS", "tax id": "00-1"}
    assert one.raw["email"] == "ASH@x.example"
    assert two.raw is None
    assert books(register.text(f"{head}V1,Ash and Sons,ASH@x.example,PAPER,00-1\nV2,Birch,,,\n")) == (0, 1, 1, 0)
    assert IdentityRecord.objects.filter(key=one.key).count() == 2
