"""What a stranger's notebook is for the lane: its cells as they ran, its files, and what a re-run has to say of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Content = str | bytes | Callable[[], bytes]


@dataclass(frozen=True)
class Notebook:
    """A notebook, and the right result of its re-run.

    cells: sources in the order of execution. ids: of the cells that ran; the same id twice is one cell that was edited
    or run again; empty: one cell for each source. document: ids that are left in the document, in its order; None for
    all. files: path -> content, made before the first cell. metrics: name -> code. answers: to `input()`. variables: of
    the environment of the first run. later: files that are written (or removed: None) after the export.

    of_store: the version runs again in its own folder, not from a bundle. options: of `nbmodelver rerun`. needs:
    modules without which it cannot run. quick: `make test` runs it too.

    verdict: of the whole. items: name -> verdict and a pattern of the cause; "(tested)" at its end for a tested one.
    Every other item has to be bit-identical. absent: names that have no item. ended: a pattern of the early end, ""
    for none. lacks: patterns; each gap of the record has to be one of them. runs: how often it may run, at most.
    """

    name: str
    cells: tuple[str, ...]
    verdict: str = "bit-identical"
    items: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    ids: tuple[str, ...] = ()
    document: tuple[str, ...] | None = None
    files: Mapping[str, Content] = field(default_factory=dict)
    metrics: Mapping[str, str] = field(default_factory=dict)
    answers: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    web: Literal["", "counts", "ends"] = ""
    later: Mapping[str, Content | None] = field(default_factory=dict)
    of_store: bool = False
    options: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    quick: bool = False
    absent: tuple[str, ...] = ()
    ended: str = ""
    lacks: tuple[str, ...] = ()
    runs: int = 3

    @property
    def named_cells(self) -> list[tuple[str, str]]:
        """The id and the source of each run of a cell."""
        return list(zip(self.ids or [f"c{at}" for at in range(1, len(self.cells) + 1)], self.cells, strict=True))


def content(value: Content) -> bytes:
    """The bytes of a file."""
    return value.encode() if isinstance(value, str) else value if isinstance(value, bytes) else value()
