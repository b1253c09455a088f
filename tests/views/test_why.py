"""How an explanation is drawn: the verdict first, then the effects, then what was not tested."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nbmodelver import views
from nbmodelver.model import Cause, CauseStep, Explanation, Kept, Version, VersionId


def version(number: int, *names: str) -> Version:
    kept = {n: Kept(n, 0, "dataset", "list", "d" * 40, 10) for n in names}  # type: ignore[arg-type]
    return Version(VersionId(f"{number:040x}"), number, kept=kept)


SAID = ("426 → 479 rows · 53 added", "53 rows stand in test")
TRAIN = Cause("data", ("train",), SAID, "train", 0.97, 0.9, -0.06, again=("model",))
SEED = Cause("random state", ("SEED",), ("0 → 1",), "", 0.91, 0.97, 0.0)
NUMPY = Cause("environment", (), ("numpy 2.3 → 2.4",), why_not="the earlier packages are not in this environment")
FOUND = Explanation(
    "acc", "model.score(X, y)", version(2, "train"), version(3, "train"), (0.97, 0.91), (TRAIN, SEED, NUMPY), tests=6,
    seconds=1.5, exchanged=(("model", 0.97),), notes=("a note",),
)  # fmt: skip


def lines(found: Explanation) -> list[str]:
    return [" ".join(one.split()) for one in str(views.why(found)).splitlines()]


def test_the_verdict_comes_first() -> None:
    assert lines(FOUND)[:2] == ["why acc 0.97 → 0.91 (-0.06) · v2 → v3", "train explains it: 426 → 479 rows · 53 added"]


def test_every_change_is_shown_with_both_measurements() -> None:
    said = lines(FOUND)
    assert "change effect share v3 without it v2 with it" in said
    assert "train · training data -0.06 100 % 0.97 0.9" in said
    assert "SEED · 0 → 1 none 0.91 0.97" in said
    assert "53 rows stand in test" in said
    untested = "not tested: environment: numpy 2.3 → 2.4 · the earlier packages are not in this environment"
    assert untested in " ".join(said)
    assert "v3 with the model of v2, nothing computed again: 0.97" in said
    assert "6 measurements of model.score(X, y) in 1.5 s · computed again: model" in said
    assert said[-1] == "→ %mv_diff v2 v3 train"
    assert "a note" in said


def test_the_steps_of_a_value_are_shown_and_the_largest_is_the_verdict() -> None:
    steps = (
        CauseStep(version(3), "53 added", 0.98, 0.01),
        CauseStep(version(4), "target: recoded", 0.91, -0.07),
    )
    said = lines(replace(FOUND, causes=(replace(TRAIN, steps=steps),)))
    assert said[1] == "train explains it, since v4: target: recoded"
    assert "since v4 -0.07 0.91" in said


@pytest.mark.parametrize(
    ("causes", "verdict"),
    [
        ((), "nothing that the metric depends on changed"),
        ((replace(SEED, effect=0.0),), "no tested change explains it"),
        ((replace(TRAIN, effect=0.01),), "no tested change explains it"),
        ((replace(TRAIN, effect=-0.01, noise=0.02),), "no tested change explains it"),
        ((replace(TRAIN, effect=-0.03),), "train explains 50 % of it: 426 → 479 rows · 53 added"),
        ((NUMPY,), "environment changed: numpy 2.3 → 2.4"),
        ((NUMPY, SEED), "environment may explain it: numpy 2.3 → 2.4"),
    ],
)
def test_the_verdict_says_no_more_than_was_measured(causes: tuple[Cause, ...], verdict: str) -> None:
    assert lines(replace(FOUND, causes=causes))[1] == verdict


def test_noise_is_stated() -> None:
    said = lines(replace(FOUND, causes=(replace(TRAIN, noise=0.004),)))
    assert "a repetition alone changes the metric by up to 0.004" in said


def test_a_metric_that_did_not_change_is_said() -> None:
    assert lines(replace(FOUND, values=(0.9, 0.9)))[1] == "the metric is the same in both versions"


def test_the_html_has_the_same_words() -> None:
    html = views.why(FOUND)._repr_html_()
    assert "explains it" in html
    assert "training data" in html
