"""Where a store finds parts that it lacks: at its remotes, if it has any.

The room `remote/` is above `repo/`, and every process that opens a store must find lazily cloned values: kernels, the
command line, child processes, `nbmodelver.load`. So the module that knows remotes is named here, and imported only when
a part is missing in a store with remotes (docs/decisions/0019).
"""

from __future__ import annotations

import time
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.model import ObjectId, Progress
    from nbmodelver.store.elsewhere import Elsewhere
    from nbmodelver.store.index import Place
    from nbmodelver.store.refs import Refs

MODULE = "nbmodelver.remote.attach"
"""Has `parts_of(store) -> Elsewhere`."""

FRESH_S = 1.0
"""How long the answer "there is no remote" counts; another process may add one."""


class _Module(Protocol):
    def parts_of(self, store: object) -> Elsewhere: ...


class RemotePartsOf:
    """The parts of the remotes of one store, as `Elsewhere`. Costs nothing until a part is missing.

    store: the `OpenStore`, which owns this object. refs: those of the store.
    """

    def __init__(self, store: object, refs: Refs) -> None:
        self._store, self._refs = store, refs
        self._parts: Elsewhere | None = None
        self._looked_at = -FRESH_S

    def place(self, id_: ObjectId) -> Place | None:
        """Return where the part is at a remote, or None."""
        found = self._found()
        return None if found is None else found.place(id_)

    def prepare(self, ids: Sequence[ObjectId], progress: Progress | None = None) -> None:
        """Bring what these parts need."""
        found = self._found() if ids else None
        if found is not None:
            found.prepare(ids, progress)

    def look_again(self) -> None:
        """Look for remotes and what they have at the next use."""
        self._parts, self._looked_at = None, -FRESH_S

    def _found(self) -> Elsewhere | None:
        if self._parts is None and time.monotonic() - self._looked_at >= FRESH_S:
            self._looked_at = time.monotonic()
            if self._refs.readable("remotes/")[0]:
                self._parts = cast("_Module", import_module(MODULE)).parts_of(self._store)
        return self._parts
