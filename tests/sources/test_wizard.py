"""The wizard's answers and mappings: any mapping opens in the form and comes out as it was."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regard.sources.mapping import Column, Mapping, MappingError, Target, When
from regard.sources.targets import REQUIRED, TARGETS, WORDS, fillable
from regard.sources.wizard import (
    ASIDE,
    DETAIL,
    KEEP,
    LEAVE,
    NOT_TOLD,
    Draft,
    draft_of,
    extras_of,
    mapping_of,
    missing,
    worded_columns,
)

COLUMNS = ("Id", "opened", "Closed On", "kind", "who", "e mail", "ward", "time")
sources = st.sampled_from(COLUMNS).map(lambda name: name.upper())
texts = st.sampled_from(["a", "Phone", "web", "x y"])
conditions = st.builds(When, sources, st.lists(texts, max_size=2).map(tuple))
whens = st.none() | conditions | st.builds(When, sources, told=st.just(False), also=conditions)


@st.composite
def columns_of(draw: st.DrawFn, into: str, name: str) -> Column:
    """How one target column may be filled."""
    words = WORDS.get((into, name))
    word = st.sampled_from(words) if words else texts
    if draw(st.booleans()) and draw(st.booleans()):
        return Column(constant=draw(word), when=draw(whens))
    return Column(
        columns=tuple(draw(st.lists(sources, min_size=1, max_size=2, unique=True))),
        formats=draw(st.sampled_from([(), ("%d.%m.%Y",)])),
        values=draw(st.dictionaries(texts, word | st.just(""), max_size=2)),
        otherwise=draw(st.none() | word | st.sampled_from([KEEP, ""])),
        blanks=draw(st.sampled_from([(), ("0",)])),
        when=draw(whens),
    )


@st.composite
def targets(draw: st.DrawFn) -> Target:
    into = draw(st.sampled_from(TARGETS))
    names = draw(st.lists(st.sampled_from(fillable(into)), unique=True, max_size=4))
    names = list(dict.fromkeys([*names, "key", "person_name", *REQUIRED[into]]))
    columns = {name: draw(columns_of(into, name)) for name in names}
    details = draw(st.dictionaries(st.sampled_from(["ward", "note", "other"]), sources, max_size=2))
    return Target(into, columns, details, draw(st.sampled_from(["row", "distinct"])), draw(whens))


def _usable(made: Mapping) -> Mapping | None:
    try:
        return Mapping.from_toml(made.to_toml())
    except MappingError:
        return None


raw_mappings = st.builds(
    Mapping,
    st.just("csb"),
    st.just("CSB"),
    st.just("America/Chicago"),
    st.lists(targets(), min_size=1, max_size=2).map(tuple),
    st.sampled_from([None, "dmy"]),
    st.just(("NA", "")),
)


@settings(max_examples=150)
@given(raw_mappings.map(_usable).filter(lambda made: made is not None))
def test_any_mapping_comes_out_of_the_form_as_it_went_in(mapping: Mapping) -> None:
    draft = draft_of(mapping, COLUMNS)
    again = mapping_of(draft, COLUMNS)
    assert again == mapping
    assert again.to_toml() == mapping.to_toml()  # the same text: saving it makes no new version


# --- answers that are changed


CASE = Mapping(
    "csb",
    "CSB",
    "America/Chicago",
    (
        Target(
            "case",
            {
                "key": Column(("Id",)),
                "received_at": Column(("opened",), formats=("%d.%m.%Y",)),
                "channel": Column(("kind",), values={"tel": "phone", "old": "letter"}, otherwise="other"),
                "unit": Column(constant="Permits"),
            },
            details={"Ward number": "ward"},
        ),
    ),
    "dmy",
)


def changed(mapping: Mapping = CASE, **becomes: str) -> Draft:
    draft = draft_of(mapping, COLUMNS)
    return replace(
        draft, becomes=dict(draft.becomes) | {name.replace("_", " "): word for name, word in becomes.items()}
    )


def test_each_column_has_its_answer() -> None:
    draft = draft_of(CASE, COLUMNS)
    assert draft.becomes["Id"] == "key"
    assert draft.becomes["ward"] == DETAIL
    assert draft.becomes["who"] == LEAVE
    assert draft.fixed == {"unit": "Permits"}
    assert draft.otherwise == {"channel": "other"}
    assert extras_of(CASE, COLUMNS) == []


def test_a_column_keeps_its_formats_while_it_becomes_the_same() -> None:
    made = mapping_of(changed(who="person_name"), COLUMNS).targets[0].columns
    assert made["received_at"].formats == ("%d.%m.%Y",)
    assert made["person_name"] == Column(("who",))
    moved = mapping_of(changed(opened="closed_at", Closed_On="received_at"), COLUMNS).targets[0].columns
    assert moved["received_at"] == Column(("Closed On",))
    assert moved["closed_at"].formats == ()


def test_two_columns_that_become_the_same_are_joined() -> None:
    made = mapping_of(changed(time="received_at"), COLUMNS).targets[0].columns["received_at"]
    assert made == Column(("opened", "time"))


def test_values_the_form_did_not_show_stay() -> None:
    draft = replace(
        draft_of(CASE, COLUMNS), values={"channel": {"TEL": "counter", "new": "web", "x": ASIDE, "-": NOT_TOLD}}
    )
    made = mapping_of(draft, COLUMNS).targets[0].columns["channel"]
    assert made.values == {"tel": "counter", "old": "letter", "new": "web", "-": ""}


@pytest.mark.parametrize(("answer", "told"), [(ASIDE, None), (NOT_TOLD, ""), (KEEP, KEEP), ("web", "web")])
def test_what_other_values_become(answer: str, told: str | None) -> None:
    draft = replace(draft_of(CASE, COLUMNS), otherwise={"channel": answer})
    assert mapping_of(draft, COLUMNS).targets[0].columns["channel"].otherwise == told


def test_our_own_words_need_no_table() -> None:
    draft = replace(
        changed(kind=LEAVE, who="channel"), values={"channel": {"Phone": "phone", "web": "web"}}, otherwise={}
    )
    assert mapping_of(draft, COLUMNS).targets[0].columns["channel"] == Column(("who",))


def test_a_column_wins_over_the_same_value_for_every_row() -> None:
    assert mapping_of(changed(who="unit"), COLUMNS).targets[0].columns["unit"] == Column(("who",))


def test_details_keep_their_names_and_never_share_one() -> None:
    made = mapping_of(changed(who=DETAIL), COLUMNS).targets[0].details
    assert made == {"Ward number": "ward", "who": "who"}
    clash = replace(CASE, targets=(replace(CASE.targets[0], details={"who": "ward"}),))
    assert mapping_of(changed(clash, who=DETAIL), COLUMNS).targets[0].details == {"who": "ward", "who_": "who"}


def test_extras_are_said_in_words_and_can_be_taken_out() -> None:
    grain = replace(CASE.targets[0], columns={**CASE.targets[0].columns, "subject": Column(("kind",))})
    contact = Target("contact", {"started_at": Column(("opened",)), "channel": Column(constant="phone")})
    mapping = replace(CASE, targets=(replace(grain, when=When("time", ("now",))), contact))
    words = [extra.words for extra in extras_of(mapping, COLUMNS)]
    assert words == [
        "Subject: from column kind",
        "Only rows in which column time is “now”",
        "A contact as well (from opened, “phone”)",
    ]
    kept = mapping_of(replace(draft_of(mapping, COLUMNS), extras=frozenset({1})), COLUMNS)
    assert "subject" not in kept.targets[0].columns
    assert kept.targets[0].when == When("time", ("now",))
    assert len(kept.targets) == 1


def test_other_rows_leave_behind_what_was_about_the_old_ones() -> None:
    grain = replace(CASE.targets[0], when=When("time", ("now",)))
    draft = draft_of(replace(CASE, targets=(grain,)), COLUMNS)
    contact = replace(draft, into="contact", becomes={"opened": "started_at"}, values={}, otherwise={}, fixed={})
    assert mapping_of(contact, COLUMNS).targets == (Target("contact", {"started_at": Column(("opened",))}),)


def test_what_is_missing_is_said_in_plain_words() -> None:
    draft = changed(opened=LEAVE)
    assert missing(draft, COLUMNS) == ["When it came in"]
    with pytest.raises(MappingError, match="Nothing says yet: when it came in"):
        mapping_of(draft, COLUMNS)
    person = Draft("csb", "CSB", "UTC", "identity", becomes={"Id": "key"})
    with pytest.raises(MappingError, match="Nothing says yet who it is"):
        mapping_of(person, COLUMNS)


def test_a_word_that_is_none_is_refused() -> None:
    draft = replace(draft_of(CASE, COLUMNS), values={"channel": {"x": "pigeon"}})
    with pytest.raises(MappingError, match="“pigeon” is no word for channel"):
        mapping_of(draft, COLUMNS)
    with pytest.raises(MappingError, match="Column who cannot become “score” in a case"):
        mapping_of(changed(who="score"), COLUMNS)


def test_columns_with_closed_words() -> None:
    assert worded_columns(changed(who="status")) == {"channel": ["kind"], "status": ["who"]}
