"""Looking at a value runs none of its code."""

from __future__ import annotations

from typing import Any

from nbmodelver.kinds import static


def hostile() -> Any:
    """An instance of a class that raises when any of its code runs."""

    class Hostile(type):
        def __getattribute__(cls, name: str) -> Any:
            raise AssertionError("called")

    class Mine(metaclass=Hostile):
        level = 3
        __slots__ = ("__dict__", "here")

        def __getattribute__(self, name: str) -> Any:
            raise AssertionError("called")

    return object.__new__(Mine)


def test_attributes_of_hostile_classes_are_read() -> None:
    value = hostile()
    object.__setattr__(value, "here", 1)
    object.__setattr__(value, "there", 2)
    kind = type(value)
    assert (static.qualname_of(kind), static.root_of(kind)) == ("hostile.<locals>.Mine", __name__.partition(".")[0])
    assert static.attribute_of(kind, "level") == 3
    assert (static.attribute(value, "here"), static.attribute(value, "there")) == (1, 2)
    assert static.attribute(value, "elsewhere") is None


def test_parameters_of_constructors_follow_keyword_arguments() -> None:
    class Base:
        def __init__(self, depth: int = 1) -> None: ...

    class Derived(Base):
        def __init__(self, width: int = 1, **more: Any) -> None: ...

    assert list(static.parameters_of(Derived)) == ["width", "depth"]
