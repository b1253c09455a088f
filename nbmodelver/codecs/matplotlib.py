"""matplotlib: its own pickling, which leaves a trace in the figure, without that trace."""

from __future__ import annotations

import copyreg
import itertools
from typing import TYPE_CHECKING, Any

import matplotlib
from matplotlib.cbook import CallbackRegistry

if TYPE_CHECKING:
    from nbmodelver.codecs.codec import Codec, Helper
    from nbmodelver.codecs.memory import Memory


def _reduce_registry(registry: Any, _memory: Memory) -> Any:
    """As it says itself; but that takes a number from its counter, and every figure looked changed by its commit."""
    state = registry.__getstate__()
    registry._cid_gen = itertools.count(state["_cid_gen"])
    return copyreg.__newobj__, (type(registry),), state  # type: ignore[attr-defined]


_PLAIN = (bool, int, float, str, type(None))


def take_session() -> dict[str, Any]:
    """The settings (`rcParams`) that differ from the defaults and are plain data, without the backend."""
    default = matplotlib.rcParamsDefault
    changed = {k: v for k, v in matplotlib.rcParams.items() if k != "backend" and v != default[k] and _is_plain(v)}
    return {"rcParams": changed}


def restore_session(state: dict[str, Any]) -> None:
    """Put the settings of `take_session` back; what was not changed then gets its default."""
    then = {k: v for k, v in state["rcParams"].items() if k in matplotlib.rcParams}
    now = take_session()["rcParams"]
    matplotlib.rcParams.update({k: matplotlib.rcParamsDefault[k] for k in now if k not in then} | then)


def _is_plain(value: Any) -> bool:
    return type(value) in _PLAIN or (type(value) in (list, tuple) and all(type(v) in _PLAIN for v in value))


def find(_kind: type) -> Codec | None:
    """None: figures go through pickle."""
    return None


def helper(kind: type) -> Helper | None:
    """A better pickle reduction for values of this type, or None."""
    return _reduce_registry if kind is CallbackRegistry else None


BY_TAG: dict[str, Codec] = {}
