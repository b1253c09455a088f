"""Classes of msgspec.Struct in the notebook, made again by `defstruct`, because their metaclass lays out the slots.

Functions are set later, as for every class. Only `__post_init__` has to exist when the class is made, so a placeholder
forwards to it. Instances are pickled as a call of their class, which runs `__post_init__` again; its effect on the
fields is reverted.
"""

from __future__ import annotations

import types
from typing import TYPE_CHECKING, Any

import msgspec

from nbmodelver.codecs import rebuild

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbmodelver.codecs.codec import Codec, Helper
    from nbmodelver.codecs.memory import Memory

BY_TAG: dict[str, Codec] = {}
_META: Any = type(msgspec.Struct)
_FACTORY = "factory"
_OPTIONS = (
    "frozen", "eq", "order", "array_like", "gc", "repr_omit_defaults", "omit_defaults", "weakref", "dict", "cache_hash",
    "tag", "tag_field", "forbid_unknown_fields",
)  # fmt: skip
_GIVEN = {"__module__", "__slots__", "__dict__", "__weakref__"}


def find(_kind: type) -> Codec | None:
    """None: instances are pickled by msgspec."""
    return None


def helper(kind: type) -> Helper | None:
    """The reduction for struct classes, and for instances with a `__post_init__`."""
    if issubclass(kind, _META):
        return _reduce_class
    cls: Any = kind
    ours = issubclass(cls, msgspec.Struct) and cls.__reduce__ is msgspec.Struct.__reduce__
    return _reduce_instance if ours and hasattr(cls, "__post_init__") else None


def _reduce_instance(value: Any, _memory: Memory) -> Any:
    fields = {name: getattr(value, name) for name in type(value).__struct_fields__}
    return *value.__reduce__(), (fields, dict(getattr(value, "__dict__", ()))), None, None, set_fields


def set_fields(value: Any, state: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """Restore the fields and attributes of an instance."""
    for name, field in state[0].items():
        msgspec.structs.force_setattr(value, name, field)
    if state[1]:
        value.__dict__.update(state[1])


def _reduce_class(cls: Any, _memory: Memory) -> Any:
    own = dict(vars(cls))
    options = {name: getattr(cls.__struct_config__, name) for name in _OPTIONS}
    fields = tuple(_fields(cls, own.get("__annotations__", {})))
    options["kw_only"] = bool(fields) and fields[0][0] not in cls.__match_args__
    members = {
        name: member
        for name, member in own.items()
        if name not in _GIVEN and not isinstance(member, types.MemberDescriptorType)
    }
    named = (cls.__name__, cls.__qualname__, cls.__module__)
    made_of = (named, cls.__bases__, fields, options, "__post_init__" in own)
    return make_struct, made_of, {"members": members}, None, None, rebuild.class_state


def _fields(cls: Any, annotations: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Yield name, type, encoded name, and the default if there is one: (value,) or (factory, "factory")."""
    defaults = cls.__struct_defaults__
    given = dict(zip(cls.__struct_fields__[len(cls.__struct_fields__) - len(defaults) :], defaults, strict=True))
    names = dict(zip(cls.__struct_fields__, cls.__struct_encode_fields__, strict=True))
    for name, kind in annotations.items():
        if name in names:
            default = given.get(name, msgspec.NODEFAULT)
            is_factory = type(default).__name__ == "Factory" and type(default).__module__ == _META.__module__
            said = () if default is msgspec.NODEFAULT else (default.factory, _FACTORY) if is_factory else (default,)
            yield name, kind, names[name], said


def make_struct(
    named: tuple[str, str, str],
    bases: tuple[type, ...],
    fields: tuple[tuple[Any, ...], ...],
    options: dict[str, Any],
    has_post_init: bool,
) -> Any:
    """A class of structs without its functions. named: name, qualified name, module."""
    name, qualname, module = named
    given = [(field, kind, _default(said, encoded)) for field, kind, encoded, said in fields]
    body = {"__post_init__": _post_init} if has_post_init else {}
    cls: Any = msgspec.defstruct(name, given, bases=bases, module=module, namespace=body, **options)
    cls.__qualname__ = qualname
    return cls


def _default(said: tuple[Any, ...], encoded: str) -> Any:
    if not said:
        return msgspec.field(name=encoded)
    factory = said[1:] == (_FACTORY,)
    return (
        msgspec.field(default_factory=said[0], name=encoded)
        if factory
        else msgspec.field(default=said[0], name=encoded)
    )


def _post_init(struct: Any) -> None:
    type(struct).__post_init__(struct)
