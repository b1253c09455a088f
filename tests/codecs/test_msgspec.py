"""Structs of msgspec are made again by msgspec, with their options, defaults and functions."""

from __future__ import annotations

import pytest

from tests.codecs.cells import kept, loaded, run

pytest.importorskip("msgspec")

TEXT = """
import msgspec
class Point(msgspec.Struct, frozen=True, order=True, tag="p"):
    x: int
    y: int = 2
    def total(self): return self.x + self.y
class Bag(msgspec.Struct, kw_only=True, rename="camel"):
    items_in: list = msgspec.field(default_factory=list)
    note: str = ""
class Checked(msgspec.Struct):
    a: int
    def __post_init__(self): self.a += 1
p, bag, checked = Point(1), Bag(items_in=[1]), Checked(1)
"""
NAMES = ("Point", "Bag", "Checked", "p", "bag", "checked")


@pytest.mark.parametrize(
    "check",
    [
        "Point(3).total(), Point(1) < Point(2), hash(Point(1)) == hash(Point(1))", "msgspec.json.encode(Point(1))",
        "Bag(), Bag().items_in is Bag().items_in, msgspec.json.encode(Bag(items_in=[2]))", "Checked(5).a",
        "p, p == Point(1), type(p) is Point", "bag", "checked.a",
    ],
)  # fmt: skip
def test_a_struct_works_as_before(check: str) -> None:
    before = run(TEXT)
    again = loaded(kept(before, *NAMES), {"__name__": "__main__", "msgspec": before["msgspec"]})
    assert repr(eval(check, again)) == repr(eval(check, before))
