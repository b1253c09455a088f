"""The arguments of a commit: checked, and converted to the types of a record."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from nbmodelver.errors import UsageError
from nbmodelver.repo.core.labels import (
    MOST_BITS,
    MOST_LEVELS,
    as_names,
    labels,
    require_names,
    require_number,
    require_roles,
    scalar,
)


def test_a_metric_may_come_with_its_direction() -> None:
    made = labels("", "", {"fid": (np.float32(12), "lower"), "acc": 0.5}, None, ())
    assert dict(made.metrics) == {"fid": 12.0, "acc": 0.5}
    assert dict(made.directions) == {"fid": "lower"}
    assert type(made.metrics["fid"]) is float


def test_labels_of_a_commit_without_arguments_are_empty() -> None:
    made = labels("", "", None, None, None, auto="cell")
    assert (made.message, dict(made.metrics), dict(made.params), made.tags, made.auto) == ("", {}, {}, (), "cell")


def nested(levels: int) -> Any:
    return [nested(levels - 1)] if levels else 1


def test_a_parameter_is_json_up_to_the_limits() -> None:
    given = {"deep": nested(MOST_LEVELS), "big": 2 ** (MOST_BITS - 1), "t": (1, {2: "a"}), "n": np.array([[3]])}
    made = labels("", "", None, given, ())
    assert made.params["t"] == [1, {"2": "a"}]
    assert made.params["n"] == 3
    assert type(made.params["n"]) is int
    for name, value in (("deep", nested(MOST_LEVELS + 1)), ("big", 2**MOST_BITS)):
        with pytest.raises(UsageError, match=f"the parameter '{name}'"):
            labels("", "", None, {name: value}, ())


@pytest.mark.parametrize(
    ("value", "names"),
    [(None, ()), ("ab", ("ab",)), (["a", "b"], ("a", "b")), (iter("ab"), ("a", "b")), ((), ())],
)
def test_one_name_need_not_be_a_list(value: Any, names: tuple[str, ...]) -> None:
    assert as_names("tags", value) == names


@pytest.mark.parametrize("value", [1, [1], ["a", None], b"a"])
def test_names_are_texts(value: Any) -> None:
    with pytest.raises(UsageError, match="tags are texts, not"):
        as_names("tags", value)


@pytest.mark.parametrize("value", [0, 1.5, 100, np.int8(3)])
def test_a_number_in_its_range_is_accepted(value: Any) -> None:
    require_number("sample", value, 0, 100)


@pytest.mark.parametrize("value", [-0.1, 100.5, math.nan, True, "3", None])
def test_a_number_outside_of_its_range_is_refused(value: Any) -> None:
    with pytest.raises(UsageError, match="sample cannot be") as caught:
        require_number("sample", value, 0, 100)
    assert caught.value.hint == "give a number from 0 to 100"


def test_a_number_without_an_upper_limit_says_only_the_lower_one() -> None:
    with pytest.raises(UsageError) as caught:
        require_number("grace_s", -1, 0)
    assert caught.value.hint == "give a number, 0 or more"


def test_roles_are_three_words() -> None:
    assert require_roles({"a": "train", "b": "test"}) == {"a": "train", "b": "test"}
    assert require_roles(None) == {}
    with pytest.raises(UsageError, match="'a' cannot have the role 'fit'"):
        require_roles({"a": "fit"})


def test_values_are_named_by_texts() -> None:
    require_names({"df": 1})
    for values in ({1: 2}, {"": 1}, [("df", 1)]):
        with pytest.raises(UsageError):
            require_names(values)


def test_an_array_of_one_element_is_its_element() -> None:
    assert scalar(np.array([[2.5]])) == 2.5
    several = np.array([1, 2])
    assert scalar(several) is several
    assert scalar("a") == "a"
