"""The direction in which a metric is better: where it comes from, and what takes precedence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from nbmodelver.errors import UsageError
from nbmodelver.model import Version, VersionId
from nbmodelver.repo.core.directions import (
    directions,
    inherited,
    recorded_directions,
    require_direction,
    split,
    unknown,
)

if TYPE_CHECKING:
    from nbmodelver.repo import Repo


def version(number: int, **said: str) -> Version:
    return Version(VersionId(f"{number:040x}"), number, directions=said)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("fid:lower", ("fid", "lower")), ("fid : Higher ", ("fid", "higher")), ("fid", ("fid", None)),
        ("fid:down", ("fid:down", None)), ("a:b:lower", ("a:b", "lower")), (":lower", ("", "lower")), ("", ("", None)),
    ],
)  # fmt: skip
def test_a_direction_is_split_off_the_end(text: str, found: Any) -> None:
    assert split(text) == found


@pytest.mark.parametrize("value", ["down", "", None, 1, "Lower"])
def test_only_two_words_are_directions(value: object) -> None:
    assert require_direction("fid", "lower") == "lower"
    with pytest.raises(UsageError, match="direction of 'fid' cannot be"):
        require_direction("fid", value)


def test_the_newer_of_two_contradicting_records_counts() -> None:
    versions = [version(3, fid="higher"), version(1, fid="lower", is_="lower"), version(2, fid="odd")]
    assert recorded_directions(versions) == {"fid": "higher", "is_": "lower"}


def test_versions_at_hand_precede_the_current_one_which_precedes_the_name(repo: Repo) -> None:
    repo.commit({"x": 1}, metrics={"fid": (1.0, "lower"), "acc": (1.0, "lower"), "loss": 1.0})
    known = directions(repo.history, ["fid", "acc", "loss", "nonsense"])
    assert known == {"fid": "lower", "acc": "lower", "loss": "lower", "nonsense": "unknown"}
    near = [version(9, fid="higher")]
    assert directions(repo.history, ["fid"], near) == {"fid": "higher"}


def test_the_newest_versions_are_searched_for_a_metric_that_the_current_one_lacks(repo: Repo) -> None:
    repo.commit({"x": 1}, metrics={"fid": (1.0, "lower")})
    repo.commit({"x": 2}, metrics={"fid": (1.0, "higher")})
    for number in range(3):
        repo.history.set_head(None)
        repo.commit({"x": number})
    assert directions(repo.history, ["fid"]) == {"fid": "higher"}


def test_a_new_version_inherits_from_the_first_parent_unless_the_user_says_otherwise(repo: Repo) -> None:
    parents = [version(1, fid="lower", kid="lower"), version(2, fid="higher", is_="higher")]
    found = inherited(repo.history, parents, ["fid", "kid", "is_"], {"kid": "higher"})
    assert found == {"fid": "lower", "kid": "higher", "is_": "higher"}


def test_an_unknown_direction_is_reported_with_the_option_that_sets_it() -> None:
    assert unknown("fid") == "direction of 'fid' unknown: --metric fid=VALUE:lower"
    assert unknown("fid", 0.25) == "direction of 'fid' unknown: --metric fid=0.25:lower"
