"""Models of pydantic: the body of the class, passed to its metaclass again.

The fields, schemas and validators that the metaclass computes contain private classes of pydantic and compiled objects,
and are not stored. The class has to be complete when it is made, so its functions are arguments of the reduction. They
may refer to the class by cells (`super()`), which are filled with the state.
"""

from __future__ import annotations

import dataclasses
import inspect
import types
import typing
from typing import TYPE_CHECKING, Any

import pydantic
from pydantic_core import PydanticUndefined

from nbmodelver.codecs import classes, rebuild

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbmodelver.codecs.codec import Codec, Helper
    from nbmodelver.codecs.memory import Memory

BY_TAG: dict[str, Codec] = {}
_META: Any = type(pydantic.BaseModel)
_DECORATORS: dict[str, str] = {
    "field_validators": "field_validator",
    "model_validators": "model_validator",
    "field_serializers": "field_serializer",
    "model_serializers": "model_serializer",
    "computed_fields": "computed_field",
}
_Decorated = tuple[str, str, tuple[str, ...], dict[str, Any]]
"""Name of a member, name of its pydantic decorator, names of fields, other arguments of the decorator."""

_OF_VERSION_1 = ("validators", "root_validators")
_MADE_BY_META = {
    "__module__", "__qualname__", "__annotations__", "__dict__", "__weakref__", "__slots__", "__orig_bases__",
    "__parameters__", "__abstractmethods__", "_abc_impl", "__class_vars__", "__private_attributes__", "__signature__",
    "__firstlineno__", "__static_attributes__", "__fields_set__", "model_fields", "model_computed_fields",
}  # fmt: skip


def find(_kind: type) -> Codec | None:
    """None: instances are pickled."""
    return None


def helper(kind: type) -> Helper | None:
    """The reduction for model classes, whose type is the metaclass of pydantic."""
    return reduce_class if issubclass(kind, _META) else None


def reduce_class(cls: Any, memory: Memory) -> tuple[Any, ...]:
    """The pickle reduction of a model of the notebook."""
    origin = cls.__pydantic_generic_metadata__["origin"]
    if origin is not None:
        return parametrized, (origin, cls.__pydantic_generic_metadata__["args"])
    if any(getattr(cls.__pydantic_decorators__, name, None) for name in _OF_VERSION_1):
        return classes.reduce_class(cls)
    own = dict(vars(cls))
    annotations = own.get("__annotations__", {})
    class_vars = {n: own[n] for n in sorted(cls.__class_vars__) if n in own and n in annotations}
    fields = {n: _field_options(cls.model_fields[n], a) for n, a in annotations.items() if n in cls.model_fields}
    private = {n: _private_options(a) for n, a in cls.__private_attributes__.items() if _is_own_private(cls, n)}
    named = (cls.__name__, cls.__qualname__, cls.__module__)
    body = {n: m for n, m in _written(own) if n not in class_vars and n not in fields}
    cells = _cells_of(cls, body.values())
    memory.filled_later.update(map(id, cells))
    bases = own.get("__orig_bases__", cls.__bases__)
    made_of = (named, bases, body, fields, (private, list(_decorated(cls, own)), annotations))
    state = {"cells": cells, "members": {**class_vars, "__annotations__": annotations}}
    return make_model, made_of, state, None, None, model_state


