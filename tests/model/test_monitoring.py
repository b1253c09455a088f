"""Passwords in the addresses of databases are hidden wherever an address is shown or kept."""

from __future__ import annotations

import pytest

from nbmodelver.model.monitoring import without_password


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://ada:secret@host/db", "postgresql://...@host/db"),
        ("mssql://host/db?password=secret", "mssql://host/db?..."),
        ("sqlite:///data/x.db", "sqlite:///data/x.db"),
        ("no address at all", "no address at all"),
    ],
)
def test_credentials_and_parameters_are_hidden(text: str, shown: str) -> None:
    assert without_password(text) == shown
