"""The functions that recipes name rebuild functions, classes and other values; their names are on disk."""

from __future__ import annotations

import enum
import functools
import inspect
import types
import typing
import weakref
from pathlib import Path

import pytest

from nbmodelver.codecs import rebuild
from nbmodelver.errors import NotLoadable

WITH_NAMES = (
    "code", "function", "bound_to", "function_state", "attributes", "cell", "cell_state", "member", "bound_method",
    "lru_cache", "cached_property", "decorated", "single_dispatch", "single_dispatch_state",
    "single_dispatch_method", "single_dispatch_method_state", "builtin_type", "type_of", "public", "union",
    "new_type", "type_parameter", "module", "module_by_value", "dict_view", "exception", "class_", "class_state",
    "enumeration", "enumeration_state", "named_tuple", "named_tuple_state", "typed_dict", "class_members",
    "weak_set", "foreign_bytecode",
)  # fmt: skip


def test_no_name_of_a_recipe_is_gone() -> None:
    assert [name for name in WITH_NAMES if not inspect.isfunction(getattr(rebuild, name, None))] == []


def test_every_name_that_a_reduction_uses_is_known_here() -> None:
    folder = Path(rebuild.__file__).parent
    used = {
        name
        for file in ("classes", "functions", "reductions")
        for name in (folder / f"{file}.py").read_text(encoding="utf-8").replace("(", " ").replace(",", " ").split()
        if name.startswith("rebuild.")
    }
    assert {name.partition(".")[2].partition(".")[0] for name in used} - {"DECORATORS", *WITH_NAMES} == set()


def test_a_function_is_made_with_the_live_namespace_and_then_gets_its_state() -> None:
    space = {"k": 2}
    code = compile("def f(a): return a * k", "<cell>", "exec").co_consts[0]
    found = rebuild.bound_to(space, code, None, "f", None)
    rebuild.function_state(found, {"__defaults__": (5,), "__qualname__": "f", "__dict__": {"note": 1}})
    assert (found(), found.note, found.__globals__ is space) == (10, 1, True)


def test_a_class_is_empty_before_its_members_are_set() -> None:
    cls = rebuild.class_(type, "Net", (), {"__module__": "__main__", "__qualname__": "Net"})
    assert not hasattr(cls, "run")
    rebuild.class_state(cls, {"members": {"run": lambda _self: 3}})
    assert cls().run() == 3


def test_values_are_made_by_their_names() -> None:
    filled = rebuild.cell()
    rebuild.cell_state(filled, (4,))
    assert filled.cell_contents == 4
    assert rebuild.type_of(None) is type(None)
    assert rebuild.public("operator", "or_")(1, 2) == 3
    assert rebuild.union((int, None)) == int | None
    assert rebuild.builtin_type("FunctionType") is types.FunctionType
    assert list(rebuild.dict_view("items", {"a": 1})) == [("a", 1)]
    assert isinstance(rebuild.weak_set([]), weakref.WeakSet)
    assert rebuild.exception(ValueError, ("no",)).args == ("no",)
    assert rebuild.lru_cache(len, 3, True).cache_parameters() == {"maxsize": 3, "typed": True}
    assert isinstance(rebuild.cached_property(functools.cached_property, len, "n", None), functools.cached_property)
    assert rebuild.type_parameter(typing.TypeVar, "T", "__main__", (), {"bound": int}).__bound__ is int
    assert rebuild.named_tuple("P", ("x", "y"), "__main__", ())(1, 2).y == 2


def test_classes_of_the_standard_library_are_made_by_it() -> None:
    colour = rebuild.enumeration(("Colour", "Colour", "__main__"), None, (enum.Enum,), {"RED": 1, "BLUE": "b"}, None)
    rebuild.enumeration_state(colour, ({"short": lambda self: self.name[0]}, {}))
    assert [(c.name, c.value, c.short()) for c in colour] == [("RED", 1, "R"), ("BLUE", "b", "B")]
    keys = rebuild.typed_dict("Keys", "__main__")
    rebuild.class_members(keys, {"__doc__": "of keys"})
    assert (typing.is_typeddict(keys), keys.__doc__, keys(a=1)) == (True, "of keys", {"a": 1})
    method = rebuild.single_dispatch_method(lambda _self, _x: "any")
    rebuild.single_dispatch_method_state(method, [(int, lambda _self, _x: "int")])
    assert [method.dispatcher.dispatch(kind)(None, None) for kind in (int, str)] == ["int", "any"]
    function = rebuild.single_dispatch(lambda _x: "any")
    rebuild.single_dispatch_state(function, ([(int, lambda _x: "int")], {"note": 1}))
    assert (function(1), function("a"), function.note) == ("int", "any", 1)


def test_bytecode_in_a_pickle_is_refused() -> None:
    with pytest.raises(NotLoadable):
        rebuild.foreign_bytecode()
