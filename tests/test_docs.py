"""The documents are true: commands can be typed, links lead somewhere, references name what the code knows."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import click
import pytest

from regard.config import cli
from regard.config.home import ROOT
from regard.customers.access import ANSWER_SUBJECT, LOOK_UP, REVIEW, SET_TRUST
from regard.goals.access import WRITE
from regard.measures.definitions import CATALOGUE
from regard.measures.views.asking import REFRESHERS
from regard.office import actions as office
from regard.office.models import Standard
from regard.office.roles import ANY_ROLE, DESK_ROLES, Role
from regard.records.actors import System
from regard.records.views import READERS
from regard.sources import access as sources
from regard.sources.mapping import Mapping
from regard.sources.mapping_parts import DATE_FORMATS, DATE_ORDERS, DIRECTIVES, Column, Target
from regard.sources.readers.base import FORMATS, ReadOptions
from regard.sources.targets import COLUMNS, MADE, REQUIRED, TARGETS, WORDS
from regard.voice import access as voice
from tests import documents
from tests.documents import DOCS, CommandLine, coded, section, table_rows

MAPPINGS, COMMANDS = "docs/mappings.md", "docs/commands.md"
PATH = re.compile(r"`((?:src|tests|docs|bench|examples|deps)/[\w./*-]+)`")
SCREENSHOTS = DOCS / "screenshots"

every_document = pytest.mark.parametrize("path", documents.documents(), ids=documents.name_of)


# --- documents ---------------------------------------------------------------------------------------


@every_document
def test_every_link_leads_somewhere(path: Path):
    for link in documents.links_of(path):
        target, _, anchor = link.partition("#")
        there = (path.parent / target).resolve() if target else path
        assert there.exists(), f"{link} leads nowhere"
        if anchor:
            assert anchor in documents.anchors_of(there), f"{link}: no such heading"


@every_document
def test_every_file_that_is_named_exists(path: Path):
    for named in PATH.findall(path.read_text()):
        assert list(ROOT.glob(named.rstrip("/"))), f"there is no {named}"


@every_document
def test_nothing_speaks_of_one_machine(path: Path):
    assert not re.findall(r"/(?:work|root|home)/\w+|pypi\.org|npmjs|pythonhosted", path.read_text())


def test_every_document_can_be_reached_from_the_readme():
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        path = waiting.pop()
        if path in reached:
            continue
        reached.add(path)
        targets = [(path.parent / link.partition("#")[0]).resolve() for link in documents.links_of(path)]
        waiting += [target for target in targets if target.suffix == ".md"]
    assert reached == set(documents.documents())


def test_documents_that_the_code_names_exist():
    for file in [*(ROOT / "src").rglob("*.py"), *(ROOT / "src").rglob("*.html")]:
        for named in re.findall(r"docs/[\w/-]+\.md", file.read_text()):
            assert (ROOT / named).exists(), f"{file} speaks of {named}"


def test_decisions_are_numbered_and_listed():
    files = sorted((DOCS / "adr").glob("[0-9]*.md"))
    numbers = [int(file.name[:4]) for file in files]
    assert len(numbers) == len(set(numbers))  # blocks of numbers are set aside for work that goes on side by side
    listed = documents.text_of("docs/adr/README.md")
    for file in files:
        number, title = re.match(r"# (\d+)\. (.*)", file.read_text()).groups()
        assert f"- [{number}. {title}]({file.name})" in listed
        assert re.findall(r"^## (.*)$", file.read_text(), re.MULTILINE) == ["Context", "Decision", "Consequences"]


def test_the_changelog_knows_this_version():
    version = tomllib.loads(documents.text_of("pyproject.toml"))["project"]["version"]
    assert f"## [{version}]" in documents.text_of("CHANGELOG.md")


def test_screenshots_are_light_and_shown():
    shown = "".join(path.read_text() for path in documents.documents())
    for picture in SCREENSHOTS.glob("*"):
        assert picture.stat().st_size < 300_000, f"{picture.name} is too heavy"
        assert f"screenshots/{picture.name}" in shown, f"no document shows {picture.name}"


# --- commands ----------------------------------------------------------------------------------------


def every_command() -> Iterator[tuple[str, click.Command]]:
    """Every command that can be typed, by its words."""

    def below(path: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
        if isinstance(command, click.Group):
            for name, each in command.commands.items():
                yield from below(f"{path} {name}", each)
        else:
            yield path, command

    for name in cli.REGISTRY:
        yield from below(f"regard {name}", cli.load(name))


def test_every_command_is_listed_with_options_that_exist():
    known = dict(every_command())
    told = {coded(row[0])[0]: row[1] for row in table_rows(documents.text_of(COMMANDS))}
    assert set(told) == set(known)
    for path, about in told.items():
        options = {option for option in coded(about) if option.startswith("--")}
        assert options <= {opt for parameter in known[path].params for opt in parameter.opts}, path


def lines() -> list[CommandLine]:
    return [line for line in documents.command_lines() if "..." not in line.words and "COMMAND" not in line.words]


def test_there_are_command_lines_to_try():
    assert len(lines()) > 30


@pytest.mark.parametrize("line", lines(), ids=lambda line: f"{line.where}: {' '.join(line.words)}")
def test_every_command_line_can_be_typed(line: CommandLine):
    command, rest = resolved(line.words)
    if line.words[-1] in {"--help", "-h"} or isinstance(command, click.Group):
        assert rest in ([], ["--help"]) or (rest and rest[-1] == "--help")
        return
    with click.Context(command, info_name=" ".join(line.words), **command.context_settings) as context:
        try:
            told, left, _ = command.make_parser(context).parse_args(list(rest))
        except click.BadOptionUsage:
            return  # the line only names an option, and leaves its value out
    assert left == []
    for parameter in command.params:
        value = told.get(parameter.name)
        if isinstance(parameter.type, click.Choice) and isinstance(value, str | list | tuple):
            assert (
                {value} <= {*parameter.type.choices}
                if isinstance(value, str)
                else {*value} <= {*parameter.type.choices}
            )


def resolved(words: tuple[str, ...]) -> tuple[click.Command, list[str]]:
    """The command that a line calls, and its arguments."""
    if words[0] == "./run":
        return cli.load("serve"), list(words[1:])
    command: click.Command = cli.regard
    rest = list(words[1:])
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        found = command.get_command(click.Context(command), rest[0])
        assert found is not None, f"there is no command {rest[0]}"
        command, rest = found, rest[1:]
    return command, rest


# --- mappings ----------------------------------------------------------------------------------------


def keys(heading: str) -> set[str]:
    return {name for row in table_rows(section(MAPPINGS, heading)) for name in coded(row[0])}


def test_every_key_of_a_mapping_is_explained():
    assert keys("The top") == {f.name for f in fields(Mapping)} - {"targets"} | {"target"}
    assert keys("`[read]`: how the file is read") == {f.name for f in fields(ReadOptions)}
    assert keys("Targets") == {f.name for f in fields(Target)}
    assert keys("Columns") == {f.name for f in fields(Column)} | {"column"}


def test_every_format_is_explained():
    told = section(MAPPINGS, "Dates")
    assert {name for row in table_rows(told) for name in coded(row[0])} == set(DATE_FORMATS)
    codes = next(cell for row in table_rows(told) for cell in coded(row[1]) if cell.count("%") > 9)
    assert {code[1] for code in codes.split()} == DIRECTIVES - {"%"}
    assert set(FORMATS) <= set(coded(section(MAPPINGS, "`[read]`: how the file is read")))
    assert set(DATE_ORDERS) <= set(coded(section(MAPPINGS, "The top")))


@pytest.mark.parametrize("target", TARGETS)
def test_every_column_of_a_target_is_explained(target: str):
    shared = {"key", "as_of", *MADE} | {name for name in COLUMNS["identity"] if name.startswith("person_")}
    rows = table_rows(section(MAPPINGS, target))
    told = {name for row in rows for name in coded(row[0])}
    wanted = set(COLUMNS[target]) - shared
    if target == "order":
        wanted -= set(COLUMNS["case"])
    assert told == wanted
    needed = set(re.findall(r"\*\*`(\w+)`\*\*", section(MAPPINGS, target)))
    assert needed == set(REQUIRED[target])


def test_what_all_targets_share_is_explained():
    told = {name for row in table_rows(section(MAPPINGS, "Every target")) for name in coded(row[0])}
    assert told == set(COLUMNS["case"]) & {"key", "as_of"}
    people = {
        coded_name
        for row in table_rows(section(MAPPINGS, "The person, in every target"))
        for coded_name in coded(row[0])
    }
    assert people == {name for name in COLUMNS["identity"] if name.startswith("person_")}


def test_every_closed_word_is_told():
    told = {}
    for row in table_rows(section(MAPPINGS, "Closed words")):
        name = coded(row[0])[0]
        of = re.search(r"of (?:an )?(event|feedback)", row[0])
        told[(of[1] if of else "", name)] = set(coded(row[1]))
    for (target, name), words in WORDS.items():
        assert told.get((target, name)) or told[("", name)] == set(words), (target, name)
    assert {name for _, name in told} == {name for _, name in WORDS}


def test_every_reason_for_quarantine_is_told():
    told = {name for row in table_rows(section(MAPPINGS, "What ends in quarantine")) for name in coded(row[0])}
    folder = ROOT / "src" / "regard" / "sources"
    code = "".join(file.read_text() for file in folder.rglob("*.py"))
    assert all(f'"{name}"' in code or f"'{name}'" in code for name in told)
    assert set(re.findall(r"'code', '(\w+)'", code)) <= told


@every_document
def test_toml_is_toml_and_mappings_are_mappings(path: Path):
    for language, text in documents.code_blocks(path):
        if language == "toml":
            told = tomllib.loads(text) if text.count("when = ") < 2 else {}
            if "silo" in told:
                assert Mapping.from_toml(text).silo == told["silo"]


@pytest.mark.parametrize("file", sorted((ROOT / "examples" / "mappings").glob("*.toml")), ids=lambda file: file.stem)
def test_the_examples_are_mappings(file: Path):
    assert Mapping.from_toml(file.read_text()).targets


@pytest.mark.django_db
def test_the_example_of_an_office_file_can_be_loaded():
    (text,) = (text for language, text in documents.code_blocks(DOCS / "office-file.md") if language == "toml")
    loaded = office.load_office(by=System("a test"), told=tomllib.loads(text))
    assert (loaded.office.name, set(loaded.units), set(loaded.services)) == (
        "Elm County",
        {"elm", "permits"},
        {"FENCE"},
    )
    assert loaded.units["permits"].lead == loaded.staff["bo.fox@elm.example"]


def test_every_key_of_an_office_file_is_explained():
    told = {key for row in table_rows(documents.text_of("docs/office-file.md")) for key in coded(row[1])}
    code = documents.text_of("src/regard/office/actions/loading.py")
    read = {
        name for pair in re.findall(r'(?:entry|head|top)(?:\["(\w+)"\]|\.get\("(\w+)")', code) for name in pair if name
    }
    assert told == (read | {*Standard.Stage.values}) - {"persona"}  # a persona is of the demo office alone


# --- measures and access -----------------------------------------------------------------------------


def test_the_catalogue_is_told():
    told = {coded(row[1])[0]: (row[0], row[2]) for row in table_rows(section("docs/measures.md", "The catalogue"))}
    assert told == {slug: (definition.title, definition.group) for slug, definition in CATALOGUE.items()}


def test_the_table_of_roles_is_what_the_pages_declare():
    wanted = {
        "Today, Cases, a case: look": ANY_ROLE,
        "Work on cases, log contacts, reply": DESK_ROLES,
        "Customers: look up, register, add facts": LOOK_UP,
        "Voice: log, answer, see private links": voice.HANDLE,
        "Voice: publish what was changed": voice.PUBLISH,
        "Customers: review pairs, merge, split, take back": REVIEW,
        "Customers: answer what is held of them": ANSWER_SUBJECT,
        "Customers: say how far a source is trusted": SET_TRUST,
        "Voice: build surveys": voice.ASK,
        "Voice: read": ANY_ROLE,
        "Sources: look": sources.LOOK,
        "Sources: import, map, correct rows": sources.CHANGE,
        "Measures and the dashboard": ANY_ROLE,
        "Measures: refresh the figures": REFRESHERS,
        "Goals: read": ANY_ROLE,
        "Goals: write, activate, enter, say what was found": WRITE,
        "Records: the audit trail": READERS,
        "Office: units, people, services, opening hours": (Role.ADMINISTRATOR,),
    }
    text = section("docs/access.md", "What each role includes")
    heading = re.search(r"^\| page \| (.*) \|$", text, re.MULTILINE)[1].split(" | ")
    assert heading == [label.lower() for label in Role.labels]
    told = {}
    for line in re.findall(r"^\| ([A-Z].*?) \|(.*)\|$", text, re.MULTILINE):
        cells = [cell.strip() for cell in line[1].split("|")]
        told[line[0]] = {role for role, cell in zip(Role, cells, strict=True) if cell == "yes"}
    assert told == {page: set(roles) for page, roles in wanted.items()}


# --- the handbook ------------------------------------------------------------------------------------

SHOWN = [*(ROOT / "src").rglob("*.html"), *(ROOT / "src").rglob("*.py")]
WORDS_OF_PAGES = "\n".join(file.read_text() for file in SHOWN)
#: Emphasis that is no word of a page.
EMPHASIS = {"like this", "before", "Only paused"}


@pytest.mark.parametrize("path", sorted((DOCS / "handbook").glob("*.md")), ids=lambda path: path.stem)
def test_pages_and_buttons_are_called_what_they_are_called(path: Path):
    text = " ".join(re.sub(r"`[^`]*`", "", documents.prose_of(path)).split())
    named = {words.strip() for pair in re.findall(r"\*\*(.+?)\*\*|\*(.+?)\*", text) for words in pair if words}
    headings = {words for words in named if words[-1] in '.?"'}  # what stands before an explanation
    unknown = {w for w in named - headings - EMPHASIS if w.replace("&", "&amp;") not in WORDS_OF_PAGES}
    assert not unknown


def test_the_handbook_has_a_page_for_each_role_and_none_is_long():
    pages = {path.stem for path in (DOCS / "handbook").glob("*.md")} - {"README"}
    assert pages == {label.lower().replace(" ", "-") for label in Role.labels}
    for path in (DOCS / "handbook").glob("*.md"):
        assert len(path.read_text().splitlines()) <= 80, path.name
