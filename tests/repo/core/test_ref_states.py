"""The texts of refs: a bare id for branches and tags, a value with its event for all others."""

from __future__ import annotations

import pytest

from nbmodelver.errors import Damaged
from nbmodelver.repo.core.ref_states import RefState, state_of, text_of


@pytest.mark.parametrize(
    ("ref", "value", "event"), [("heads/main", "a" * 40, ""), ("tags/x", "b" * 40, ""), ("stages/m/p", {"v": [1]}, "e")]
)
def test_a_state_comes_back_equal(ref: str, value: object, event: str):
    assert state_of(ref, text_of(ref, value, event)) == RefState(value, event)  # type: ignore[arg-type]


def test_no_value_is_no_ref():
    assert text_of("tags/x", None, "e") is None
    assert state_of("tags/x", None) is None


@pytest.mark.parametrize("text", ["", "x", "[]", "{}", '{"value":1}', "[" * 10**5])
def test_a_text_that_is_no_state_is_damage(text: str):
    with pytest.raises(Damaged, match="stages/m/p") as raised:
        state_of("stages/m/p", text)
    assert raised.value.hint
