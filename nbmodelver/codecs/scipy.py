"""scipy.sparse matrices and arrays of all formats, by their attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import scipy.sparse

from nbmodelver.codecs.codec import Codec, State

if TYPE_CHECKING:
    from nbmodelver.codecs.memory import Memory

_CLASSES: dict[str, type] = {
    f"{fmt}_{kind}": getattr(scipy.sparse, f"{fmt}_{kind}")
    for fmt in ("bsr", "coo", "csc", "csr", "dia", "dok", "lil")
    for kind in ("matrix", "array")
}


def _take(value: Any, _memory: Memory) -> State:
    return type(value).__name__, *[x for pair in vars(value).items() for x in pair]


def _build(state: State) -> Any:
    name, *attributes = state
    cls: Any = _CLASSES[name]
    made = cls.__new__(cls)
    vars(made).update(zip(attributes[::2], attributes[1::2], strict=True))
    return made


_SPARSE = Codec("scipy.sparse", _take, _build)
_EXACT = dict.fromkeys(_CLASSES.values(), _SPARSE)

BY_TAG = {_SPARSE.tag: _SPARSE}


def find(kind: type) -> Codec | None:
    """The codec for exactly this type, or None."""
    return _EXACT.get(kind)