def _written(own: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the members in the class body, as far as the metaclass kept them."""
    for name, member in own.items():
        if name in _MADE_BY_META or name.startswith("__pydantic_"):
            continue
        function = getattr(member, "__func__", member)
        if not _is_of_pydantic(function):
            yield name, member
        elif name == "model_post_init":
            original = inspect.getclosurevars(function).nonlocals.get("original_model_post_init")
            if original is not None:
                yield name, original


def _is_of_pydantic(function: Any) -> bool:
    is_function = isinstance(function, types.FunctionType)
    return is_function and str(function.__globals__.get("__name__")).startswith("pydantic.")


def _field_options(field: Any, annotation: Any) -> tuple[Any, dict[str, Any]]:
    """The annotation of a field as written, and the other arguments of `pydantic.Field`.

    The annotation that pydantic resolved may refer to the class itself; the written one uses a string. A string alone,
    as with `from __future__ import annotations`, is resolved unless it names a model.
    """
    plain = pydantic.fields.FieldInfo()
    known = inspect.signature(pydantic.Field).parameters
    found = {
        name: getattr(field, name)
        for name in type(field).__slots__
        if name in known and getattr(field, name) != getattr(plain, name)
    }
    others = []
    for constraint in field.metadata:
        if type(constraint).__module__.startswith("pydantic._internal"):
            found.update({n: v for n, v in vars(constraint).items() if n in known})
        else:
            others.append(constraint)
    if (
        typing.get_origin(annotation) is typing.Annotated
    ):  # The other arguments of Annotated are in the metadata of the field.
        annotation = typing.get_args(annotation)[0]
    elif isinstance(annotation, str) and not _names_a_model(field.annotation):
        annotation = field.annotation
    return (typing.Annotated[(annotation, *others)] if others else annotation), found


def _names_a_model(annotation: Any) -> bool:
    return isinstance(annotation, _META) or any(map(_names_a_model, typing.get_args(annotation)))


def _private_options(attribute: Any) -> dict[str, Any]:
    given = {"default": attribute.default, "default_factory": attribute.default_factory}
    return {name: value for name, value in given.items() if value is not None and value is not PydanticUndefined}


def _is_own_private(cls: Any, name: str) -> bool:
    attribute = cls.__private_attributes__[name]
    return not any(attribute is getattr(b, "__private_attributes__", {}).get(name) for b in cls.__bases__)


def _decorated(cls: Any, own: Mapping[str, Any]) -> Iterator[_Decorated]:
    for kind, decorator in _DECORATORS.items():
        known = inspect.signature(getattr(pydantic, decorator)).parameters
        for name, found in getattr(cls.__pydantic_decorators__, kind).items():
            if name not in own:
                continue
            given = {f.name: getattr(found.info, f.name) for f in dataclasses.fields(found.info)}
            fields = tuple(given.pop("fields", ()))
            options = {n: v for n, v in given.items() if n in known and v is not None and v is not PydanticUndefined}
            yield name, decorator, fields, options


def _cells_of(cls: type, members: Any) -> list[types.CellType]:
    """The cells of these functions, properties and class methods that hold the class."""
    found = {}
    for member in members:
        functions = [getattr(member, name, None) for name in ("fget", "fset", "fdel", "__func__")]
        for function in (member, *functions):
            for cell in getattr(function, "__closure__", None) or ():
                try:
                    if cell.cell_contents is cls:
                        found[id(cell)] = cell
                except ValueError:
                    continue
    return list(found.values())


def make_model(
    named: tuple[str, str, str],
    bases: tuple[Any, ...],
    body: Mapping[str, Any],
    fields: Mapping[str, tuple[Any, dict[str, Any]]],
    rest: tuple[Mapping[str, Mapping[str, Any]], list[_Decorated], dict[str, Any]],
) -> type:
    """A model. named: name, qualified name, module. fields: name -> annotation and arguments of `pydantic.Field`.

    rest: private attributes (arguments of `pydantic.PrivateAttr`), decorated members (name, decorator, fields,
    arguments), and the annotations as they were written, whose order is that of the fields.
    """
    private, decorated, annotations = rest
    content = {**body, "__module__": named[2], "__qualname__": named[1]}
    content["__annotations__"] = {n: fields[n][0] if n in fields else kind for n, kind in annotations.items()}
    content.update({name: pydantic.Field(**_known(pydantic.Field, given)) for name, (_, given) in fields.items()})
    content.update({name: pydantic.PrivateAttr(**given) for name, given in private.items()})
    for name, decorator, names, given in decorated:
        wrap: Any = getattr(pydantic, decorator)
        content[name] = wrap(*names, **_known(wrap, given))(content[name])
    with rebuild.without_hook(types.resolve_bases(bases)):
        made: type = types.new_class(named[0], bases, {}, lambda target: target.update(content))
    return made


def _known(function: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that the installed release of pydantic supports."""
    parameters = inspect.signature(function).parameters
    return {name: value for name, value in given.items() if name in parameters}


def model_state(cls: type, state: Mapping[str, Any]) -> None:
    """Fill the cells that hold the class, and set members that the metaclass does not need."""
    for cell in state["cells"]:
        cell.cell_contents = cls
    rebuild.class_members(cls, state["members"])


def parametrized(origin: Any, arguments: tuple[Any, ...]) -> Any:
    """A generic model with type arguments."""
    return origin[arguments if len(arguments) != 1 else arguments[0]]
