"""matplotlib: corrects a side effect of its pickling."""

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
    """Its own reduction, with the counter restored.

    Pickling takes a number from the counter of the registry, so every figure would look changed after a commit.
    """
    state = registry.__getstate__()
    registry._cid_gen = itertools.count(state["_cid_gen"])
    return copyreg.__newobj__, (type(registry),), state  # type: ignore[attr-defined]


_PLAIN = (bool, int, float, str, type(None))


def take_session() -> dict[str, Any]:
    """The `rcParams` that differ from the defaults and are plain data, without the backend."""
    default = matplotlib.rcParamsDefault
    changed = {k: v for k, v in matplotlib.rcParams.items() if k != "backend" and v != default[k] and _is_plain(v)}
    return {"rcParams": changed}


def restore_session(state: dict[str, Any]) -> None:
    """Restore the settings of `take_session`; all others get their defaults."""
    then = {k: v for k, v in state["rcParams"].items() if k in matplotlib.rcParams}
    now = take_session()["rcParams"]
    matplotlib.rcParams.update({k: matplotlib.rcParamsDefault[k] for k in now if k not in then} | then)


def _is_plain(value: Any) -> bool:
    return type(value) in _PLAIN or (type(value) in (list, tuple) and all(type(v) in _PLAIN for v in value))


def find(_kind: type) -> Codec | None:
    """None: figures are pickled."""
    return None


def helper(kind: type) -> Helper | None:
    """The preferred pickle reduction for values of this type, or None."""
    return _reduce_registry if kind is CallbackRegistry else None


BY_TAG: dict[str, Codec] = {}
