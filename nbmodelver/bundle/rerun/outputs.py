"""Compares the outputs of cells: as texts, without what changes in every run, then number by number."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbmodelver.model.rerun import Agreed

TOLERANCE = 1e-6
"""Largest relative difference of two printed numbers that count as equal, besides the rounding of the shorter one."""

_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_CHANGES = (
    (re.compile(r"\b0x[0-9a-fA-F]{6,}\b"), "0x"),
    (re.compile(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?"), "DATE"),
    (re.compile(r"\b\d{1,2}:\d{2}:\d{2}([.,]\d+)?\b"), "TIME"),
    (re.compile(r"(\b|\()\d+(\.\d+)?( ?)(ns|[µμ]s|us|ms|s|sec|secs|seconds?|min|minutes?)\b(/it)?"), "DURATION"),
    (re.compile(r"\b\d+(\.\d+)? ?it/s"), "RATE"),
    (re.compile(r"/(?:tmp|home|root|Users|work)/[^\s'\")]+"), "PATH"),
    (re.compile(r"\b(?:Writing|Overwriting)(?= \S+\.\w+)"), "WRITES"),
    (re.compile(r"<ipython-input-[^>]+>|ipykernel_\d+/\d+\.py"), "CELL"),
)
"""(what, replacement): parts of a text that differ between two runs although nothing else does."""

_NUMBER = re.compile(r"[-+]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d+)?|\b(?:nan|inf)\b")


def texts(outputs: Sequence[Mapping[str, Any]]) -> tuple[str, list[str]]:
    """Return the text of the outputs of a cell in nbformat 4, and its pictures as base64 texts."""
    said, pictures = [], []
    for output in outputs:
        kind = output.get("output_type")
        if kind == "stream":
            said.append(_text(output.get("text", "")))
        elif kind == "error":
            said.append(f"{output.get('ename')}: {output.get('evalue')}\n")
        else:
            data = output.get("data", {})
            pictures += [_text(data[m]) for m in sorted(data) if m.startswith("image/")]
            if not any(m.startswith("image/") for m in data):
                said.append(_text(data.get("text/plain", "")) + "\n")
    return "".join(said), pictures


def agreement(
    recorded: Sequence[Mapping[str, Any]], again: Sequence[Mapping[str, Any]]
) -> tuple[Agreed, str, frozenset[str]]:
    """Return how the outputs of a cell agree, what differs, and the kinds of differences that were set aside.

    Differences of addresses, dates, times, durations and paths alone are no difference.
    """
    (one, pictures), (other, drawn) = texts(recorded), texts(again)
    if len(pictures) != len(drawn):
        return "different", f"{len(pictures)} pictures became {len(drawn)}", frozenset()
    drawn_again = "pictures whose bytes differ" if pictures != drawn else ""
    if one == other:
        return ("cannot tell", drawn_again, frozenset()) if drawn_again else ("bit-identical", "", frozenset())
    (one, kinds), (other, more) = without_changes(one), without_changes(other)
    if one != other:
        agreed, detail = _numbers(one, other)
        return agreed, detail, kinds | more
    return ("cannot tell" if drawn_again else "bit-identical"), drawn_again, kinds | more


def without_changes(text: str) -> tuple[str, frozenset[str]]:
    """Return a text without what changes in every run, and the kinds of what was replaced."""
    text = _ANSI.sub("", text)
    text = "\n".join(line.rpartition("\r")[2] for line in text.split("\n"))
    found = set()
    for pattern, replacement in _CHANGES:
        text, count = pattern.subn(replacement, text)
        found |= {replacement} if count else set()
    return " ".join(text.split()), frozenset(found)


def _numbers(one: str, other: str) -> tuple[Agreed, str]:
    """Compare two texts whose words are equal, number by number."""
    if _words(one) != _words(other):
        return "different", f"{_near(one, other)}"
    largest = 0.0
    for a, b in zip(_NUMBER.findall(one), _NUMBER.findall(other), strict=True):
        difference = abs(float(a) - float(b)) / max(abs(float(a)), abs(float(b)), 1e-300) if a != b else 0.0
        if not difference <= max(TOLERANCE, _rounding(a), _rounding(b)):  # NaN is different too.
            return "different", f"{a} became {b}"
        largest = max(largest, difference)
    return "numerically equal", f"largest relative difference {largest:.2g}"


def _words(text: str) -> str:
    """Return a text without numbers and without the width of its columns, which depends on the numbers."""
    return " ".join(_NUMBER.sub("#", text).split())


def _rounding(number: str) -> float:
    """Return one unit in the last printed place of a number, relative to it; 0 for whole numbers.

    At most 1e-3: 0.91 and 0.92 are different results, 0.91234 and 0.91235 are not.
    """
    mantissa = number.lower().partition("e")[0]
    places = len(mantissa.partition(".")[2])
    if not places or not float(mantissa):
        return 0.0
    return min(1e-3, 10.0**-places / abs(float(mantissa)))


def _near(one: str, other: str) -> str:
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    start = max(0, at - 15)
    return f"'…{one[start : at + 25]}' became '…{other[start : at + 25]}'"


def _text(value: Any) -> str:
    return "".join(value) if isinstance(value, list) else str(value)
