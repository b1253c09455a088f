"""A loader decodes the groups of a version, lends loaded values to code that runs, and refuses what it must."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from nbmodelver.codecs import capture, loading
from nbmodelver.errors import Damaged, NeedsTrust, NotLoadable
from tests.codecs.cells import kept, run


class Thing:
    """A class of a test: its instances need pickle."""


class Bad:
    """A class whose instances cannot be loaded."""

    def __setstate__(self, state: Any) -> None:
        raise ValueError("never")

    def __getstate__(self) -> Any:
        return 1


def loader(**options: Any) -> loading.Loader:
    return loading.Loader({}, lambda _key: None, **options)


def test_only_plain_data_is_decoded_without_trust() -> None:
    plain, pickled = capture.capture({"a": [1], "b": Thing()}).groups
    assert loading.decode(plain, loader(trusted=False)) == {"a": [1]}
    with pytest.raises(NeedsTrust, match=r"'b' from study\.zip"):
        loading.decode(pickled, loader(trusted=False, origin="study.zip"))
    assert type(loading.decode(pickled, loader())["b"]) is Thing


def test_an_unknown_format_or_a_wrong_number_of_values_is_named() -> None:
    (draft,) = capture.capture({"a": [1]}).groups
    with pytest.raises(NotLoadable, match="format 'plain/9'"):
        loading.decode(replace(draft, format="plain/9"), loader())
    with pytest.raises(Damaged):
        loading.decode(replace(draft, names=("a", "b")), loader())


def test_loaded_values_are_lent_to_the_namespace_for_the_block_only() -> None:
    (draft,) = capture.capture({"a": [1]}).groups
    found = loading.Loader({"a": "live"}, lambda _key: None)
    with found.lending({"helper": 2}):
        loading.decode(draft, found)
        assert found.namespace == {"a": [1], "helper": 2}
    assert found.namespace == {"a": "live"}


def test_groups_that_do_not_load_are_found_with_the_reason_and_the_way_out() -> None:
    ((draft, error),) = loading.failing(capture.capture({"good": Thing(), "bad": Bad()}), {})
    assert draft.names == ("bad",)
    assert "'bad' cannot be rebuilt here: ValueError: never" in str(error)
    assert "--partial" in error.hint
    assert loading.failing(kept(run("def f(): return 1"), "f"), {}) == []
