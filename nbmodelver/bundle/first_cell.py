"""The first cell of a bundle's notebook: plain Python that loads the saved variables.

It needs only numpy and pandas, and does nothing if the files are absent. Against code injection, its text consists of
identifiers and generated file names; everything else is inserted as a literal or in a one-line comment.
"""

from __future__ import annotations

import keyword
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

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


@dataclass(frozen=True)
class ModelCopy:
    """A model in an open format.

    folder: of its files in the bundle. load: lines that bind `model`, see OpenModel. proof: how what was read back from
    the files agrees with the model.
    """

    name: str
    format: str
    folder: str
    load: tuple[str, ...]
    proof: str = ""


@dataclass(frozen=True)
class FirstCell:
    """What the first cell loads and prepares.

    folders: those of the bundle from which the project's modules are imported. files: path of an input file in the
    folder of the notebook -> its member.
    """

    variables: Sequence[Variable] = ()
    models: Sequence[ModelCopy] = ()
    folders: Sequence[str] = ()
    files: Mapping[str, str] = field(default_factory=dict)


def source(version: Version, first: FirstCell) -> str:
    """Return the text of the cell."""
    parts = [
        _lines(version, first.variables, first.models), _models(first.models), search_path(first.folders),
        place_files(first.files),
    ]  # fmt: skip
    return "\n".join([line for part in map(list, parts) if part for line in ("", *part)][1:])


def place_files(files: Mapping[str, str]) -> Iterator[str]:
    """Yield lines that copy the input files to where the cells read them, and never replace a file."""
    if files:
        yield "import os, shutil"
        yield f"for _path, _file in {dict(files)!r}.items():"
        yield "    if os.path.isfile(_file) and not os.path.exists(_path):"
        yield "        os.makedirs(os.path.dirname(_path) or '.', exist_ok=True)"
        yield "        shutil.copyfile(_file, _path)"


def _models(models: Sequence[ModelCopy]) -> Iterator[str]:
    """Yield lines that load models from open formats. A missing library is said, and the rest goes on."""
    for one in models:
        yield f"if os.path.isdir({one.folder!r}):"
        yield "    try:"
        yield "        import pathlib"
        yield f"        HERE = pathlib.Path({one.folder!r})"
        yield from (f"        {line}" for line in one.load)
        yield f"        {one.name} = model"
        yield "    except ImportError as _error:"
        yield f"        print({f'{one.name} was not loaded:'!r}, _error)"


def search_path(folders: Sequence[str]) -> Iterator[str]:
    """Yield lines that add these folders of the bundle to the import path."""
    if folders:
        yield "import os, sys"
        yield f"sys.path[:0] = [os.path.abspath(folder) for folder in {list(folders)!r} if os.path.isdir(folder)]"


def _lines(version: Version, variables: Sequence[Variable], models: Sequence[ModelCopy]) -> Iterator[str]:
    readable = [v for v in variables if v.is_readable]
    copied = {m.name for m in models}
    closed = [v.kept.name for v in variables if not v.is_readable and v.kept.name.isidentifier()]
    others = [name for name in closed if name not in copied]
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
