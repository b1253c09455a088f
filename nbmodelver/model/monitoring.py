"""The outcome of a comparison of fresh data with the training set of a model, and the address of fresh data."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbmodelver.model.results import Section
    from nbmodelver.model.versions import Version

_CREDENTIALS = re.compile(r"://[^/\s]*@")
_PARAMETERS = re.compile(r"(://[^\s?]*\?)\S*")


@dataclass(frozen=True)
class Drifted:
    """One column that drifted. effect: 0 to 1. verdict: "moved", "moved strongly", "nulls", "missing" and so on."""

    column: str
    verdict: str
    effect: float


@dataclass(frozen=True)
class Monitored:
    """What fresh data says about a version.

    shown: the address or name of the version. name: the training set. source: where the fresh data is. rows: of the
    training set and of the fresh data. compared: number of compared columns. notes: what differs and is no drift.
    failed: the sentences of the alarm, () without one. at_utc: when it was kept, "" if it was not.
    """

    version: Version
    shown: str
    name: str
    source: str
    rows: tuple[int, int]
    compared: int
    drifts: tuple[Drifted, ...]
    notes: tuple[str, ...]
    failed: tuple[str, ...]
    section: Section | None = None
    at_utc: str = ""


@dataclass(frozen=True)
class LastMonitored:
    """The newest kept outcome of a version. said: the sentence of the alarm, "" if there was no drift."""

    shown: str
    passed: bool
    said: str
    source: str
    at_utc: str
    by: str


def without_password(text: str) -> str:
    """Return a text with the addresses of databases in it, without user, password and parameters.

    >>> without_password("postgresql://ada:secret@host/db"), without_password("mssql://host/db?password=secret")
    ('postgresql://...@host/db', 'mssql://host/db?...')
    """
    return _PARAMETERS.sub(r"\1...", _CREDENTIALS.sub("://...@", text))
