"""Classes made by `attrs`: the arguments of its decorator, and the class made again by it.

Methods that attrs generates, and its private classes, are not stored. Fields and options are needed when the class is
made; everything else is set as its state, as for every class.
"""

from __future__ import annotations

import inspect
import types
from functools import cache
from typing import TYPE_CHECKING, Any

import attr

from nbmodelver.codecs import rebuild

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbmodelver.codecs.codec import Codec
    from nbmodelver.codecs.memory import Memory

BY_TAG: dict[str, Codec] = {}
_NAMED_BY_ATTRS = ("__attrs_attrs__", "__attrs_props__", "__attrs_own_setattr__", "__attrs_base_of_slotted__")
_MADE_BY_TYPE = ("__dict__", "__weakref__", "__module__", "__qualname__", "__slots__", "__firstlineno__")
_HOOKS = ("__attrs_pre_init__", "__attrs_post_init__")
_FIELD_OPTIONS = ("validator", "repr", "hash", "init", "type", "converter", "kw_only", "alias")


def find(_kind: type) -> Codec | None:
    """None: instances are pickled."""
    return None


def reduce_class(cls: Any, _memory: Memory) -> tuple[Any, ...]:
    """The pickle reduction of a class of attrs."""
    own = dict(vars(cls))
    written = {name for name, member in own.items() if _is_written(member)}
    written |= {"__match_args__"} & own.keys()
    fields = {a.name: _field_options(a) for a in attr.fields(cls) if not a.inherited}
    hooks = {name: len(inspect.signature(own[name]).parameters) for name in _HOOKS if name in own}
    left_out = {*written, *_NAMED_BY_ATTRS, *_MADE_BY_TYPE}
    members = {
        name: member
        for name, member in sorted(own.items())
        if name not in left_out and not isinstance(member, types.MemberDescriptorType)
    }
    named = (cls.__name__, cls.__qualname__, cls.__module__)
    options = _class_options(cls, own, written, fields)
    made_of = (named, cls.__bases__, fields, options, hooks)
    return make_class, made_of, members, None, None, rebuild.class_members


def _is_written(member: Any) -> bool:
    function = getattr(member, "__func__", member)
    if not isinstance(function, types.FunctionType):
        return False
    return function.__code__.co_filename.startswith("<attrs generated") or function.__globals__ is vars(_make)


_make = inspect.getmodule(attr.fields)
"""The module whose namespace is the globals of generated methods."""


def _field_options(attribute: Any) -> dict[str, Any]:
    """The arguments of `attr.ib` that give this attribute. default: (), (value,) or (factory, takes_self)."""
    found = {name: getattr(attribute, name, None) for name in _FIELD_OPTIONS}
    if found["alias"] == attribute.name.lstrip("_"):
        del found["alias"]  # The default of attrs; it records whether the alias was set explicitly.
    default = attribute.default
    if default is attr.NOTHING:
        found["default"] = ()
    elif isinstance(default, attr.Factory):  # type: ignore[arg-type]
        found["default"] = (default.factory, default.takes_self)
    else:
        found["default"] = (default,)
    found["eq"] = attribute.eq_key or attribute.eq
    found["order"] = attribute.order_key or attribute.order
    found["on_setattr"] = _setter(attribute.on_setattr)
    if attribute.metadata:
        found["metadata"] = dict(attribute.metadata)
    return found


def _setter(hook: Any) -> Any:
    """A hook for setting attributes; several hooks of a pipe as a list."""
    if isinstance(hook, types.FunctionType) and hook.__qualname__.startswith("pipe."):
        return list(inspect.getclosurevars(hook).nonlocals["setters"])
    return hook


_DEFAULT = "default"


@cache
def _default_setter() -> Any:
    """The default of `attrs.define` for `on_setattr`; attrs compares it by identity."""
    probe: Any = attr.define(type("Probe", (), {}))
    hook = getattr(getattr(probe, "__attrs_props__", None), "on_setattr_hook", None)
    return [attr.setters.convert, attr.setters.validate] if hook is None else hook


def _class_options(cls: Any, own: Mapping[str, Any], written: set[str], fields: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of `attr.s` that give this class."""
    setter = own.get("__setattr__")
    is_frozen = "__setattr__" in written and getattr(setter, "__name__", "") == "_frozen_setattrs"
    options = {
        "init": "__init__" in written,
        "repr": "__repr__" in written,
        "eq": "__eq__" in written,
        "order": "__lt__" in written,
        "str": "__str__" in written,
        "unsafe_hash": None if own.get("__hash__", ()) is None else "__hash__" in written,
        "frozen": is_frozen,
        "slots": "__slots__" in own,
        "match_args": "__match_args__" in own,
        "auto_exc": issubclass(cls, BaseException),
        "collect_by_mro": True,
    }
    if "__slots__" in own:
        options["weakref_slot"] = "__weakref__" in own["__slots__"]
    props = own.get("__attrs_props__")  # Since attrs 25.4.
    if props is not None:
        options["collect_by_mro"] = props.collected_fields_by_mro
        if props.on_setattr_hook is not None:
            is_default = props.on_setattr_hook is _default_setter()
            options["on_setattr"] = _DEFAULT if is_default else _setter(props.on_setattr_hook)
    elif not is_frozen and isinstance(setter, types.FunctionType) and "__attrs_own_setattr__" in own:
        hooks = [hook for _, hook in inspect.getclosurevars(setter).nonlocals.get("sa_attrs", {}).values()]
        if hooks and all(hook is hooks[0] for hook in hooks) and not any(f["on_setattr"] for f in fields.values()):
            options["on_setattr"] = _setter(hooks[0])
    return options


def make_class(
    named: tuple[str, str, str],
    bases: tuple[type, ...],
    fields: Mapping[str, Mapping[str, Any]],
    options: Mapping[str, Any],
    hooks: Mapping[str, int],
) -> type:
    """A class of attrs without its methods. named: name, qualified name, module.

    fields: name -> arguments of `attr.ib`. options: arguments of `attr.s`. hooks: which methods of the class
    attrs calls in `__init__`, with the number of their parameters, self included.
    """
    name, qualname, module = named
    body = {"__module__": module, "__qualname__": qualname, **{hook: _stub(count) for hook, count in hooks.items()}}
    these = {field: attr.ib(**_known(attr.ib, _with_default(given))) for field, given in fields.items()}
    if options.get("on_setattr") == _DEFAULT:
        options = {**options, "on_setattr": _default_setter()}
    with rebuild.without_hook(bases):
        plain = types.new_class(name, bases, {}, lambda content: content.update(body))
        made: type = attr.s(these=these, **_known(attr.s, options))(plain)
    return made


def _with_default(given: Mapping[str, Any]) -> dict[str, Any]:
    default = given["default"]
    if len(default) == 2:
        made: Any = attr.Factory(default[0], takes_self=default[1])
        return {**given, "default": made}
    return {**given, "default": default[0] if default else attr.NOTHING}


def _known(function: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that the installed release of attrs supports; before 22.2 `unsafe_hash` was called `hash`."""
    parameters = inspect.signature(function).parameters
    return {
        ("hash" if name == "unsafe_hash" and name not in parameters else name): value
        for name, value in given.items()
        if name in parameters or name == "unsafe_hash"
    }


def _stub(count: int) -> Any:
    """Placeholder for a method until the class has it: attrs checks that it exists and accepts arguments."""
    return (lambda self: None) if count == 1 else (lambda self, *given, **named: None)
