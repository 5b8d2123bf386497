"""What the desk adds to the picture of a customer, and what it keeps from whom."""

from datetime import timedelta

import pytest
from django.utils import timezone

from regard.customers import timeline
from regard.customers.models import Customer
from regard.desk import actions
from regard.desk.models import Case
from regard.desk.picture import DeskPicture

pytestmark = pytest.mark.django_db
picture = DeskPicture()


@pytest.fixture
def jane(cast) -> Customer:
    return Customer.objects.create(office=cast.office, name="Jane Roe")


@pytest.fixture
def cases(cast, jane, tomorrow) -> dict[str, Case]:
    made = {
        "fence": actions.open_case(
            by=cast.alice,
            unit=cast.permits,
            service=cast.fence,
            subject="Secret fence",
            description="Secret",
            customer=jane,
        ),
        "hole": actions.open_case(
            by=cast.dora,
            unit=cast.roads,
            service=cast.pothole,
            subject="Secret hole",
            description="Secret",
            customer=jane,
        ),
        "done": actions.open_case(by=cast.alice, unit=cast.permits, subject="Done", customer=jane),
    }
    actions.promise(by=cast.alice, case=made["fence"], text="We will", due=tomorrow)
    actions.resolve(by=cast.alice, case=made["done"], outcome="Done")
    actions.log_contact(by=cast.alice, unit=cast.permits, channel="phone", body="Secret call", customer=jane)
    actions.log_contact(by=cast.dora, unit=cast.roads, channel="counter", body="Secret visit", customer=jane)
    return made


def test_it_is_registered(cast, jane, cases):
    titles = [entry.title for entry in timeline.entries(customer_id=jane.pk, staff=cast.alice)]
    assert any(cases["fence"].number in title for title in titles)


def test_own_units_are_shown_in_full_and_others_as_one_line(cast, jane, cases):
    entries = picture.entries(customer_id=jane.pk, staff=cast.alice, before=None, limit=30)
    told = {entry.title.split(",")[0]: entry for entry in entries}
    own, other = told[f"Case {cases['fence'].number}"], told[f"Case {cases['hole'].number}"]
    assert (own.title, own.text) == (f"Case {cases['fence'].number}, open: Secret fence", "Secret")
    assert own.url == f"/cases/{cases['fence'].number}"
    assert other.title == f"Case {cases['hole'].number}, open: Pothole"
    assert (other.text, other.url, other.by) == ("", "", "Roads, Dora Quint")
    assert [entry.text for entry in entries if entry.kind == "phone"] == ["Secret call"]
    assert "Secret visit" not in str(entries)
    assert entries == sorted(entries, key=lambda entry: entry.at, reverse=True)


def test_what_is_open(cast, jane, cases, tomorrow):
    own, other = picture.open_items(customer_id=jane.pk, staff=cast.alice)
    assert (own.title, own.owner, own.promise_due, own.next_step) == (
        "Secret fence",
        "Alice Alder",
        tomorrow,
        "First answer",
    )
    assert (other.title, other.unit, other.owner, other.next_step) == ("Pothole", "Roads", "Dora Quint", "")


@pytest.mark.parametrize("person", ["charlie", "nobody", "other_administrator"])
def test_outsiders_get_nothing(cast, jane, cases, person):
    staff = getattr(cast, person)
    assert picture.entries(customer_id=jane.pk, staff=staff, before=None, limit=30) == []
    assert picture.open_items(customer_id=jane.pk, staff=staff) == []
    assert picture.find_number(text=cases["fence"].number, staff=staff) == []


def test_paging_by_time(cast, jane, cases):
    everything = picture.entries(customer_id=jane.pk, staff=cast.alice, before=None, limit=30)
    assert len(everything) == 4
    first = picture.entries(customer_id=jane.pk, staff=cast.alice, before=None, limit=2)
    rest = picture.entries(customer_id=jane.pk, staff=cast.alice, before=first[-1].at, limit=30)
    assert [*first, *rest] == everything
    long_ago = timezone.now() - timedelta(days=1)
    assert picture.entries(customer_id=jane.pk, staff=cast.alice, before=long_ago, limit=30) == []


def test_numbers(cast, jane, cases):
    number = cases["fence"].number
    for text in (number, number.lower(), str(cases["fence"].pk)):
        [hit] = picture.find_number(text=text, staff=cast.alice)
        assert (hit.number, hit.title, hit.url, hit.customer_id) == (
            number,
            "Secret fence",
            f"/cases/{number}",
            jane.pk,
        )
    Case.objects.filter(pk=cases["fence"].pk).update(silo_key="SR-77")
    assert [hit.number for hit in picture.find_number(text="SR-77", staff=cast.alice)] == [number]
    assert picture.find_number(text="Jane Roe", staff=cast.alice) == []
    assert picture.find_number(text=cases["hole"].number, staff=cast.alice) == []


def test_two_queries_however_much_there_is(cast, jane, cases, django_assert_num_queries):
    cast.alice.unit.path  # noqa: B018 - read before we count
    picture.entries(customer_id=jane.pk, staff=cast.alice, before=None, limit=1)
    with django_assert_num_queries(2):
        picture.entries(customer_id=jane.pk, staff=cast.alice, before=None, limit=30)
    with django_assert_num_queries(1):
        picture.open_items(customer_id=jane.pk, staff=cast.alice)
