"""Words, sentences and names as the silos write them."""

import random
import re
from collections import defaultdict
from itertools import product

import pytest

from regard.demo import spelling, telling
from regard.demo.population import Address
from regard.demo.speech import WORDS, Wheel, careless, say, words
from tests.demo.rereading import messages, table, visits

SLOT_NAMES = """where street town near park days number number2 unit case name due new_due staff title staff_first
    opened what first family n"""
SLOTS = dict.fromkeys(SLOT_NAMES.split(), "x")


def every_text(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, part in value.items():
            if key != "nicknames":
                yield from every_text(part)
    elif isinstance(value, list):
        for part in value:
            yield from every_text(part)


@pytest.mark.parametrize("name", sorted(path.stem for path in WORDS.glob("*.toml")))
def test_every_template_can_be_said(name):
    for template in every_text(words(name)):
        for seed in range(4):
            text = say(random.Random(seed), template, SLOTS)
            assert not re.search(r"[\[\]{}|]", text), template


def test_every_service_has_words_and_a_flow():
    codes = {service["code"] for service in words("office")["service"]}
    assert codes == set(words("flow")["service"])
    assert codes == set(words("requests")) - {"spanish"}
    assert set(words("requests")["spanish"]) <= codes
    assert {item["service"] for item in words("goods")["item"]} <= codes


def test_a_template_picks_and_fills():
    said = {say(random.Random(seed), "[a|b] {where}", {"where": "here"}) for seed in range(20)}
    assert said == {"a here", "b here"}
    with pytest.raises(KeyError):
        say(random.Random(1), "{nowhere}", {})


def test_a_wheel_turns_by_weight():
    wheel = Wheel({"often": 9, "seldom": 1, "never": 0})
    drawn = [wheel.turn(random.Random(seed)) for seed in range(500)]
    assert set(drawn) == {"often", "seldom"}
    assert drawn.count("often") > 400


def test_careless_texts_keep_their_letters():
    text = "The plow left a wall of snow across my driveway."
    for seed in range(30):
        assert sorted(careless(random.Random(seed), text).lower()) == sorted(text.lower())


def test_descriptions_are_whole_sentences(county):
    texts = [row["Description"] for row in table(county.folder, "311_requests.csv")]
    assert len(set(texts)) > 0.8 * len(texts)
    assert not any(re.search(r"[{}\[\]|]|lorem|None", text) for text in texts)
    bodies = "\n".join(messages(county.folder))
    comments = "\n".join(cell for row in table(county.folder, "survey.csv") for cell in row.values())
    assert not re.search(r"\[[^\]\n]*\|", bodies + comments)
    assert "{" not in re.sub(r'^\{"|"\}$', "", bodies, flags=re.MULTILINE).replace('"}', "").replace('{"', "")
    assert max(map(len, texts)) < 400


def test_some_customers_write_spanish(county):
    assert any(
        "basura" in row["Description"] or "bache" in row["Description"]
        for row in table(county.folder, "311_requests.csv")
    )


def test_one_person_is_spelled_many_ways(county):
    who = {}
    for line in (county.folder / "answers" / "truth.csv").read_text(encoding="utf-8").splitlines()[1:]:
        silo, key, part, _, person = line.split(",")
        who[silo, key, part] = person
    spelled = defaultdict(set)
    for row in table(county.folder, "311_requests.csv"):
        spelled[who.get(("311", row["Request ID"], "requester"))].add(row["Requester Name"].strip())
    for row in table(county.folder, "phone_log.txt"):
        spelled[who.get(("phone", row["CALL_ID"], "caller"))].add(row["CALLER_NAME"].strip())
    header, *rows = visits(county.folder)
    for row in rows:
        if row[0] != "":
            spelled[who.get(("counter", str(int(row[0])), "visitor"))].add(row[header.index("Name")].strip())
    many = [names for person, names in spelled.items() if person and len(names - {""}) >= 4]
    assert len(many) > 30


def test_truth_names_records_that_exist(county):
    lines = (county.folder / "answers" / "truth.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "silo,record,part,kind,who"
    records = {tuple(line.split(",")[:3]) for line in lines[1:]}
    assert len(records) == len(lines) - 1  # one answer for each part of a record
    by_silo = defaultdict(set)
    for silo, key, _ in records:
        by_silo[silo].add(key)
    assert set(by_silo) == {"311", "phone", "mailbox", "permits", "counter", "survey", "store", "vendors"}
    requests = table(county.folder, "311_requests.csv")
    named = {row["Request ID"] for row in requests if row["Requester Email"].endswith(".example")}
    assert len(named - by_silo["311"]) < 0.05 * len(named)  # the rest: a placeholder and nothing else
    accounts = {row["Account"] for row in table(county.folder, "orders.csv")}
    assert accounts <= by_silo["store"]


HANDS = list(spelling.HANDS)


@pytest.mark.parametrize(("hand", "number"), list(product(HANDS, range(8))))
def test_each_hand_writes_a_name(hand, number, people_of):
    person = people_of.persons[number]
    written = {spelling.name(random.Random(seed), person, person.born, hand) for seed in range(60)}
    assert len(written) > 3
    assert ("" in written) <= (hand == "mail")
    assert all(name == name.strip() for name in written)


@pytest.fixture(scope="module")
def people_of():
    from datetime import date

    from regard.demo import population

    return population.build(1, 200, date(2025, 1, 1), date(2026, 6, 30))


def test_a_slip_changes_little():
    for seed in range(40):
        assert 0 <= abs(len(spelling.slip(random.Random(seed), "Halvorson")) - 9) <= 1
    assert spelling.slip(random.Random(1), "Lee") == "Lee"


def test_what_a_call_taker_writes_is_about_somebody_else():
    assert telling._reported("I have no heat and my baby is cold") == "they have no heat and their baby is cold"


def test_addresses_are_shortened():
    place = Address(12, "Heron Point Avenue", "Apartment 4B", "Alderton", "56801", 1, 0, 0)
    assert place.line() == "12 Heron Point Avenue, Apartment 4B"
    assert place.short() == "12 Heron Point Ave Apt 4B"
