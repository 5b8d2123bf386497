"""Packed files (gz, zip) written out beside the import, with limits that a bomb cannot pass."""

import gzip
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from regard.sources.readers.base import MAX_UNPACKED, ReadError

BLOCK = 1024 * 1024
MAX_RATIO = 250
"""Unpacked to packed size. Repetitive exports reach 60; a bomb has over 1,000."""
RATIO_FROM = 32 * 1024 * 1024
"""Below this size the ratio does not matter: a small file may be all blanks."""
BOMB_STEP = "If the file is genuine, unpack it yourself and import the parts."


@dataclass(frozen=True, slots=True)
class Unpacked:
    """The file to read, and its name as the sender gave it (the suffix tells the format)."""

    path: Path
    name: str


def unpacked(path: Path, scratch: Path, member: str | None = None) -> Unpacked:
    """`path` itself, or the file inside it written to `scratch`. Workbooks (also zips) stay as they are.

    Raises ReadError for a bomb, a broken or locked archive, or a zip with several files and no `member`.
    """
    with path.open("rb") as file:
        magic = file.read(4)
    if magic[:2] == b"\x1f\x8b":
        name = path.name.removesuffix(".gz")
        return Unpacked(_write(_gunzip(path), scratch / "unpacked", path.stat().st_size, path.name), name)
    if magic == b"PK\x03\x04":
        return _from_zip(path, scratch, member)
    return Unpacked(path, path.name)


def open_zip(path: Path) -> zipfile.ZipFile:
    """The zip at `path`, or a ReadError that says what is wrong with it."""
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError) as error:
        raise ReadError(
            "The file is a broken or cut-off zip or workbook", path.name, "Ask for the file again, or save it again."
        ) from error
    if any(info.flag_bits & 1 for info in archive.infolist()):
        archive.close()
        raise ReadError("The file is locked with a password", path.name, "Save it without a password.")
    return archive


def blocks_of(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """The unpacked content of one member, in blocks; ReadError when it is damaged."""
    try:
        with archive.open(info) as stream:
            yield from _blocks(stream)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise ReadError(
            "The file is damaged inside",
            f"{info.filename} in {archive.filename}",
            "Ask for the file again, or save it again.",
        ) from error


def counted(blocks: Iterator[bytes], packed_size: int, where: str, limit: int = MAX_UNPACKED) -> Iterator[bytes]:
    """`blocks`, stopped with a ReadError when they grow past the limit or past any honest ratio."""
    total = 0
    for block in blocks:
        total += len(block)
        if total > limit:
            raise ReadError(f"The file unpacks to more than {limit // 1024**2:,} MB", where, BOMB_STEP)
        if total > RATIO_FROM and total > packed_size * MAX_RATIO:
            raise ReadError("The file unpacks to far more than it holds: it looks like a bomb", where, BOMB_STEP)
        yield block


def _blocks(stream: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
    while block := stream.read(BLOCK):
        yield block


def _gunzip(path: Path) -> Iterator[bytes]:
    try:
        with gzip.open(path) as stream:
            yield from _blocks(stream)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ReadError(
            "The gz file is cut off or damaged", path.name, "Ask for the file again: none of it was read."
        ) from error


def _from_zip(path: Path, scratch: Path, member: str | None) -> Unpacked:
    with open_zip(path) as archive:
        names = archive.namelist()
        if "[Content_Types].xml" in names or "mimetype" in names:
            return Unpacked(path, path.name)
        info = _member(archive, path, member)
        blocks = blocks_of(archive, info)
        packed = min(info.compress_size, path.stat().st_size)  # the header may lie
        target = _write(blocks, scratch / "unpacked", packed, f"{info.filename} in {path.name}")
        return Unpacked(target, Path(info.filename).name)


def _member(archive: zipfile.ZipFile, path: Path, member: str | None) -> zipfile.ZipInfo:
    files = [
        i
        for i in archive.infolist()
        if not i.is_dir() and not i.filename.startswith("__MACOSX/") and not Path(i.filename).name.startswith(".")
    ]
    if not files:
        raise ReadError("The zip is empty", path.name, "Ask for the file again.")
    chosen = [i for i in files if i.filename == member] if member else files
    if len(chosen) == 1:
        return chosen[0]
    listed = ", ".join(i.filename for i in files[:10])
    raise ReadError(
        f"The zip holds {len(files)} files",
        f"{path.name}: {listed}",
        "Choose one of them as 'sheet', or import them one by one.",
    )


def _write(blocks: Iterator[bytes], target: Path, packed_size: int, where: str) -> Path:
    free = shutil.disk_usage(target.parent).free
    with target.open("wb") as out:
        for block in counted(blocks, packed_size, where, min(MAX_UNPACKED, max(0, free - 64 * BLOCK))):
            out.write(block)
    return target
