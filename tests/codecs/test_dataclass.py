"""A dataclass of the notebook is stored as the arguments of its decorator, which is applied again."""

from __future__ import annotations

import dataclasses
import typing

from nbmodelver.codecs import dataclass


@dataclasses.dataclass(frozen=True, order=True)
class Base:
    a: int
    kind: typing.ClassVar[str] = "k"
    given: dataclasses.InitVar[int] = 0
    tags: list[str] = dataclasses.field(default_factory=list, metadata={"unit": "m"}, repr=False)


@dataclasses.dataclass(frozen=True)
class Below(Base):
    b: int = 1


class Plain(Base):
    pass


def test_only_a_class_with_the_decorator_of_its_own_is_a_dataclass() -> None:
    assert [dataclass.is_dataclass(cls) for cls in (Base, Below, Plain, int)] == [True, True, False, False]


def test_the_arguments_of_the_decorator_are_read_from_the_class() -> None:
    found = dataclass.spec(Base)
    assert (found["options"]["frozen"], found["options"]["order"], found["slots"]) == (True, True, False)
    assert [(name, kind) for name, _, kind, _ in found["fields"]] == [
        ("a", ""), ("kind", "class"), ("given", "init"), ("tags", ""),
    ]  # fmt: skip
    tags = found["fields"][-1][3]
    assert (tags["default_factory"], tags["metadata"], tags["repr"]) == (list, {"unit": "m"}, False)
    assert dataclass.spec(Below)["bases"] == [Base]


def test_members_that_the_decorator_writes_are_not_stored() -> None:
    assert {"__init__", "__lt__", "__setattr__", "__dataclass_fields__"} <= dataclass.written_by_decorator(Base)
    assert "a" not in dataclass.written_by_decorator(Base)


def test_a_class_waits_until_its_base_is_a_dataclass() -> None:
    base = type("Again", (), {"__annotations__": {"a": int}})
    below = type("BelowAgain", (base,), {"__annotations__": {"b": int}})
    below_spec = {**dataclass.spec(Below), "bases": [base]}
    dataclass.apply(below, below_spec, {})
    assert not dataclass.is_dataclass(below)
    dataclass.apply(base, dataclass.spec(dataclasses.make_dataclass("Like", [("a", int)], frozen=True)), {})
    assert repr(below(5)) == "BelowAgain(a=5, b=1)"
