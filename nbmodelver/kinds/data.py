"""What is data and no hyperparameter: a text of more than 200 characters, and a container of more than 50 plain members
of one shape (a vocabulary, a list of labels, rows of a table).
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
"""So many members are looked at, so that a commit does not depend on sizes."""
NUMBERS = (bool, int, float, complex)
SHAPES: tuple[tuple[type, ...], ...] = (
    NUMBERS, (str,), (bytes, bytearray), (list, tuple, deque), (set, frozenset), (dict,),
)  # fmt: skip


def is_data(value: Any) -> bool:
    """True for a long text, and for a container of many plain members of one shape. Runs none of the value's code."""
    cls = type(value)
    if cls is str or cls is bytes or cls is bytearray:
        return len(value) > MAX_TEXT
    found = _counted(value)
    if found is None or found[0] <= MOST_MEMBERS:
        return False
    shapes = {_shape(m) for m in islice(found[1], LOOK_AT) if m is not None}
    return len(shapes) == 1 and None not in shapes


def _counted(value: Any) -> tuple[int, Iterable[Any]] | None:
    """How many members a container has, and these; of a dictionary of any class its values. Nothing is copied."""
    cls = type(value)
    if any(cls is c for c in (list, tuple, set, frozenset, deque)):
        return len(value), value
    if any(b is dict for b in mro(cls)):
        return dict.__len__(value), dict.values(value)
    return None


def members_of(value: Any) -> Any:
    """The value as a built-in container that may be asked for its length and members; None for anything else."""
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
    """The number of the plain shape that a member has; None when it is not plain."""
    cls = type(member)
    for i, shape in enumerate(SHAPES):
        if any(cls is c for c in shape):
            return i
    numpy_number = any(module_of(b) == "numpy" and qualname_of(b) == "number" for b in mro(cls))
    return 0 if numpy_number else None


def described(value: Any) -> dict[str, Json]:
    """The profile of data: how much of what, and how it begins."""
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
