"""The mean of two models of equal structure: networks, linear models, state dicts, and dicts and arrays of weights.

The mean of two models that were fitted apart from one start is a usual way to merge them (Wortsman et al. 2022, "Model
soups"). Here both sides were loaded for the merge, so the objects of ours become the result.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

from nbmodelver.comparison.merging.dicts import SCALARS, is_plain_key
from nbmodelver.comparison.merging.merge import counted, listed
from nbmodelver.errors import NotMergeable
from nbmodelver.kinds.libraries import library_kind
from nbmodelver.kinds.names import class_name
from nbmodelver.kinds.static import module_of, mro, qualname_of, root_of

if TYPE_CHECKING:
    from collections.abc import Callable

    Average = Callable[[str, Any, Any, "Averaged"], Any]

ADAPTERS = {"torch": "torch", "sklearn": "sklearn"}
"""Library -> the file with its `average(path, ours, theirs, found) -> value`."""
DICTS = frozenset({("builtins", "dict"), ("collections", "OrderedDict")})


@dataclass
class Averaged:
    """What an average found. tensors: of which it took the mean. from_ours: what else it took from ours.

    done: id of an object of ours -> this object and its place in the result, so shared objects stay shared.
    writes: set the memory of ours to the means, after all means were computed: tensors may share memory.
    """

    tensors: int = 0
    from_ours: list[str] = field(default_factory=list)
    done: dict[int, tuple[Any, Any]] = field(default_factory=dict)
    writes: list[Callable[[], object]] = field(default_factory=list)


def average(ours: Any, theirs: Any) -> tuple[Any, str]:
    """Return the mean of two models, and a phrase that says of what. ours: changed in place; no one else may hold it.

    Raises NotMergeable if structures or shapes differ, or for a model of another kind.
    """
    found = Averaged()
    value = averaged("", ours, theirs, found)
    if not found.tensors:
        raise NotMergeable(f"it has no floating-point weights: its class is {class_name(type(ours))}")
    for write in found.writes:
        write()
    text = f"mean of ours and theirs, {counted(found.tensors, 'tensor')}"
    return value, f"{text}; {listed(found.from_ours)} from ours" if found.from_ours else text


def averaged(path: str, ours: Any, theirs: Any, found: Averaged) -> Any:
    """Return the mean of two values inside a model. path: where they are, for messages."""
    if id(ours) in found.done:
        return found.done[id(ours)][1]
    where = f" at {path}" if path else ""
    if not named_alike(type(ours), type(theirs)):
        types = f"{class_name(type(ours))} in ours, {class_name(type(theirs))} in theirs"
        raise NotMergeable(f"its type differs{where}: {types}")
    value = _averaged(path, ours, theirs, found)
    if type(ours) not in SCALARS:
        found.done[id(ours)] = ours, value
    return value


def _averaged(path: str, ours: Any, theirs: Any, found: Averaged) -> Any:
    where, cls = f" at {path}" if path else "", type(ours)
    if cls is float:
        found.tensors += 1
        return ours / 2 + theirs / 2
    if (module_of(cls), qualname_of(cls)) in DICTS:
        return _of_dicts(path, ours, theirs, found)
    if cls is list or cls is tuple:
        if len(ours) != len(theirs):
            raise NotMergeable(f"its length differs{where}: {len(ours)} in ours, {len(theirs)} in theirs")
        return cls(averaged(f"{path}[{i}]", a, b, found) for i, (a, b) in enumerate(zip(ours, theirs, strict=True)))
    if root_of(cls) == "numpy" and qualname_of(cls) == "ndarray":
        return _of_arrays(path, ours, theirs, found)
    file = next((ADAPTERS[root] for base in mro(cls) if (root := root_of(base)) in ADAPTERS), "")
    if file:
        adapter: Average = import_module(f"nbmodelver.comparison.merging.{file}").average
        return adapter(path, ours, theirs, found)
    if not path or library_kind(cls) is not None:
        raise NotMergeable(f"objects of the class {class_name(cls)} have no mean{where}")
    found.from_ours.append(path)
    return ours


def _of_dicts(path: str, ours: dict[Any, Any], theirs: dict[Any, Any], found: Averaged) -> dict[Any, Any]:
    if not all(map(is_plain_key, (*dict.keys(ours), *dict.keys(theirs)))):
        raise NotMergeable("a key is no plain value")
    only = [str(k) for k in {**ours, **theirs} if k not in ours or k not in theirs]
    if only:
        raise NotMergeable(f"only one side has {'.'.join(filter(None, (path, only[0])))}")
    found.done[id(ours)] = ours, ours
    for key in list(ours):
        ours[key] = averaged(f"{path}.{key}".lstrip("."), ours[key], theirs[key], found)
    return ours


def _of_arrays(path: str, ours: Any, theirs: Any, found: Averaged) -> Any:
    if ours.shape != theirs.shape or ours.dtype != theirs.dtype:
        where = f" at {path}" if path else ""
        forms = [f"{list(a.shape)} {a.dtype}" for a in (ours, theirs)]
        raise NotMergeable(f"its shape differs{where}: {forms[0]} in ours, {forms[1]} in theirs")
    if ours.dtype.kind not in "fc":
        found.from_ours.append(path or "array")
        return ours
    found.tensors += 1
    wide = "float64" if ours.dtype.kind == "f" and ours.dtype.itemsize < 8 else ours.dtype
    mean = (ours.astype(wide) / 2 + theirs.astype(wide) / 2).astype(ours.dtype)
    if not ours.flags.writeable:
        return mean
    found.writes.append(lambda: ours.__setitem__(..., mean))
    return ours


def named_alike(a: type, b: type) -> bool:
    """True for one class, or for two classes of one name: one class of the notebook that was loaded twice."""
    return a is b or (module_of(a), qualname_of(a)) == (module_of(b), qualname_of(b))
