"""Profiles as tables."""

from __future__ import annotations

import re

from nbmodelver import views
from tests.views.samples import everything, version


def test_a_profile_shows_columns_and_says_what_is_missing():
    said = views.to_text(everything()["profiles"].document, 140)
    assert re.search(r"age +float64 +12 +78 +0.42 +29.69 ± 14.52 +80  ▁▂", said)
    assert "yes (1,200,000)" in said
    assert "no statistics: TypeError" in said
    assert "a sample of 1,000,000 rows" in said


def test_an_odd_profile_is_shown_as_far_as_it_goes():
    odd = {"columns": "none", "layers": [1, None], "importances": [], "params": [], "shape": 3}
    assert "shape 3" in str(views.show(version(1), profiles={"df": odd}))


def test_a_profile_of_many_parameters_is_cut():
    shown = views.show(version(1), profiles={"nested": {"params": {str(i): i for i in range(300)}}})
    assert len(str(shown).splitlines()) < 50
    assert "and 260 more" in str(shown)
    assert "299" in shown._repr_mimebundle_()["text/html"]
