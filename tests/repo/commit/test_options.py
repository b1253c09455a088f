"""The arguments of a commit are checked before any value is encoded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from nbmodelver.errors import BadName, UsageError
from nbmodelver.repo.commit.options import CommitOptions, start

if TYPE_CHECKING:
    from nbmodelver.repo import Repo


class Explosive:
    """Fails if it is encoded."""

    def __reduce__(self) -> Any:
        raise AssertionError("the value was encoded")


def started(repo: Repo, **options: Any) -> Any:
    return start(repo, {"x": Explosive()}, "message", cast("CommitOptions", options))


def test_an_unknown_option_is_a_type_error(repo: Repo) -> None:
    with pytest.raises(TypeError, match="a commit has no option 'metric'"):
        started(repo, metric={"acc": 1})


def test_a_bad_argument_is_refused_before_a_value_is_encoded(repo: Repo) -> None:
    for options, error in (
        ({"metrics": 5}, UsageError), ({"roles": {"x": "fit"}}, UsageError), ({"tags": "a b"}, BadName),
    ):  # fmt: skip
        with pytest.raises(error):
            started(repo, **options)


def test_the_setting_decides_about_a_trial_load_unless_the_caller_does(repo: Repo) -> None:
    assert (started(repo).verify, started(repo, verify_load=True).verify) == (False, True)
    repo.settings.set("verify_load", "on")
    assert (started(repo).verify, started(repo, verify_load=False).verify) == (True, False)


def test_labels_are_checked_and_the_context_is_optional(repo: Repo) -> None:
    found = started(repo, metrics={"acc": (1, "higher")}, tags="best", note="long")
    assert (found.labels.message, dict(found.labels.metrics), found.labels.tags) == ("message", {"acc": 1.0}, ("best",))
    assert list(found.context.cells) == []
