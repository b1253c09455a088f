"""Matches of regular expressions: repeating the search in the same text gives the same match."""

from __future__ import annotations

import itertools
import re
from typing import Any

from nbmodelver.codecs.renewed import KeptState, Refused, Way

MOST = 10_000
"""Number of `finditer` matches that are compared to find the position of a match."""


def _take(match: re.Match[Any]) -> KeptState:
    where = (match.re, match.string, match.pos, match.endpos)
    for how in ("match", "fullmatch", "search"):
        if _same(getattr(match.re, how)(*where[1:]), match):
            return KeptState((*where, how, 0))
    for at, found in enumerate(itertools.islice(match.re.finditer(*where[1:]), MOST)):
        if _same(found, match):
            return KeptState((*where, "finditer", at))
    raise Refused("a match cannot be kept that a new search does not find: keep its groups")


def _same(found: re.Match[Any] | None, match: re.Match[Any]) -> bool:
    return found is not None and found.regs == match.regs and found.lastindex == match.lastindex


def _make(_cls: Any, pattern: re.Pattern[Any], text: Any, *search: Any) -> Any:
    """search: start, end, method of the pattern, index of the match."""
    pos, endpos, how, at = search
    if how == "finditer":
        return next(itertools.islice(pattern.finditer(text, pos, endpos), at, None))
    if how not in ("match", "fullmatch", "search"):
        raise TypeError("not a way to search")
    return getattr(pattern, how)(text, pos, endpos)


WAYS = (Way("matches.Match", re.Match, _take, _make, exact=True, attributes=False),)
