"""Functions of the notebook, and objects made from them, come back as they were."""

from __future__ import annotations

import functools
import typing

import pytest

from nbmodelver.codecs import functions, rebuild
from tests.codecs.cells import kept, loaded, run

TEXT = """
import contextlib, functools
base = [10]
def f(a, *, b=2): "Doc."; return a + b + base[0]
f.note = [1]
def counter():
    count = 0
    def up():
        nonlocal count
        count += 1
        return count
    def read(): return count
    return up, read
up, read = counter()
up()
@functools.lru_cache(maxsize=3)
def cached(x): return x * 2
@contextlib.contextmanager
def within():
    yield 7
@functools.singledispatch
def kind(x): return "any"
@kind.register
def _(x: int): return "int"
class C:
    def m(self): return self.k
    k = 4
    @property
    def p(self): return self.k + 1
    @classmethod
    def c(cls): return cls.k
bound = C().m
add = functools.partial(f, 1, b=5)
"""
NAMES = ("f", "up", "read", "cached", "within", "kind", "C", "bound", "add")


@pytest.mark.parametrize(
    "check",
    [
        "f(1), f.__doc__, f.note, f.__kwdefaults__", "up(), read(), up.__closure__[0] is read.__closure__[0]",
        "cached(4), cached.cache_parameters()", "within().__enter__()", "kind(1), kind('a')",
        "bound(), C().p, C.c()", "add()",
    ],
)  # fmt: skip
def test_a_function_does_what_it_did(check: str) -> None:
    before = run(TEXT)
    again = loaded(kept(before, *NAMES))
    assert repr(eval(check, again)) == repr(eval(check, before))


def test_a_function_has_the_globals_of_the_notebook_or_of_its_module() -> None:
    space = run("def f(): return g")
    assert functions.globals_of(space["f"], space) is None
    assert functions.globals_of(functools.wraps, {}) == "functools"
    own = {"__name__": "elsewhere", "g": 1, "unused": 2}
    exec("def f(): return g", own)
    assert functions.globals_of(own["f"], {}) == {"__name__": "elsewhere", "g": 1}


def test_an_extended_copy_of_the_notebook_is_kept_with_its_own_names() -> None:
    own = {"__name__": "__main__", "attr_made": 1, "shared": 2}
    exec("def f(): return attr_made, shared", own)
    assert functions.globals_of(own["f"], {"shared": 2}) == {
        "__name__": "__main__", "attr_made": 1, "shared": 2,
    }  # fmt: skip
    exec("def g(): return shared", own)
    assert functions.globals_of(own["g"], {"shared": 2}) is None


def test_types_without_a_module_are_stored_by_value() -> None:
    assert functions.reduce_newtype(typing.NewType("Id", int))[0] is rebuild.new_type
    kind, name, _module, constraints, given = functions.reduce_parameter(typing.TypeVar("T", bound=int))[1]
    assert (kind, name, constraints, given) == (typing.TypeVar, "T", (), {"bound": int})
