"""Classes of attrs are made again by attrs, whatever release and Python reads them."""

from __future__ import annotations

import marshal
from typing import TYPE_CHECKING, Any

import pytest

from nbmodelver.codecs import sources
from nbmodelver.codecs.names import names_in
from tests.codecs.cells import kept, loaded, run

if TYPE_CHECKING:
    from collections.abc import Callable

attr = pytest.importorskip("attr")

TEXT = """
import attrs, attr
def up(x): return x.upper()
@attrs.define
class Car:
    brand: str = attrs.field(converter=up)
    km: int = attrs.field(default=0, validator=attrs.validators.ge(0))
    parts: list = attrs.Factory(list)
    @km.validator
    def _check(self, a, v):
        if v > 100: raise ValueError("far")
    def drive(self, n):
        self.km += n
        return self.km
    def sup(self): return super().__repr__()
@attrs.frozen
class Icy:
    x: int
    y: int = attrs.field(default=attrs.Factory(lambda self: self.x + 1, takes_self=True))
@attr.s(auto_attribs=True, order=True)
class Old:
    a: int = 1
    b: int = attr.ib(default=2, repr=False, eq=False, metadata={'m': 1})
    def __attrs_post_init__(self): self.c = self.a * 2
@attrs.define
class Sub(Car):
    extra: int = attrs.field(default=5, kw_only=True)
    def __repr__(self): return f"Sub<{self.brand}>"
@attrs.define
class Err(Exception):
    code: int
@attrs.define(init=False)
class NoInit:
    z: int
    def __init__(self, q): self.__attrs_init__(q*2)
car = Car('vw', 3); icy=Icy(4); sub=Sub('a', extra=9)
"""
NAMES = ("Car", "Icy", "Old", "Sub", "Err", "NoInit", "car", "icy", "sub")
CHECKS = """
[Car("x"), Car("x", 3) == Car("x", 3), Car("x").sup()[:10], Car.__slots__]
[Icy(1), hash(Icy(1)) == hash(Icy(1)), Icy.__match_args__, Icy(1) != Icy(2)]
[Old(3).c, Old(1) < Old(2), Old(1, 5) == Old(1, 9), Old.__match_args__, attr.fields(Old).b.metadata["m"]]
[Sub("q"), Sub("q", extra=2).extra, [a.name for a in attr.fields(Sub)], Sub.__mro__]
[Err(3).code, issubclass(Err, Exception), NoInit(2)]
[car.drive(1), sub, icy]
Car("x", -1)
Car("x", 101)
setattr(Icy(1), "x", 2)
setattr(Car("q"), "km", -1)
hash(Car("x"))
setattr(Car("q"), "nope", 1)
[c := Car("x"), setattr(c, "brand", "low"), c.brand]
"""


def results(namespace: dict[str, Any]) -> list[str]:
    """What each check gives, or raises."""
    return [
        result(lambda check=check: eval(check, {**namespace, "attr": attr})) for check in CHECKS.split("\n") if check
    ]


def result(check: Callable[[], Any]) -> str:
    try:
        return repr(check())
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def test_classes_and_instances_behave_as_before_in_every_python(monkeypatch: pytest.MonkeyPatch) -> None:
    namespace = run(TEXT)
    capture = kept(namespace, *NAMES)
    assert capture.skipped == []
    wanted = results(run(TEXT))
    assert results(loaded(capture)) == wanted
    monkeypatch.setattr(sources, "PYTHON", "cpython-399-00000000")
    monkeypatch.setattr(marshal, "loads", lambda _data: pytest.fail("bytecode of another Python was used"))
    assert results(loaded(capture)) == wanted


def test_no_private_name_of_attrs_is_kept_for_a_class() -> None:
    text = "import attrs\n@attrs.define\nclass Car:\n    brand: str\n    parts: list = attrs.Factory(list)\n"
    capture = kept(run(text), "Car")
    (draft,) = capture.definitions
    assert not [name for name in names_in(draft.skeleton) if name.startswith("attr._")]
