"""The library of a class is found by its name and bases, without an import of the library."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from nbmodelver.kinds import libraries

if TYPE_CHECKING:
    from collections.abc import Iterator


def class_of(name: str, *bases: type, module: str) -> type:
    return type(name, bases, {"__module__": module})


@pytest.fixture(autouse=True)
def _no_cache() -> Iterator[None]:
    libraries._library.cache_clear()
    libraries._added.cache_clear()
    yield
    libraries._library.cache_clear()
    libraries._added.cache_clear()


def test_a_class_has_the_kind_of_its_nearest_known_base() -> None:
    booster = class_of("Booster", module="lightgbm.basic")
    mine = class_of("Mine", booster, module="__main__")
    assert (libraries.library_kind(booster), libraries.library_kind(mine)) == ("model", "model")
    assert libraries.library_of(mine) is sys.modules["nbmodelver.kinds.lightgbm"]


def test_a_class_of_no_library_has_no_kind() -> None:
    for cls in (int, class_of("Booster", module="__main__"), class_of("Unknown", module="lightgbm")):
        assert libraries.library_kind(cls) is None


def test_every_file_of_a_library_is_there_with_its_classes() -> None:
    for root in libraries.OWN:
        found = libraries._library(root)
        assert found is not None
        assert set(found.CLASSES.values()) <= {"model", "dataset", "metric", "hyperparameters", "other"}
        assert callable(found.profile)


def test_a_package_adds_its_file_by_an_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    added = SimpleNamespace(CLASSES={"Thing": "model"}, profile=lambda _kind, _value: {})
    entry = SimpleNamespace(name="study", load=lambda: added)
    monkeypatch.setattr(libraries, "entry_points", lambda *, group: [entry] if group == libraries.GROUP else [])
    assert libraries.library_kind(class_of("Thing", module="study.parts")) == "model"
