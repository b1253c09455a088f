"""A result behaves like its value."""

from __future__ import annotations

import pytest

from nbmodelver import views
from tests.views import samples
from tests.views.samples import version


def test_a_result_is_the_object_it_shows():
    shown = views.log(samples.VERSIONS)
    assert [v.name for v in shown] == ["v7", "v6", "v5", "v4", "v3", "v2", "v1"]
    assert shown[0].metrics["acc"] == pytest.approx(0.96)
    assert len(shown) == 7
    assert views.commit(version(7)).name == "v7"
    assert not views.verify([])
    with pytest.raises(AttributeError):
        _ = views.commit(version(7))._ipython_display_


def test_a_result_prints_as_text_and_shows_html_in_a_notebook():
    shown = views.sentence("one", value=3)
    assert repr(shown) == str(shown) == "one"
    bundle = shown._repr_mimebundle_()
    assert bundle["text/plain"] == "one"
    assert bundle["text/html"] == shown._repr_html_()


def test_the_text_is_as_wide_as_the_terminal_up_to_a_limit(monkeypatch):
    long = views.sentence("word " * 60)
    widths = {}
    for columns in ("40", "100", "400"):
        monkeypatch.setenv("COLUMNS", columns)
        widths[columns] = max(map(len, str(long).splitlines()))
    assert widths["40"] <= 40 < widths["100"] <= 100 < widths["400"] <= 140


def test_a_private_attribute_is_never_that_of_the_value():
    class Value:
        _repr_png_ = "a picture"
        public = 1

    shown = views.sentence("one", value=Value())
    assert shown.public == 1
    with pytest.raises(AttributeError):
        _ = shown._repr_png_
