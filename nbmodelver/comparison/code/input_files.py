"""The files that cells read: which of them differ between two versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.model import Row, Section

if TYPE_CHECKING:
    from nbmodelver.model import InputFile, Status, Version

_DIGITS = 8


def inputs_section(before: Version, after: Version) -> Section:
    """Return a section of the input files that differ, or that only one version read. Equal ones are left out."""
    old, new = ({i.path: i for i in version.inputs} for version in (before, after))
    rows = []
    for path in dict.fromkeys([*old, *new]):
        status = _status(old.get(path), new.get(path))
        if status != "same":
            rows.append(Row((path, _described(old.get(path)), _described(new.get(path))), status))
    return Section("inputs", "Input files", ("file", "before", "after"), tuple(rows))


def _status(old: InputFile | None, new: InputFile | None) -> Status:
    if old is None or new is None:
        return "added" if old is None else "removed"
    is_same = old.digest == new.digest if old.digest and new.digest else old == new
    return "same" if is_same else "changed"


def _described(file: InputFile | None) -> str | None:
    if file is None:
        return None
    return f"{file.size_bytes:,} bytes, {file.digest[:_DIGITS] or 'content not known'}"
