"""An id is 40 lower-case hex digits."""

from __future__ import annotations

import pytest

from nbmodelver.model import is_id


@pytest.mark.parametrize(
    ("value", "expected"), [("a" * 40, True), ("A" * 40, False), ("a" * 39, False), (b"a" * 40, False), (None, False)]
)
def test_an_id_has_forty_lower_case_hex_digits(value: object, expected: bool) -> None:
    assert is_id(value) is expected
