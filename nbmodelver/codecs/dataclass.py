"""Dataclasses of the notebook: the arguments of `@dataclass`, and applying it to a rebuilt class.

The methods that `@dataclass` generates are not stored: they use private names of the standard library and differ
between Python versions. The class is rebuilt with its own members, and `dataclasses.dataclass` is applied in place.
"""

from __future__ import annotations

import dataclasses
import inspect
import types
import typing
import weakref
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_OPTIONS = ("init", "repr", "eq", "order", "unsafe_hash", "frozen")
_WRITTEN = {
    "init": ("__init__",),
    "repr": ("__repr__",),
    "eq": ("__eq__",),
    "order": ("__lt__", "__le__", "__gt__", "__ge__"),
    "frozen": ("__setattr__", "__delattr__"),
}
_ALWAYS = ("__dataclass_fields__", "__dataclass_params__", "__match_args__")
_FROM_LIBRARY = ("dataclasses", "reprlib")
_FIELD_OPTIONS = ("init", "repr", "hash", "compare", "kw_only")

_waiting: weakref.WeakKeyDictionary[type, list[tuple[type, Mapping[str, Any], Mapping[str, Any]]]] = (
    weakref.WeakKeyDictionary()
)
"""Base class that is not a dataclass yet -> the classes below it that wait for its fields."""


def is_dataclass(cls: type) -> bool:
    """True for a class that `@dataclass` was applied to directly, not only to a base."""
    return "__dataclass_fields__" in vars(cls) and "__dataclass_params__" in vars(cls)


def spec(cls: Any) -> dict[str, Any]:
    """The arguments of `apply`: the options of the decorator, the class's own fields, and the bases that have fields.

    options {name: bool}, fields [(name, type, kind, options)] with kind "", "class" or "init", slots (whether
    `@dataclass` made them), bases (classes).
    """
    params = cls.__dataclass_params__
    options = {name: bool(getattr(params, name)) for name in _OPTIONS}
    options["match_args"] = "__match_args__" in vars(cls)
    annotated = vars(cls).get("__annotations__", {})
    fields = [
        (name, field.type, _kind(cls, field), _field_options(field))
        for name, field in cls.__dataclass_fields__.items()
        if name in annotated
    ]
    found: dict[str, Any] = {"options": options, "fields": fields, "slots": _has_slots(cls)}
    if bases := [base for base in cls.__mro__[1:] if is_dataclass(base)]:
        found["bases"] = bases
    return found


def _has_slots(cls: Any) -> bool:
    """True if `@dataclass(slots=True)` made the slots. Python 3.11 exposes this for frozen classes only."""
    if getattr(cls.__dataclass_params__, "slots", False):
        return True
    return _module(vars(cls).get("__getstate__")) == "dataclasses"


def written_by_decorator(cls: Any) -> set[str]:
    """Names of the members that `@dataclass` generates."""
    params = cls.__dataclass_params__
    own = vars(cls)
    names = {name for option, names in _WRITTEN.items() if getattr(params, option) for name in names}
    found = {name for name in (*names, "__hash__", "__replace__") if _is_written(own.get(name))}
    if "__eq__" in found and own.get("__hash__", ()) is None:
        found.add("__hash__")
    found.update(name for name in ("__getstate__", "__setstate__") if _module(own.get(name)) == "dataclasses")
    return found | {name for name in _ALWAYS if name in own}


def _is_written(member: Any) -> bool:
    if not isinstance(member, types.FunctionType):
        return False
    return member.__code__.co_filename == "<string>" or member.__globals__.get("__name__") in _FROM_LIBRARY


def _module(member: Any) -> str:
    return getattr(member, "__module__", "") or ""


def _kind(cls: Any, field: Any) -> str:
    """The kind of a field: "class" for a `ClassVar`, "init" for an `InitVar`, "" for a normal field."""
    if any(field is own for own in dataclasses.fields(cls)):
        return ""
    is_init = isinstance(field.type, dataclasses.InitVar) or field.type is dataclasses.InitVar
    if isinstance(field.type, str):
        is_init = field.name in inspect.signature(cls.__init__).parameters
    return "init" if is_init else "class"


def _field_options(field: Any) -> dict[str, Any]:
    found = {name: getattr(field, name) for name in _FIELD_OPTIONS}
    for name in ("default", "default_factory"):
        if (value := getattr(field, name)) is not dataclasses.MISSING:
            found[name] = value
    if field.metadata:
        found["metadata"] = dict(field.metadata)
    return found


def apply(cls: Any, spec: Mapping[str, Any], members: Mapping[str, Any]) -> None:
    """Make a rebuilt class a dataclass in place, now or as soon as its bases are dataclasses."""
    missing = next((base for base in spec.get("bases", ()) if not is_dataclass(base)), None)
    if missing is not None:
        _waiting.setdefault(missing, []).append((cls, spec, members))
        return
    own = vars(cls)
    annotations = own.get("__annotations__")
    slots = {name: m for name, m in own.items() if isinstance(m, types.MemberDescriptorType)}
    cls.__annotations__ = dict(_annotations(spec))
    for name, _, _, options in spec["fields"]:
        type.__setattr__(cls, name, dataclasses.field(**{k: v for k, v in options.items() if _is_known(k)}))
    known = inspect.signature(dataclasses.dataclass).parameters
    dataclasses.dataclass(**{k: v for k, v in spec["options"].items() if k in known})(cls)
    _give_back(cls, annotations, slots, members, spec)
    for waiting in _waiting.pop(cls, ()):
        apply(*waiting)


def _is_known(option: str) -> bool:
    return option in inspect.signature(dataclasses.field).parameters


def _annotations(spec: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the annotations for `@dataclass`; a string that means `ClassVar` or `InitVar` is resolved."""
    for name, kind, role, _ in spec["fields"]:
        if isinstance(kind, str) and role:
            yield name, typing.ClassVar if role == "class" else dataclasses.InitVar(typing.cast("type", kind))
        else:
            yield name, kind


def _give_back(
    cls: Any, annotations: Any, slots: Mapping[str, Any], members: Mapping[str, Any], spec: Mapping[str, Any]
) -> None:
    if annotations is not None:
        cls.__annotations__ = annotations
    for name, kind, _, _ in spec["fields"]:
        cls.__dataclass_fields__[name].type = kind
        if name in slots:
            type.__setattr__(cls, name, slots[name])
        elif name in members:
            type.__setattr__(cls, name, members[name])
        elif name in vars(cls):
            type.__delattr__(cls, name)
    if spec["slots"]:
        if hasattr(cls.__dataclass_params__, "slots"):  # Since Python 3.12.
            cls.__dataclass_params__.slots = True
        if spec["options"]["frozen"]:
            like = dataclasses.make_dataclass("Like", [], frozen=True, slots=True)
            for name in ("__getstate__", "__setstate__"):
                if name not in vars(cls):
                    type.__setattr__(cls, name, vars(like)[name])
