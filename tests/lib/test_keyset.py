"""Paging by the row at the edge."""

import pytest

from regard.lib.keyset import page
from regard.office.models import Staff, Unit

ORDERS = [("name", "id"), ("-name", "-id"), ("-id",), ("unit__name", "-name", "id")]


@pytest.fixture
def people(db):
    units = [Unit.objects.create(code=name, name=name, path=f"/{n}/") for n, name in enumerate(("a", "b"))]
    names = ["Ann", "Bea", "Bea", "Bea", "Cy", "Di", "Di", "Ed", "Flo", "Gus", "Hal"]
    for number, name in enumerate(names):
        Staff.objects.create(email=f"{number}@x.example", name=name, unit=units[number % 2])
    return Staff.objects.select_related("unit")


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("size", [1, 2, 3, 10, 11, 12])
def test_all_pages_together_are_all_rows_in_order(people, order, size):
    seen, parameters, pages = [], {}, []
    while True:
        found = page(people, order, parameters, size)
        seen += found.rows
        pages.append(found)
        if not found.older:
            break
        parameters = {"after": found.older}
    assert seen == list(people.order_by(*order))
    for later, earlier in zip(reversed(pages[1:]), reversed(pages[:-1]), strict=True):
        assert page(people, order, {"before": later.newer}, size).rows == earlier.rows


def test_the_ends_lead_nowhere(people):
    first = page(people, ("id",), {}, 4)
    assert not first.newer
    back = page(people, ("id",), {"before": page(people, ("id",), {"after": first.older}, 4).newer}, 4)
    assert (back.rows, back.newer) == (first.rows, "")


@pytest.mark.parametrize("told", ["!", "e30", "WzFd", "WyJ4IiwieSJd", "W251bGwsMV0", "é", "W1t9"])
def test_an_address_that_makes_no_sense_leads_to_the_first_page(people, told):
    first = page(people, ("name", "id"), {}, 4)
    assert page(people, ("name", "id"), {"after": told}, 4) == first


def test_one_query_a_page(people, django_assert_num_queries):
    found = page(people, ("name", "id"), {}, 4)
    with django_assert_num_queries(1):
        page(people, ("name", "id"), {"after": found.older}, 4)
