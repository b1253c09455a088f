"""What a bundle of a version would contain, with sizes, before it is written. Pickled values are not loaded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver.errors import NotLoadable
from nbmodelver.repo.transfer import portable

if TYPE_CHECKING:
    from nbmodelver.model import InputFile, Kept, Progress, Version
    from nbmodelver.repo import Repo

MOST_LOADED_BYTES = 64 << 20
"""Larger values are not converted: their format follows from their type, and their size is that in memory."""

PROBABLE_FORMATS = {"numpy.ndarray": "npy", "pandas.DataFrame": "parquet", "pandas.Series": "parquet-series"}


@dataclass(frozen=True)
class EstimatedVariable:
    """One variable of the bundle.

    format: the open format in which it is written as well, "" without one. file_bytes: of that file, 0 without one.
    is_exact: format and file_bytes are those of the file, and not estimated. secret: position and reason of a secret,
    "" without one. problem: why the value cannot be loaded here, "" if it can. together: the variables that share
    objects with it, itself included: they are exported together.
    """

    kept: Kept
    needs_trust: bool
    together: tuple[str, ...]
    format: str = ""
    file_bytes: int = 0
    is_exact: bool = True
    secret: str = ""
    problem: str = ""


@dataclass(frozen=True)
class EstimatedModule:
    """A module of the project. secret: position and reason of a secret, "" without one."""

    path: str
    size_bytes: int
    secret: str = ""


@dataclass(frozen=True)
class Estimate:
    """The content of a bundle that is not written yet.

    group_bytes: raw bytes of the exact copies of all variables, at most what they take in the bundle. packages: the
    number of distributions in the environment. inputs: the files that cells read.
    """

    version: Version
    variables: tuple[EstimatedVariable, ...]
    modules: tuple[EstimatedModule, ...]
    cells: int
    notebook_bytes: int
    packages: int
    group_bytes: int
    inputs: tuple[InputFile, ...] = ()


def estimated(repo: Repo, version: Version, progress: Progress | None = None) -> Estimate:
    """Return what a bundle of a version would contain. Raises Damaged, MissingPart."""
    found = []
    for number, name in enumerate(sorted(version.kept), 1):
        found.append(_variable(repo, version, name))
        if progress is not None:
            progress(number, len(version.kept), "reading the variables")
    stored = repo.modules_of(version).files
    cells = portable.cells_so_far(repo, version)
    document = repo.notebook(version)
    listed = repo.environment(version).get("packages")
    return Estimate(
        version,
        tuple(found),
        tuple(EstimatedModule(path, len(source), portable.secret_in(path, source)) for path, source in stored.items()),
        len(cells),
        len(document) if document is not None else sum(len(cell.source.encode()) for cell in cells),
        len(listed) if isinstance(listed, dict) else 0,
        sum(group.size_bytes for group in (*version.groups, *version.definitions)),
        version.inputs,
    )


def _variable(repo: Repo, version: Version, name: str) -> EstimatedVariable:
    kept, group = version.kept[name], version.group_of(name)
    if group.pickled:
        return EstimatedVariable(kept, True, group.names)
    if group.size_bytes > MOST_LOADED_BYTES:
        form = PROBABLE_FORMATS.get(kept.type, "")
        return EstimatedVariable(kept, False, group.names, form, kept.size_bytes if form else 0, is_exact=False)
    try:
        value = portable.plain_value(repo, version, name)
    except NotLoadable as error:
        return EstimatedVariable(kept, False, group.names, problem=error.message)
    secret, found = portable.secret_in(name, value), portable.in_open_format(value)
    if found is None:
        return EstimatedVariable(kept, False, group.names, secret=secret)
    return EstimatedVariable(kept, False, group.names, found.format, len(found.data), secret=secret)
