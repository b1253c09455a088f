"""Determines which objects have to keep their identity when they are restored."""

from __future__ import annotations

import sys
import types
from operator import itemgetter
from typing import Any

from nbmodelver.codecs import definitions, registry

Memo = dict[int, tuple[int, Any]]
"""Id -> (number, object) for all objects that one pickling pass met. The pickler must stay alive."""


def holds_sets(memo: Memo) -> bool:
    """True if a set of two or more members was met; its order would depend on hashes."""
    kinds = set(map(type, map(itemgetter(1), memo.values())))
    if not kinds & {set, frozenset}:
        return False
    return any(type(o) in (set, frozenset) and len(o) > 1 for _, o in memo.values())


_IMMUTABLE: frozenset[type] = frozenset(
    [
        *(str, bytes, int, float, complex, bool, tuple, frozenset, range, slice, type(None), types.CodeType),
        *(types.ModuleType, types.BuiltinFunctionType, types.MethodDescriptorType, types.WrapperDescriptorType),
        *(types.GetSetDescriptorType, types.MethodType, types.MappingProxyType),
        *definitions.PARAMETERS,
    ]
)


def links(obj: Any) -> bool:
    """True if two names that both hold this object have to be restored together."""
    kind = type(obj)
    if kind in _IMMUTABLE or issubclass(kind, type) or definitions.is_enum_member(obj):
        return False
    if kind is types.FunctionType:
        return not definitions.importable(obj) and not definitions.is_definition(obj)
    codec = registry.find(kind)
    if codec is not None:
        return codec.identity and codec.links
    return not _is_singleton(obj)


def _is_singleton(obj: Any) -> bool:
    """True for sentinels of `dataclasses`, and for an object that its module exposes in upper case."""
    home = type(obj).__module__
    module = None if home == definitions.NOTEBOOK else sys.modules.get(home)
    name = getattr(type(obj), "__name__", "")
    is_named = module is not None and getattr(module, name.upper(), None) is obj
    return is_named or definitions.sentinel_name(obj) is not None
