"""Models of pydantic are made again by pydantic, whatever release and Python reads them."""

from __future__ import annotations

import marshal
import sys
from typing import TYPE_CHECKING, Any

import pytest

from nbmodelver.codecs import sources
from nbmodelver.codecs.names import names_in
from tests.codecs.cells import kept, loaded, run

if TYPE_CHECKING:
    from collections.abc import Callable

pytest.importorskip("pydantic")

TEXT = """
import typing, pydantic
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr
from pydantic import computed_field, field_serializer, field_validator, model_validator
T = typing.TypeVar("T")
class U(BaseModel):
    '''Doc.'''
    model_config = ConfigDict(extra="forbid", validate_assignment=True)
    name: str
    age: int = Field(3, ge=0, description="d", alias="AGE")
    code: str = Field("x", pattern="^x")
    tags: list[str] = []
    K: typing.ClassVar[int] = 4
    _p: int = PrivateAttr(default=7)
    @field_validator('name', mode="before")
    @classmethod
    def c(cls, v): return v.strip()
    @model_validator(mode="after")
    def m(self):
        assert self.name != "bad"
        return self
    @computed_field
    @property
    def dbl(self) -> int: return self.age*2
    @field_serializer("tags")
    def st(self, v): return ",".join(v)
    def hi(self): return 1, self._p, self.K
    @property
    def pr(self): return 2
class Sub(U):
    extra: U | None = None
    def __init__(self, **data):
        super().__init__(**data)
    def model_post_init(self, context):
        super().model_post_init(context)
        self._p = 9
class Fr(BaseModel, frozen=True):
    a: int
class G(BaseModel, typing.Generic[T]):
    x: T
class Node(BaseModel):
    kids: list["Node"] = []
    v: int = 0
gi = G[int](x=3)
u = U(name=" a ", AGE=4, tags=["q"]); s = Sub(name="b"); n = Node(kids=[Node(v=2)])
"""
NAMES = ("U", "Sub", "Fr", "G", "Node", "gi", "u", "s", "n")
CHECKS = """
[U(name=" q "), U(name="q", AGE=2).model_dump(), U(name="z").hi(), U.__doc__, U(name="a").pr, list(U.model_fields)]
[Sub(name="q").hi(), Sub(name="q", extra=U(name="x")), Sub.__mro__, U.model_config]
[Fr(a=1), hash(Fr(a=1)) == hash(Fr(a=1)), sorted(U.model_json_schema()["properties"])]
[G[int](x="4"), G[str](x="4"), type(gi) is G[int], gi]
[Node(kids=[{"v": 3}]), n]
[u, u.model_dump_json(), s.hi()]
U(name="bad")
U(name="a", zz=1)
U(name="a", AGE=-1)
U(name="a", code="y")
setattr(u, "code", "y")
setattr(Fr(a=1), "a", 2)
G[int](x="q")
"""


@pytest.fixture(autouse=True)
def _names_in_main(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pydantic looks for the models that a text names in the module of the class."""
    for name, value in run(TEXT).items():
        if name in NAMES:
            monkeypatch.setattr(sys.modules["__main__"], name, value, raising=False)


def results(namespace: dict[str, Any]) -> list[str]:
    """What each check gives, or raises."""
    return [result(lambda check=check: eval(check, namespace)) for check in CHECKS.split("\n") if check]


def result(check: Callable[[], Any]) -> str:
    try:
        return repr(check())
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def test_models_behave_as_before_in_every_python(monkeypatch: pytest.MonkeyPatch) -> None:
    capture = kept(run(TEXT), *NAMES)
    assert capture.skipped == []
    wanted = results(run(TEXT))
    assert results(loaded(capture)) == wanted
    monkeypatch.setattr(sources, "PYTHON", "cpython-399-00000000")
    monkeypatch.setattr(marshal, "loads", lambda _data: pytest.fail("bytecode of another Python was used"))
    assert results(loaded(capture)) == wanted


def test_no_private_name_of_pydantic_is_kept() -> None:
    capture = kept(run(TEXT), *NAMES)
    names = {name for draft in (*capture.groups, *capture.definitions) for name in names_in(draft.skeleton)}
    assert not [name for name in names if name.startswith("pydantic") and ("._" in name or "_core" in name)]
