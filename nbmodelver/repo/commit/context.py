"""What a kernel knows beside the values that are committed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbmodelver.model import Cell


@dataclass(frozen=True)
class CommitContext:
    """What the kernel knows beside the values.

    cells: that ran since the parent, in order. assigned: name -> index into `cells` of the one that last assigned it.
    others: live names that are not part of the commit. imports: what `import` bound names to, see imports.found.
    session: keep the random state and the like.
    notebook: the notebook document as JSON bytes, if it is known.
    """

    cells: Sequence[Cell] = ()
    assigned: Mapping[str, int] = field(default_factory=dict)
    others: Sequence[str] = ()
    imports: Mapping[str, str] = field(default_factory=dict)
    session: bool = True
    notebook: bytes | None = None
    notebook_path: str = ""
