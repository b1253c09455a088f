"""Reads names in recipes of nbmodelver 0.1.0.

That release used other names for its own functions, and private functions of cloudpickle. Its code objects are bytecode
without a mark. The environment of the version tells which Python made it. Bytecode of another Python is never used; the
source text is compiled instead.
"""

from __future__ import annotations

import inspect
import types
import typing
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from nbmodelver.codecs import rebuild, sources
from nbmodelver.codecs.classes import MADE_BY_PROTOCOL
from nbmodelver.codecs.source_trees import Recompiling, span_of_lambda

if TYPE_CHECKING:
    from collections.abc import Callable

_CLOUDPICKLE = "cloudpickle.cloudpickle"
_CODE = "nbmodelver.codecs.code"
_FALLBACK = "nbmodelver.codecs.fallback"


@dataclass(frozen=True)
class Unbuilt:
    """A code object of another Python: compiled when a function is made from it, dropped if it is nested in another."""

    file: str
    text: str
    args: tuple[Any, ...]


class Code:
    """Builds the code objects of one version.

    compiled: True if any of them was compiled from its text, because another Python made the version.
    """

    def __init__(self, find_python: Callable[[], str]) -> None:
        """find_python: returns the version of the Python that made the version ("3.11.7"), or "" if unknown."""
        self._find_python = find_python
        self.compiled = False

    @cached_property
    def _python(self) -> str:
        return self._find_python()

    def _found(self, file: str, text: str, args: tuple[Any, ...]) -> Any:
        if not self._python or not sources.is_this_python(self._python):
            return Unbuilt(file, text, args)
        sources.show(file, text)
        return types.CodeType(*args)

    def with_text(self, file: str, text: str, *args: Any) -> Any:
        """A code object with source text. args: those of `types.CodeType`."""
        return self._found(file, text, args)

    def without_text(self, *args: Any) -> Any:
        """A code object without source text."""
        return self._found("", "", args)

    def builtin_type(self, name: str) -> Any:
        """A type that only has a name in `types`; for CodeType, the function that builds code objects."""
        return self.without_text if name == "CodeType" else rebuild.builtin_type(name)

    def built(self, code: Any) -> types.CodeType:
        """The code object for a function. Raises NotLoadable if another Python made it and its text is missing."""
        if not isinstance(code, Unbuilt):
            made: types.CodeType = code
            return made
        self.compiled = True
        how = _recompiling(code.text, code.args) if code.text else None
        mark = sources.mark_of(self._python)
        if how is None:
            sources.no_source(code.args[_QUALNAME], mark)
        return sources.restore(mark, b"", code.file, code.text, sources.fields_of(how))


def holds_bytecode_only(skeleton: bytes) -> bool:
    """True for a pickle of 0.1.0 that contains code without source text."""
    return b"_builtin_type" in skeleton and b"CodeType" in skeleton


_FLAGS, _VARNAMES, _NAME, _QUALNAME, _FREE = 5, 9, 11, 12, 16
"""Indices of arguments of `types.CodeType`, equal in Python 3.11 to 3.13."""


def _recompiling(text: str, args: tuple[Any, ...]) -> Recompiling | None:
    name, qualname, free = args[_NAME], args[_QUALNAME], tuple(args[_FREE])
    around = qualname.rpartition(".")[0].rpartition(".")[2]
    owner = "" if around == "<locals>" else around
    span: tuple[int, ...] | None = ()
    if name == "<lambda>":
        has_rest = bool(args[_FLAGS] & inspect.CO_VARARGS) + bool(args[_FLAGS] & inspect.CO_VARKEYWORDS)
        span = span_of_lambda(text, tuple(args[_VARNAMES][: args[0] + args[2] + has_rest]))
    return None if span is None else Recompiling(name, qualname, free, owner, span)


