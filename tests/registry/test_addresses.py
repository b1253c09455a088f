"""Addresses of registered models are parsed into model, number, holder, steps back and day."""

from __future__ import annotations

import pytest

from nbmodelver.errors import UnknownModel
from nbmodelver.registry.addresses import Address, parse


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("churn", Address("churn")),
        ("models:/churn", Address("churn")),
        (" models:/churn/1.4.0 ", Address("churn", number="1.4.0")),
        ("churn@production", Address("churn", holder="production")),
        ("churn@production~", Address("churn", holder="production", back=1)),
        ("churn@production~12", Address("churn", holder="production", back=12)),
        ("churn@production@{2026-10-01}", Address("churn", holder="production", day="2026-10-01")),
    ],
)
def test_an_address_has_parts(text: str, address: Address):
    assert parse(text) == address


@pytest.mark.parametrize("text", ["", "/", "a/b/c", "a@", "@production", "a@b~x", "a b", "churn/1.0@x", "a@b@{}"])
def test_anything_else_is_refused_with_examples(text: str):
    with pytest.raises(UnknownModel, match="is not the address of a model") as caught:
        parse(text)
    assert "churn@production" in caught.value.hint
