"""Long texts and many plain members of one type are data."""

from __future__ import annotations

from typing import Any

import pytest

from nbmodelver.kinds.data import described, is_data


@pytest.mark.parametrize("value", ["x" * 201, list(range(51)), {str(n): n for n in range(51)}, set(range(51))])
def test_long_values_are_data(value: Any) -> None:
    assert is_data(value)


@pytest.mark.parametrize("value", ["x" * 200, list(range(50)), {"a": 1}, [object()] * 51, 5])
def test_short_or_mixed_values_are_not(value: Any) -> None:
    assert not is_data(value)


def test_the_profile_has_the_length_and_the_types() -> None:
    found = described(list(range(60)))
    assert (found["length"], found["of"]) == (60, "int")
