"""What kind of text a file is: encoding, line ends, and a clean UTF-8 copy where it needs one."""

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from charset_normalizer import from_bytes

from regard.sources.readers.base import MAX_RECORD, STRAY, ReadError

BLOCK = 4 * 1024 * 1024
HEAD = 64 * 1024
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
NOT_TEXT = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"SQLite format 3", "a database"),
    (b"PAR1", "a Parquet file"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a rar archive"),
    (b"BZh", "a bz2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"PK\x03\x04", "a zip or office document"),
    (b"{\\rtf", "a word processor document"),
)
NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "cp1252": "Windows-1252",
    "mac_roman": "Mac Roman",
    "cp850": "DOS 850",
    "cp1250": "Windows-1250",
    "utf-16": "UTF-16",
    "utf-32": "UTF-32",
}


@dataclass(frozen=True, slots=True)
class Probe:
    """Counts over the bytes of a file. `lines` counts the last line also when no line end closes it."""

    size: int
    lines: int
    returns: int
    pairs: int
    quotes: int
    utf8: bool
    nul: bool

    @property
    def clean(self) -> bool:
        """UTF-8 with one kind of line end, LF or CRLF: a file DuckDB reads as it stands."""
        return self.utf8 and self.returns in (0, self.pairs) and self.pairs in (0, self.lines - 1, self.lines)


@dataclass(frozen=True, slots=True)
class TextFile:
    """A readable text file: `path` holds UTF-8 (with or without BOM), `encoding` is what the original was."""

    path: Path
    encoding: str
    probe: Probe
    notes: tuple[str, ...] = ()


def refuse_binary(head: bytes, name: str) -> None:
    """Raises ReadError when the first bytes are those of a known kind of file that is no table."""
    for magic, kind in NOT_TEXT:
        if head.startswith(magic):
            step = (
                "Open it and save it as .xlsx or .csv."
                if "Excel" in kind
                else "Export the data as CSV, Excel (.xlsx), JSON or XML."
            )
            raise ReadError(f"The file is {kind}, not a table", name, step)


def probe(path: Path, *, rows: bool = True) -> Probe:
    """One pass over the bytes. Where lines are rows, stops with a ReadError at one longer than `MAX_RECORD`."""
    feeds = returns = pairs = quotes = size = run = 0
    utf8, nul, last = True, False, b""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            size += len(block)
            here = block.count(b"\n")
            feeds += here
            returned = block.count(b"\r")
            if returned or last == b"\r":
                returns += returned
                pairs += block.count(b"\r\n") + (last == b"\r" and block[:1] == b"\n")
            run = 0 if here or returned else run + len(block)
            if rows and run > MAX_RECORD:
                raise _endless(path, size - run)
            quotes += block.count(b'"')
            nul = nul or b"\0" in block
            utf8 = utf8 and _decodes(decoder, block)
            last = block[-1:]
    utf8 = utf8 and _decodes(decoder, b"", final=True)
    lines = feeds + (size > 0 and last != b"\n")
    return Probe(size, lines, returns, pairs, quotes, utf8, nul)


def _endless(path: Path, start: int) -> ReadError:
    return ReadError(
        f"The file has a line of more than {MAX_RECORD // 1024**2} MB",
        f"{path.name}, from byte {start:,}",
        "A table has one row a line: check that this is the right file and that it was exported with line ends.",
    )


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes, *, final: bool = False) -> bool:
    if block.isascii() and not final and not decoder.getstate()[0]:
        return True
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


