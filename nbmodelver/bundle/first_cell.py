"""The first cell of a bundle's notebook: plain Python that puts the saved variables in place.

It needs numpy and pandas only, and does nothing where the files are absent. Its text is made from names that are
identifiers and file names of ours; everything else goes in as a literal or in a comment of one line.
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
    """A kept name in a bundle. format, file: "" when no open format holds it. label: a series' own name."""

    kept: Kept
    needs_trust: bool
    format: str = ""
    file: str = ""
    label: str | int | None = None

    @property
    def is_readable(self) -> bool:
        """True when plain Python can put it in place."""
        name = self.kept.name
        return bool(self.format) and name.isidentifier() and not keyword.iskeyword(name) and not name.startswith("__")


def source(version: Version, variables: Sequence[Variable], folders: Sequence[str] = ()) -> str:
    """The cell's text. folders: where the modules of the project are imported from."""
    return "\n".join([*_lines(version, variables), *(["", *search_path(folders)] if folders else [])])


def search_path(folders: Sequence[str]) -> Iterator[str]:
    """Lines that let `import` find the modules of the project in these folders of the bundle."""
    if folders:
        yield "import os, sys"
        yield f"sys.path[:0] = [os.path.abspath(folder) for folder in {list(folders)!r} if os.path.isdir(folder)]"


def _lines(version: Version, variables: Sequence[Variable]) -> Iterator[str]:
    readable = [v for v in variables if v.is_readable]
    others = [v.kept.name for v in variables if not v.is_readable and v.kept.name.isidentifier()]
    yield f"# The saved variables of {version.name}, put in place by plain Python. Without the files this does nothing."
    if others:
        yield f"# Only nbmodelver brings these back (see README.md): {', '.join(others)}"
    yield "import os"
    for variable in readable:
        module, expression = _READ[variable.format]
        read = expression.format(file=repr(variable.file), label=repr(variable.label))
        yield ""
        yield f"if os.path.isfile({variable.file!r}):"
        yield f"    import {module}"
        yield f"    {variable.kept.name} = {read}"
