"""matplotlib: its own pickling, which leaves a trace in the figure, without that trace."""

from __future__ import annotations

import copyreg
import itertools
from typing import TYPE_CHECKING, Any

from matplotlib.cbook import CallbackRegistry

if TYPE_CHECKING:
    from nbmodelver.codecs.memory import Memory
    from nbmodelver.codecs.protocol import Codec, Helper


def _reduce_registry(registry: Any, _memory: Memory) -> Any:
    """As it says itself; but that takes a number from its counter, and every figure looked changed by its commit."""
    state = registry.__getstate__()
    registry._cid_gen = itertools.count(state["_cid_gen"])
    return copyreg.__newobj__, (type(registry),), state  # type: ignore[attr-defined]


def find(_kind: type) -> Codec | None:
    """None: figures go through pickle."""
    return None


def helper(kind: type) -> Helper | None:
    """A better pickle reduction for values of this type, or None."""
    return _reduce_registry if kind is CallbackRegistry else None


BY_TAG: dict[str, Codec] = {}
