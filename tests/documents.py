"""Reading the project's documents: their text, links, tables, code and command lines."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from regard.config.home import ROOT

DOCS = ROOT / "docs"
_FENCE = re.compile(r"^([ ]*)```(\w*)\n(.*?)^[ ]*```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[(?:[^\]\\]|\\.)*\]\(([^)\s]+)\)")
_ASSIGNMENT = re.compile(r"[A-Z_]+=\S*")


def documents() -> list[Path]:
    """Every document that people read."""
    return [*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md"))]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def prose_of(path: Path) -> str:
    """The document without its blocks of code."""
    return _FENCE.sub("", path.read_text(encoding="utf-8"))


def code_blocks(path: Path) -> Iterator[tuple[str, str]]:
    """(language, text) of every fenced block."""
    for _, language, text in _FENCE.findall(path.read_text(encoding="utf-8")):
        yield language, text


def links_of(path: Path) -> list[str]:
    """Where the document's links and pictures lead, hosts elsewhere left out."""
    prose = re.sub(r"`[^`]*`", "`code`", prose_of(path))
    return [target for target in _LINK.findall(prose) if "://" not in target and not target.startswith("mailto:")]


def anchors_of(path: Path) -> set[str]:
    """The names under which a document's headings can be reached, made as the usual viewers make them."""
    found: set[str] = set()
    for heading in re.findall(r"^#+ (.*)$", prose_of(path), re.MULTILINE):
        slug = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        number = 0
        while (name := slug if not number else f"{slug}-{number}") in found:
            number += 1
        found.add(name)
    return found


def section(name: str, heading: str) -> str:
    """The text under a heading (given without #), up to the next one of its level or above."""
    text = text_of(name)
    start = re.search(rf"^(#+) {re.escape(heading)}$", text, re.MULTILINE)
    assert start, f"{name} has no section '{heading}'"
    rest = text[start.end() :]
    end = re.search(rf"^#{{1,{len(start[1])}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def table_rows(text: str) -> list[list[str]]:
    """The cells of all rows of all tables, headings left out."""
    rows = []
    for table in re.findall(r"(?:^\|.*\|\n)+", text + "\n", re.MULTILINE):
        lines = table.strip().splitlines()
        rows += [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]
    return rows


def coded(cell: str) -> list[str]:
    """The words of a cell that stand as code."""
    return re.findall(r"`([^`]+)`", cell)


@dataclass(frozen=True)
class CommandLine:
    """A line that a reader may type: where it stands, and its words, without what the shell takes for itself."""

    where: str
    words: tuple[str, ...]


def command_lines() -> list[CommandLine]:
    """Every ./run, ./regard and `regard ...` of the documents."""
    found = []
    for path in documents():
        text = path.read_text(encoding="utf-8").replace("\\\n", " ")
        inline = re.findall(r"`((?:[A-Z_]+=\S+ )*(?:\./run|(?:\./)?regard) [^`]+)`", text.replace("\n", " "))
        blocks = [
            line.strip() for line in text.splitlines() if re.match(r"\s*(?:[A-Z_]+=\S+ )*\./(?:run|regard)\b", line)
        ]
        found += [CommandLine(name_of(path), words) for line in [*inline, *blocks] if (words := _words(line))]
    return found


def _words(line: str) -> tuple[str, ...]:
    words = shlex.split(line, comments=True)
    while words and _ASSIGNMENT.fullmatch(words[0]):
        words.pop(0)
    for number, word in enumerate(words):
        if word in {">", ">>", "|", "&&", ";"}:
            words = words[:number]
            break
    return tuple(words)
