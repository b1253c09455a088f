"""Validation of the fields of a version: a record from another source can hold JSON of any type."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from nbmodelver.model import KINDS, is_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbmodelver.model import InputFile, Version


def invalid_fields(version: Version) -> Iterator[str]:
    """Yield a description of each field whose type is not that of the model, which views, queries and loads require."""
    if not _all(dict, version.params, version.metrics, version.imports) or not _all(dict, version.kept):
        yield "a table of parameters, metrics, imports or names"
        return
    for kept in version.kept.values():
        fine = kept.kind in KINDS and _all(str, kept.type, *kept.notes) and is_id(kept.digest)
        if not fine or not _count(kept.size_bytes) or not _count(kept.cell or 0):
            yield f"the entry of '{kept.name}'"
    yield from _bad_groups(version)
    yield from invalid_labels(version)
    documents = (version.cells, version.environment, version.notebook, version.probe, version.session)
    if not all(s is None or is_id(s) for s in documents):
        yield "an id"
    if not all(map(_is_input, version.inputs)):
        yield "an input file"
    if not all(_all(str, s.name, s.path, s.reason) for s in version.skipped):
        yield "a name that was not kept"
    git = version.git
    if git is not None and not (_all(str, git.commit, git.branch) and type(git.dirty) is bool):
        yield "the Git checkout"


def invalid_labels(version: Version) -> Iterator[str]:
    """The same for all fields except names and groups. Fast enough to run before each write."""
    texts = (version.branch, version.message, version.note, version.author, version.saved_at_utc, version.auto)
    if not _all(str, *texts, version.notebook_path, *version.others, *version.parents, *version.params):
        yield "a text"
    if not _all(str, *version.imports, *version.imports.values()):
        yield "a text"
    if any(type(k) is not str or type(v) not in (int, float) for k, v in version.metrics.items()):
        yield "a metric"
    if type(version.directions) is not dict or not _all(str, *version.directions, *version.directions.values()):
        yield "the direction of a metric"
    if type(version.expressions) is not dict or not _all(str, *version.expressions, *version.expressions.values()):
        yield "the expression of a metric"
    if not _all(str, *version.roles, *(r for roles in version.roles.values() for r in roles), *version.given_roles):
        yield "the role of a name"
    if not all(_count(n) for n in (version.number, version.raw_bytes, version.new_bytes)):
        yield "a number"
    if type(version.duration_s) not in (int, float) or not math.isfinite(version.duration_s):
        yield "a number"


def _bad_groups(version: Version) -> Iterator[str]:
    for group in (*version.groups, *version.definitions):
        fine = is_id(group.recipe) and _count(group.size_bytes) and _all(bool, group.pickled)
        if not fine or not _all(str, *group.names, *group.classes):
            yield "a group"


def _is_input(file: InputFile) -> bool:
    fine = _all(str, file.path, file.digest, file.reason) and _count(file.size_bytes) and _all(bool, file.is_kept)
    return fine and (is_id(file.digest) or not (file.digest or file.is_kept))


def _all(kind: type, *values: object) -> bool:
    return all(type(value) is kind for value in values)


def _count(value: object) -> bool:
    return type(value) is int and 0 <= value < 1 << 62
