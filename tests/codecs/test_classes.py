"""Classes of the notebook are reduced to an empty class and its members, and made again as they were."""

from __future__ import annotations

import abc
import enum

import pytest

from nbmodelver.codecs import classes, rebuild
from tests.codecs.cells import kept, loaded, run, skeletons

TEXT = """
import abc, collections, dataclasses, enum, typing
class Plain:
    limit = 3
    __slots__ = ("x",)
    def __init__(self, x): self.x = x
@dataclasses.dataclass(frozen=True)
class Data:
    a: int
    b: list = dataclasses.field(default_factory=list)
class Colour(enum.Enum):
    RED = 1
    BLUE = "b"
class Point(typing.NamedTuple):
    x: int
    y: int = 2
class Keys(typing.TypedDict):
    a: int
class Speaks(typing.Protocol):
    def speak(self): ...
class Base(abc.ABC):
    @abc.abstractmethod
    def run(self): ...
"""
CHECKS = (
    "Plain(4).x + Plain.limit, Plain.__slots__", "Data(1), Data(1) == Data(1), hash(Data(1, ())) == hash(Data(1, ()))",
    "list(Colour), Colour('b').name", "Point(1), Point._fields, Point(1)._replace(y=5)",
    "Keys(a=1), Keys.__required_keys__",
    "Speaks._is_protocol", "sorted(Base.__abstractmethods__)",
)  # fmt: skip
NAMES = ("Plain", "Data", "Colour", "Point", "Keys", "Speaks", "Base")


@pytest.mark.parametrize("check", CHECKS)
def test_a_class_works_as_before(check: str) -> None:
    before = run(TEXT)
    assert repr(eval(check, loaded(kept(before, *NAMES)))) == repr(eval(check, before))


def test_the_same_text_gives_the_same_bytes() -> None:
    first, second = (skeletons(kept(run(TEXT), *NAMES)) for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    ("cls", "maker"),
    [
        (type("A", (), {}), rebuild.class_),
        (enum.Enum("E", "a b"), rebuild.enumeration),
        (abc.ABCMeta("B", (), {}), rebuild.class_),
    ],
)
def test_each_kind_of_class_has_its_maker(cls: type, maker: object) -> None:
    assert classes.reduce_class(cls)[0] is maker
