"""The cells of cells.txt: definitions of a notebook of every sort, and an expression that uses each of them."""

from __future__ import annotations

import importlib.util
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Case:
    """One value. needs: packages that its cell imports. since: the first Python that can read the cell."""

    name: str
    cell: str
    check: str
    needs: tuple[str, ...]
    since: tuple[int, ...]

    @property
    def is_available(self) -> bool:
        """True when this environment can run the cell."""
        return sys.version_info >= self.since and all(importlib.util.find_spec(name) for name in self.needs)


IMPORTS = "import abc, asyncio, collections, contextlib, dataclasses, enum, functools, itertools, math, types, typing"

_CELL = re.compile(
    r"^# %% (?P<name>\w+)(?: needs (?P<needs>[\w ]+?))?(?: since (?P<since>[\d.]+))?\n"
    r"(?P<cell>.*?)\n# check (?P<check>.*?)$",
    re.DOTALL | re.MULTILINE,
)


def cases() -> Iterator[Case]:
    """Every case, in the order in which the cells run."""
    for found in _CELL.finditer((Path(__file__).parent / "cells.txt").read_text(encoding="utf-8")):
        since = tuple(map(int, (found["since"] or "3.11").split(".")))
        yield Case(found["name"], found["cell"], found["check"], tuple((found["needs"] or "").split()), since)
