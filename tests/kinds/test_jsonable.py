"""Values become short, valid JSON."""

from __future__ import annotations

import json
import math

import pytest

from nbmodelver.kinds.jsonable import finite, scalar, short


class Mine:
    def __repr__(self) -> str:
        raise AssertionError("called")


@pytest.mark.parametrize(("value", "shown"), [(math.nan, "nan"), (math.inf, "inf"), (1.5, 1.5), (True, True)])
def test_a_number_without_a_json_form_is_text(value: float, shown: object) -> None:
    assert finite(value) == shown


def test_a_class_of_the_user_is_named_by_its_type_and_not_called() -> None:
    assert scalar(Mine()) == f"<{__name__}.Mine>"
    assert short({"a": [Mine()]}) == {"a": [f"<{__name__}.Mine>"]}


def test_what_is_long_is_cut() -> None:
    text = json.dumps(short({str(n): "x" * 10_000 for n in range(1000)}))
    assert len(text) < 20_000
    assert "characters)" in text