def table(find_python: Callable[[], str]) -> tuple[Code, dict[tuple[str, str], Callable[..., Any]]]:
    """The builder of code objects, and (module, name) -> replacement for names of former recipes."""
    code = Code(find_python)
    return code, {
        **_NAMES,
        (_FALLBACK, "restore_code"): code.with_text,
        (_CLOUDPICKLE, "_builtin_type"): code.builtin_type,
    }


def _set_class_state(cls: type, state: tuple[dict[str, Any], list[type]]) -> None:
    members, registered = state
    now: dict[str, Any] = {"members": members, "registered": registered}
    if typing.Protocol in cls.__bases__:
        now.update(_of_protocol(cls, members))
    rebuild.class_state(cls, now)


def _of_protocol(cls: Any, members: dict[str, Any]) -> dict[str, Any]:
    """The members of a protocol without those that `typing` of another Python added."""
    left_out = {"__init__", "__subclasshook__", *MADE_BY_PROTOCOL}
    written = {name: member for name, member in members.items() if name not in left_out}
    if hasattr(
        cls, "__protocol_attrs__"
    ):  # Python 3.12 computes it when the class is made, and the class was made empty.
        special = {name for name in written if name.startswith("__") and name.endswith("__")}
        cls.__protocol_attrs__ = (written.keys() - special) | set(members.get("__annotations__", ()))
    return {"members": written, "runtime": bool(members.get("_is_runtime_protocol"))}


def _set_enum_state(cls: Any, state: tuple[tuple[dict[str, Any], Any], dict[str, dict[str, Any]]]) -> None:
    _set_state(cls, state[0])
    for name, own in state[1].items():
        vars(cls.__members__[name]).update(own)


def _set_state(cls: type, state: tuple[dict[str, Any], Any]) -> None:
    members = dict(state[0])
    registered = members.pop("_abc_impl", None) or ()
    rebuild.class_state(cls, {"members": members, "registered": registered})


def _make_enum(
    bases: tuple[type, ...], name: str, qualname: str, members: dict[str, Any], module: str, _tracker: Any, _extra: Any
) -> Any:
    return rebuild.enumeration((name, qualname, module), None, bases, members, None)


def _module_by_value(name: str, content: dict[str, Any]) -> types.ModuleType:
    made = rebuild.module_by_value(name)
    vars(made).update(content)
    return made


def _view(kind: str) -> Callable[[Any], Any]:
    def make(content: Any) -> Any:
        held = dict.fromkeys(content) if kind == "keys" else dict(enumerate(content)) if kind == "values" else content
        return rebuild.dict_view(kind, held)

    return make


_NAMES: dict[tuple[str, str], Callable[..., Any]] = {
    (_CODE, "set_function_state"): rebuild.function_state,
    (_CODE, "set_cell"): rebuild.cell_state,
    (_CODE, "member"): rebuild.member,
    (_CODE, "bind"): rebuild.bound_method,
    (_CODE, "exception_like"): rebuild.exception,
    (_CODE, "newtype"): rebuild.new_type,
    (_CODE, "type_parameter"): rebuild.type_parameter,
    (_CODE, "make_class"): rebuild.class_,
    (_CODE, "set_class_state"): _set_class_state,
    (_CODE, "set_enum_state"): _set_enum_state,
    (_CODE, "cached_property"): rebuild.cached_property,
    (_CODE, "lru_cache"): rebuild.lru_cache,
    (_CLOUDPICKLE, "_make_skeleton_enum"): _make_enum,
    (_CLOUDPICKLE, "_class_setstate"): _set_state,
    (_CLOUDPICKLE, "subimport"): rebuild.module,
    (_CLOUDPICKLE, "dynamic_subimport"): _module_by_value,
    (_CLOUDPICKLE, "_make_dict_keys"): lambda held, is_ordered=False: _view("keys")(held),
    (_CLOUDPICKLE, "_make_dict_values"): lambda held, is_ordered=False: _view("values")(held),
    (_CLOUDPICKLE, "_make_dict_items"): lambda held, is_ordered=False: _view("items")(held),
}
