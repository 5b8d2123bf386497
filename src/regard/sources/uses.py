"""What a mapping reads of a file: each source column, and what becomes of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from regard.sources.mapping import Column, Mapping


@dataclass(frozen=True, slots=True)
class Use:
    """One thing that a source column becomes: a column of a target, or a detail under its plain name."""

    target: str
    name: str
    is_detail: bool = False


def uses_of(mapping: Mapping) -> dict[str, list[Use]]:
    """Source column -> what it becomes, in the order of the mapping."""
    found: dict[str, list[Use]] = {}
    for target in mapping.targets:
        for name, column in target.columns.items():
            for source in column.columns:
                found.setdefault(source, []).append(Use(target.into, name))
        for name, source in target.details.items():
            found.setdefault(source, []).append(Use(target.into, name, is_detail=True))
    return found


def source_columns(mapping: Mapping) -> list[str]:
    """Every column that the mapping reads, those of its conditions included."""
    found = dict.fromkeys(uses_of(mapping))
    for target in mapping.targets:
        conditions = [target.when, *(column.when for column in target.columns.values())]
        found |= dict.fromkeys(part.column for when in conditions if when is not None for part in when.parts)
    return list(found)


def sources_of(mapping: Mapping, named: str) -> list[str]:
    """The source columns that a reason for quarantine names: one of the file's, several joined, or a word of ours."""
    known = {" ".join(name.split()).casefold(): name for name in source_columns(mapping)}
    parts = [part.strip() for part in named.split(" + ")]
    found = [known[key] for part in parts if (key := " ".join(part.split()).casefold()) in known]
    return found or list(dict.fromkeys(_told_as(mapping, named)))


def _told_as(mapping: Mapping, name: str) -> Iterator[str]:
    for target in mapping.targets:
        column: Column | None = target.columns.get(name)
        if column is not None:
            yield from column.columns
