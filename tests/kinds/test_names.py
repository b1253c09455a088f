"""Types have the shortest public name."""

from __future__ import annotations

from collections import OrderedDict

import pytest

from nbmodelver.kinds.names import type_name


@pytest.mark.parametrize(("value", "name"), [(1, "int"), (OrderedDict(), "collections.OrderedDict")])
def test_a_type_has_its_public_name(value: object, name: str) -> None:
    assert type_name(value) == name


def test_a_private_module_is_not_shown() -> None:
    linear_model = pytest.importorskip("sklearn.linear_model")
    assert type_name(linear_model.Ridge()) == "sklearn.linear_model.Ridge"
