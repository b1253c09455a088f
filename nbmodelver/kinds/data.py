"""Distinguishes data from hyperparameters.

Data is a text of more than 200 characters, or a container of more than 50 plain members of one type (a vocabulary, a
list of labels, rows of a table).
"""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, Any

from nbmodelver.kinds.jsonable import MAX_TEXT, scalar
from nbmodelver.kinds.static import module_of, mro, qualname_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbmodelver.model import Json

MOST_MEMBERS = 50
LOOK_AT = 2_000
"""Number of members that are inspected. This bound keeps the cost of a commit independent of the size of a value."""
NUMBERS = (bool, int, float, complex)
SHAPES: tuple[tuple[type, ...], ...] = (
    NUMBERS, (str,), (bytes, bytearray), (list, tuple, deque), (set, frozenset), (dict,),
)  # fmt: skip


def is_data(value: Any) -> bool:
    """True for a long text and for a container of many plain members of one type. Runs none of the value's code."""
    cls = type(value)
    if cls is str or cls is bytes or cls is bytearray:
        return len(value) > MAX_TEXT
    found = _counted(value)
    if found is None or found[0] <= MOST_MEMBERS:
        return False
    shapes = {_shape(m) for m in islice(found[1], LOOK_AT) if m is not None}
    return len(shapes) == 1 and None not in shapes


def _counted(value: Any) -> tuple[int, Iterable[Any]] | None:
    """The number of members of a container, and an iterable of them (of a dict: its values), without a copy."""
    cls = type(value)
    if any(cls is c for c in (list, tuple, set, frozenset, deque)):
        return len(value), value
    if any(b is dict for b in mro(cls)):
        return dict.__len__(value), dict.values(value)
    return None


def members_of(value: Any) -> Any:
    """The value as a built-in container whose length and members may be read; None for anything else."""
    cls = type(value)
    if any(cls is c for c in (list, tuple, dict, set, frozenset, deque)):
        return value
    bases = mro(cls)
    if any(b is dict for b in bases):
        return dict.copy(value)
    return None


def _values(members: Any) -> Iterable[Any]:
    return members.values() if type(members) is dict else members


def _shape(member: Any) -> int | None:
    """The number of the plain type of a member; None if it is not plain."""
    cls = type(member)
    for i, shape in enumerate(SHAPES):
        if any(cls is c for c in shape):
            return i
    numpy_number = any(module_of(b) == "numpy" and qualname_of(b) == "number" for b in mro(cls))
    return 0 if numpy_number else None


def described(value: Any) -> dict[str, Json]:
    """The profile of data: its length, the types of its members, and its first members."""
    if isinstance(value, str | bytes | bytearray):
        text = value if isinstance(value, str) else bytes(value[:MAX_TEXT]).decode("latin-1")
        return {"characters" if isinstance(value, str) else "bytes": len(value), "begins": _short(text)}
    members = members_of(value)
    of = {type(m).__name__: None for m in islice(_values(members), LOOK_AT)}
    first = [_short(m) for m in islice(members, 3)]
    return {"length": len(members), "of": ", ".join(of), "begins": ", ".join(map(str, first))}


def _short(value: Any) -> Json:
    text = scalar(value)
    return f"{text[:40]}…" if isinstance(text, str) and len(text) > 41 else text
