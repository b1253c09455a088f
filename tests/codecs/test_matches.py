"""Matches of regular expressions are found again."""

from __future__ import annotations

import re

import pytest

from tests.codecs.again import Again


@pytest.mark.parametrize(
    "match",
    [
        re.match("a(b)?", "abc"),
        re.compile("b+").search("aabb", 1, 3),
        re.fullmatch("(?P<x>a+)", "aaa"),
        list(re.finditer(b"a", b"abcaa"))[2],
    ],
)
def test_a_match_is_found_again(match):
    found = Again(match=match).match
    assert (found.regs, found.re, found.string, found.pos, found.endpos, found.groupdict()) == (
        match.regs, match.re, match.string, match.pos, match.endpos, match.groupdict(),
    )  # fmt: skip
