"""A comparison of two versions, section by section."""

from __future__ import annotations

import re

from nbmodelver import views
from nbmodelver.model import (
    Diff,
    Row,
    Section,
)
from tests.views import samples
from tests.views.samples import version


def test_a_diff_shows_what_differs_and_names_what_does_not():
    said = str(views.diff(samples.DIFF))
    assert re.search(r"\+ scaler +sklearn.preprocessing.StandardScaler +1.2 kB", said)
    assert "-model = RF(100)\n+model = RF(200)" in said
    assert "unchanged: Packages" in said
    assert "no differences" in str(views.diff(Diff(version(1), version(2), ())))


def test_a_parameter_that_is_none_is_shown_and_one_that_is_not_there_is_not():
    rows = (Row(("m.depth", None, 3, None), "changed"), Row(("m.seed", None, None, None), "added"))
    section = Section("params", "Hyperparameters", ("name", "before", "after", "change"), rows)
    said = [line.split() for line in str(views.diff(Diff(version(1), version(2), (section,)))).splitlines()]
    assert ["~", "m.depth", "None", "3"] in said
    assert ["+", "m.seed", "None"] in said


def test_a_value_whose_profile_says_nothing_of_its_change_is_not_called_the_same():
    names = Section("names", "Variables", ("variable",), (Row(("net",), "changed"), Row(("df",), "same")))
    rows = (Row(("type", "Net", "Net", None), "same"),)
    quiet = [Section(f"profile.{n}", n, ("what", "before", "after", "change"), rows) for n in ("net", "df")]
    said = str(views.diff(Diff(version(1), version(2), (names, *quiet)))).splitlines()
    assert "changed, but the profile shows no difference: net" in said
    assert "unchanged: df" in said


def test_a_diff_gives_steps_a_sign_and_sizes_a_unit():
    """As the panel does: "acc 0.5 0.55 0.05" looked like a third value, and 11,360,274 like a number of rows."""
    steps = (Row(("acc", 0.5, 0.55, 0.05), "changed"), Row(("loss", 3, 1, -2), "changed"))
    metrics = Section("metrics", "Metrics", ("name", "before", "after", "change"), steps)
    sizes = (Row(("df", "dataset", "DataFrame", None, 11_360_274), "added"),)
    names = Section("names", "Variables", ("variable", "kind", "type", "bytes before", "bytes after"), sizes)
    said = [line.split() for line in str(views.diff(Diff(version(1), version(2), (names, metrics)))).splitlines()]
    assert ["~", "acc", "0.5", "0.55", "+0.05"] in said
    assert ["~", "loss", "3", "1", "-2"] in said
    assert ["+", "df", "dataset", "DataFrame", "11", "MB"] in said


LONG = "53 of the 143 rows of test also stand in train with another mean area only, 12 with another mean radius"


def test_an_alarm_of_a_comparison_is_not_cut():
    rows = (Row(("alarm", LONG, "v2", "column:train,test"), "added"), Row(("accepted: known", "b", "v1", "i"), "added"))
    section = Section("alarms", "Alarms", ("level", "finding", "since", "id"), rows, note="not looked for: --time")
    text = " ".join(str(views.diff(Diff(version(1), version(2), (section,)))).split())
    assert f"! {LONG} · since v2 · column:train,test" in text
    assert "accepted: known: b · since v1 · i" in text
    assert "not looked for: --time" in text
