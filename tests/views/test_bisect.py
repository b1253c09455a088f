"""The answer of a search for the first bad version."""

from __future__ import annotations

from nbmodelver import views
from nbmodelver.model import Bisected, VersionVerdict
from tests.views.samples import version

GOOD, BAD = VersionVerdict(version(3), "good", 0.91), VersionVerdict(version(5), "bad", 0.8)


def lines(between: tuple[VersionVerdict, ...] = (), flips: tuple[VersionVerdict, ...] = ()) -> list[str]:
    found = Bisected("acc > 0.9\nand more", GOOD, BAD, between, (GOOD, BAD), 1200, 7, flips)
    shown = views.bisected(found)
    assert shown.value is found
    return str(shown).splitlines()


def test_the_first_bad_version_comes_first_with_its_value_and_message() -> None:
    found = lines()
    assert found[0] == "bisect acc > 0.9"
    assert found[1] == "v5 is the first bad version (0.8) · deeper trees"
    assert found[2] == "last good: v3 (0.91)"
    assert found[-1] == "→ %mv_diff v3 v5"
    assert "1,200 versions, 7 different, 2 tested" in found


def test_versions_that_could_not_be_tested_may_be_the_first_bad_one() -> None:
    found = " ".join(" ".join(lines(between=(VersionVerdict(version(4), "skipped", None, "no 'acc'"),))).split())
    assert "not tested: v4: no 'acc'; the first bad version may be one of them" in found


def test_a_verdict_that_changed_more_than_once_is_stated() -> None:
    flips = (VersionVerdict(version(4), "bad"), VersionVerdict(version(5), "good"))
    assert "the verdict changed 2 times: v4 bad, v5 good" in lines(flips=flips)
    assert not any("the verdict changed" in text for text in lines(flips=flips[:1]))
