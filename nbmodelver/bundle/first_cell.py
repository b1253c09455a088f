"""The first cell of a bundle's notebook: plain Python that loads the saved variables.

It needs only numpy and pandas, and does nothing if the files are absent. Against code injection, its text consists of
identifiers and generated file names; everything else is inserted as a literal or in a one-line comment.
"""

from __future__ import annotations

import keyword
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nbmodelver.model import Kept, Version

_READ = {
    "json": ("json, pathlib", "json.loads(pathlib.Path({file}).read_text('utf-8'))"),
    "npy": ("numpy", "numpy.load({file}, allow_pickle=False)"),
    "parquet": ("pandas", "pandas.read_parquet({file})"),
    "parquet-series": ("pandas", "pandas.read_parquet({file})['value'].rename({label})"),
}


@dataclass(frozen=True)
class Variable:
    """A kept name in a bundle. format, file: "" if no open format can represent it. label: the name of a Series."""

    kept: Kept
    needs_trust: bool
    format: str = ""
    file: str = ""
    label: str | int | None = None

    @property
    def is_readable(self) -> bool:
        """True if the first cell can load it."""
        name = self.kept.name
        return bool(self.format) and name.isidentifier() and not keyword.iskeyword(name) and not name.startswith("__")


def source(version: Version, variables: Sequence[Variable], folders: Sequence[str] = ()) -> str:
    """Return the text of the cell. folders: those from which the project's modules are imported."""
    return "\n".join([*_lines(version, variables), *(["", *search_path(folders)] if folders else [])])


def search_path(folders: Sequence[str]) -> Iterator[str]:
    """Yield lines that add these folders of the bundle to the import path."""
    if folders:
        yield "import os, sys"
        yield f"sys.path[:0] = [os.path.abspath(folder) for folder in {list(folders)!r} if os.path.isdir(folder)]"


def _lines(version: Version, variables: Sequence[Variable]) -> Iterator[str]:
    readable = [v for v in variables if v.is_readable]
    others = [v.kept.name for v in variables if not v.is_readable and v.kept.name.isidentifier()]
    yield f"# Loads the saved variables of {version.name} with plain Python. Does nothing without the files."
    if others:
        yield f"# Only nbmodelver can restore these (see README.md): {', '.join(others)}"
    yield "import os"
    for variable in readable:
        module, expression = _READ[variable.format]
        read = expression.format(file=repr(variable.file), label=repr(variable.label))
        yield ""
        yield f"if os.path.isfile({variable.file!r}):"
        yield f"    import {module}"
        yield f"    {variable.kept.name} = {read}"