def text_file(path: Path, name: str, scratch: Path, told: str | None = None, *, rows: bool = True) -> TextFile:
    """`path` as readable text: as it stands when it is clean UTF-8, else a UTF-8 copy with LF line ends.

    `told` is the encoding a mapping names; then nothing is guessed and what does not decode is an error.
    `rows` says that lines are rows, so that an endless one is refused.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    encoding = _told(told) if told else None
    if encoding is None:
        refuse_binary(head, name)
        encoding = next((e for bom, e in BOMS if head.startswith(bom)), None) or _wide(head)
    if encoding and encoding.startswith(("utf-16", "utf-32", "utf_16", "utf_32")):
        clean = _transcode(path, scratch, encoding, name, strict=True)
        return TextFile(clean, NAMES.get(encoding, encoding), _checked(clean, name, rows=rows))
    seen = _checked(path, name, rows=rows)
    notes: tuple[str, ...] = ()
    if seen.utf8 and encoding in (None, "utf-8", "utf-8-sig", "ascii"):
        encoding = "utf-8"
    elif told is None:
        encoding, notes = _guess(path, head)
    if seen.clean and encoding == "utf-8":
        return TextFile(path, NAMES["utf-8"], seen)
    clean = _transcode(path, scratch, encoding or "utf-8", name, strict=told is not None)
    return TextFile(clean, NAMES.get(encoding or "utf-8", encoding or "utf-8"), probe(clean, rows=rows), notes)


def _checked(path: Path, name: str, *, rows: bool) -> Probe:
    seen = probe(path, rows=rows)
    if seen.nul:
        raise ReadError(
            "The file is not text: it has zero bytes in it", name, "Export the data as CSV, Excel (.xlsx), JSON or XML."
        )
    return seen


def _told(name: str) -> str:
    try:
        found = codecs.lookup(name).name
    except LookupError as error:
        raise ReadError(
            f"'{name}' is not an encoding we know",
            "encoding in [read]",
            "Write for example utf-8, cp1252 or utf-16, or leave it out.",
        ) from error
    return "utf-8-sig" if found == "utf-8" else found


def _wide(head: bytes) -> str | None:
    """UTF-16 without a byte order mark: nearly every other byte of Western text is zero."""
    if len(head) < 4:
        return None
    even, odd = head[0::2].count(0) / len(head[0::2]), head[1::2].count(0) / len(head[1::2])
    if odd > 0.4 and even < 0.05:
        return "utf-16-le"
    return "utf-16-be" if even > 0.4 and odd < 0.05 else None


def _transcode(path: Path, scratch: Path, encoding: str, name: str, *, strict: bool) -> Path:
    target = scratch / "clean.txt"
    # Single-byte Windows code pages have a few undefined bytes; those are never a reason to refuse a file.
    errors = "strict" if strict and not encoding.startswith("cp125") else STRAY
    line = 1
    try:
        with (
            path.open(encoding=encoding, errors=errors, newline=None) as source,
            target.open("w", encoding="utf-8", newline="\n") as out,
        ):
            while block := source.read(BLOCK // 4):
                out.write(block)
                line += block.count("\n")
    except (UnicodeError, ValueError) as error:
        raise ReadError(
            f"The file is not {NAMES.get(encoding, encoding)} throughout: {error}",
            f"{name}, about line {line:,}",
            "Choose another encoding, or leave it to be found out.",
        ) from error
    return target


def _guess(path: Path, head: bytes) -> tuple[str, tuple[str, ...]]:
    """The likeliest encoding of a file that is not valid UTF-8, and sentences that say it is a guess."""
    sample = _high_lines(path, head)
    wide = len(re.findall(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}", sample))
    stray = sum("\udc80" <= c <= "\udcff" for c in sample.decode("utf-8", "surrogateescape"))
    if wide > stray:
        return "utf-8", ("A few bytes are not UTF-8 like the rest; they were read as Windows-1252.",)
    if _mostly_runs(sample):
        best = from_bytes(sample).best()
        if best is not None and best.encoding not in ("ascii", "utf_8"):
            found = best.encoding
            return found, (f"Read as {found}: a guess. Choose another encoding if letters look wrong.",)
    found = max(("cp1252", "mac_roman", "cp850", "cp1250"), key=lambda e: _plausible(sample, e))
    return found, (f"Read as {NAMES[found]}: a guess. Choose another encoding if letters look wrong.",)


def _high_lines(path: Path, head: bytes) -> bytes:
    """Up to 64 KB of lines with a non-ASCII byte, from the first 64 MB."""
    found, size = [], 0
    with path.open("rb") as file:
        for line in iter(lambda: file.readline(HEAD), b""):
            if not line.isascii():
                found.append(line)
                size += len(line)
            if size > HEAD or file.tell() > 64 * 1024 * 1024:
                break
    return b"".join(found) or head


def _mostly_runs(sample: bytes) -> bool:
    """True when non-ASCII bytes come in runs, as in Greek, Cyrillic or Japanese; accents stand alone."""
    runs = [len(r) for r in re.findall(rb"[\x80-\xff]+", sample)]
    return sum(r for r in runs if r > 2) > 0.8 * sum(runs) > 0


_WEST = frozenset("äöüßÄÖÜéèêëÉÈÊËàâáãåæÀÂÁÃÅÆçÇîïíìÎÏÍôóòõøœÔÓÒÕØŒûùúÛÙÚñÑÿ")
_EAST = frozenset("ąćęłńóśźżĄĆĘŁŃÓŚŹŻáčďéěíňřšťúůýžÁČĎÉĚÍŇŘŠŤÚŮÝŽőűŐŰöüÖÜäÄăâîşţßëç")
_MARKS = frozenset(
    "“”‘’„–—…•€£°§®©™«»²³½·´\u00a0¿¡ºª"  # noqa: RUF001
)
_INNER = frozenset("’‘´–\u00a0·")  # noqa: RUF001


def _plausible(sample: bytes, encoding: str) -> int:
    """How much like words and punctuation the sample is in a single-byte encoding."""
    text = sample.decode(encoding, "replace")
    letters = _EAST if encoding == "cp1250" else _WEST
    score = 0
    for found in re.finditer(r"[^\x00-\x7f]", text):
        char, before, after = found[0], text[found.start() - 1 : found.start()], text[found.end() : found.end() + 1]
        inside = before.isalpha() and after.isalpha()
        if char in letters:
            score += -1 if inside and char.isupper() and before.islower() else 1
        else:
            score += 1 if char in _MARKS and (not inside or char in _INNER) else -2
    return score
