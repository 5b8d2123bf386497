"""XML as a bounded stream of start, text and end, for readers that keep only what they need.

Built on expat, with what makes XML dangerous switched off: document types and entities are refused (so
no entity can expand), nesting is limited, and so is the size of one text or tag.
"""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import NoReturn
from xml.parsers import expat  # nosec: the dangerous parts are refused below

from regard.sources.readers.base import MAX_RECORD, ReadError

BLOCK = 64 * 1024
MAX_DEPTH = 64
Start = tuple[str, str, dict[str, str]]
"""("start", local name, attributes by their name without prefix)"""
End = tuple[str, str, str]
"""("end", local name, text directly inside the element)"""


class BrokenXmlError(Exception):
    """The document breaks off or is not well formed at `line`."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(line, reason)
        self.line, self.reason = line, reason


class _Collector:
    """Turns expat's calls into a list of events, block by block."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.events: list[Start | End] = []
        self._texts: list[list[str]] = []
        self._held = 0
        self.quiet = 0
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse
        self.parser.ExternalEntityRefHandler = self._refuse
        self.parser.UnparsedEntityDeclHandler = self._refuse

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self._texts) >= MAX_DEPTH:
            raise ReadError(
                f"The XML is nested more than {MAX_DEPTH} deep", self._where(), "Check that this is the right file."
            )
        self.quiet = 0
        self._texts.append([])
        self.events.append(("start", _local(tag), {_local(k): v for k, v in attributes.items()}))

    def _end(self, tag: str) -> None:
        self.quiet = 0
        text = "".join(self._texts.pop())
        self._held -= len(text)
        self.events.append(("end", _local(tag), text))

    def _text(self, text: str) -> None:
        self._held += len(text)
        if self._held > MAX_RECORD:
            raise ReadError(
                f"A text in the XML is longer than {MAX_RECORD // 1024**2} MB",
                self._where(),
                "Check that this is the right file.",
            )
        self._texts[-1].append(text)

    def _refuse(self, *_: object) -> NoReturn:
        raise ReadError(
            "The XML declares entities or a document type, which can hide an attack",
            self._where(),
            "Export the file without a DOCTYPE.",
        )

    def _where(self) -> str:
        return f"{self.name}, line {self.parser.CurrentLineNumber:,}"


@lru_cache(4096)
def _local(tag: str) -> str:
    return tag.rpartition(" ")[2]


def events(path: Path, name: str) -> Iterator[Start | End]:
    """Start and end of every element, in order. Raises BrokenXmlError, or ReadError for what is refused."""
    collector = _Collector(name)
    parser = collector.parser
    with path.open("rb") as file:
        try:
            while block := file.read(BLOCK):
                collector.quiet += len(block)
                parser.Parse(block, False)  # noqa: FBT003 - expat takes it by position only
                yield from collector.events
                collector.events.clear()
                if collector.quiet > MAX_RECORD:
                    raise ReadError(
                        f"A tag in the XML is longer than {MAX_RECORD // 1024**2} MB",
                        name,
                        "Check that this is the right file.",
                    )
            parser.Parse(b"", True)  # noqa: FBT003
        except expat.ExpatError as error:
            yield from collector.events
            raise BrokenXmlError(parser.CurrentLineNumber, expat.errors.messages[error.code]) from error
        except (ValueError, LookupError) as error:  # an encoding expat does not know
            raise ReadError(f"The XML cannot be decoded: {error}", name, "Save it as UTF-8.") from error
        yield from collector.events
