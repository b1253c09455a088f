"""The data of a kernel that a commit stores in addition to the values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbmodelver.model import Cell, ReadFile


@dataclass(frozen=True)
class CommitContext:
    """The data of a kernel that a commit stores in addition to the values.

    cells: the cells that ran since the parent version, in order. assigned: name -> index in `cells` of the last cell
    that assigned it. others: live names that are not committed. imports: name -> "module" or "module:name", see
    `core.imports.found`. session: store random state, options and working directory.
    notebook: the notebook document as JSON bytes, None if it is unknown. notebook_path: its file, "" if unknown.
    read: the files that these cells read.
    expressions: metric -> the code that measured it. probe: predictions of models, as `inspect.probes.taken` returns
    them.
    """

    cells: Sequence[Cell] = ()
    assigned: Mapping[str, int] = field(default_factory=dict)
    others: Sequence[str] = ()
    imports: Mapping[str, str] = field(default_factory=dict)
    session: bool = True
    read: Sequence[ReadFile] = ()
    notebook: bytes | None = None
    notebook_path: str = ""
    expressions: Mapping[str, str] = field(default_factory=dict)
    probe: bytes | None = None
