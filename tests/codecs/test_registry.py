"""A codec is found by type and by tag, and a missing library is named."""

from __future__ import annotations

import sys
from collections import OrderedDict

import pytest

from nbmodelver.codecs import registry
from nbmodelver.errors import NotLoadable


def test_a_codec_is_found_by_type_and_by_its_tag() -> None:
    codec = registry.find(OrderedDict)
    assert codec is not None
    assert registry.by_tag(codec.tag) is codec


def test_a_type_without_a_codec_has_none() -> None:
    assert registry.find(type("Mine", (), {})) is None


@pytest.mark.parametrize(("tag", "says"), [("nothing.here", "no codecs for 'nothing'"), ("python.other", "no codec")])
def test_an_unknown_tag_is_refused(tag: str, says: str) -> None:
    with pytest.raises(NotLoadable, match=says):
        registry.by_tag(tag)


def test_a_library_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "nbmodelver.codecs.polars", raising=False)
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(NotLoadable) as caught:
        registry.by_tag("polars.series")
    assert caught.value.hint == "try: pip install polars"
