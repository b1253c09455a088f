"""The sections about label maps and vocabularies: one sentence, then the labels that have another code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.comparison.models.label_maps import are_labels, label_diff, label_maps
from nbmodelver.model import Row, Section

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.comparison.models.label_maps import Label, LabelChange, LabelDiff
    from nbmodelver.comparison.sides import Side

COLUMNS = ("label", "before", "after", "change", "how")
MAX_ROWS = 10
"""Rows for each of changed, added and removed labels; the sentence has the counts."""
MAX_NAMED = 3
MAX_LETTERS = 40


def labels(name: str, before: Side, after: Side) -> Sequence[Section]:
    """The sections "labels.NAME"; none if the values have no label maps, or equal ones. Reads both values."""
    old, new = label_maps(before.load(), name), label_maps(after.load(), name)
    found = []
    for path in new:
        if path in old and are_labels(old[path], new[path]):
            diff = label_diff(old[path].codes, new[path].codes)
            title = f"{name}.{path}" if path else name
            found += [section(name, title, diff)] if diff.differs else []
    return found


def section(name: str, title: str, found: LabelDiff) -> Section:
    """A difference of label maps as the section "labels.NAME". title: the name of the map."""
    swapped = {label: other for pair in found.swapped for label, other in (pair, pair[::-1])}
    rows = [_changed(c, found, swapped.get(c.label)) for c in found.changed[:MAX_ROWS]]
    rows += [Row((_cell(label), None, code, None, None), "added") for label, code in found.added[:MAX_ROWS]]
    rows += [Row((_cell(label), code, None, None, None), "removed") for label, code in found.removed[:MAX_ROWS]]
    left = sum(max(len(one) - MAX_ROWS, 0) for one in (found.changed, found.added, found.removed))
    phrases = [summary(found), *([f"{left:,} more are not listed"] if left else [])]
    return Section(f"labels.{name}", f"{title} · labels", COLUMNS, tuple(rows), note="; ".join(phrases))


def summary(found: LabelDiff) -> str:
    """The difference in one line: "10 labels in common: codes shifted by +1 for 10 of 10"."""
    phrases = [f"{found.both:,} label{'s' if found.both != 1 else ''} in common: {_codes(found)}"]
    renamed = found.renamed
    if renamed and not found.changed:
        named = ", ".join(f"{_cell(old)} → {_cell(new)}" for old, new, _ in renamed[:MAX_NAMED])
        phrases.append(
            f"{len(renamed):,} code{'s' if len(renamed) > 1 else ''} with another label ({named}{_more(renamed)})"
        )
    for listed, word in ((found.added, "added"), (found.removed, "removed")):
        if listed:
            named = ", ".join(str(_cell(label)) for label, _ in listed[:MAX_NAMED])
            phrases.append(f"{len(listed):,} {word} ({named}{_more(listed)})")
    if found.changed:
        phrases.append("earlier codes mean other labels now")
    return " · ".join(phrases)


def _codes(found: LabelDiff) -> str:
    """What happened to the codes of the common labels."""
    if not found.changed:
        return "the same codes"
    step, count = found.shift
    if found.is_reversed:
        return "the order is reversed"
    if found.swapped and 2 * len(found.swapped) == len(found.changed):
        if len(found.swapped) == 1:
            first, second = found.swapped[0]
            return f"the codes of 2 labels are swapped ({_cell(first)}, {_cell(second)})"
        return f"the codes of {2 * len(found.swapped):,} labels are swapped in pairs"
    if not step:
        return f"{len(found.changed):,} have another code"
    words = f"codes shifted by {step:+,} for {count:,} of {found.both:,}"
    cause = found.inserted or found.dropped
    if cause is not None:
        verb = "inserted" if found.inserted else "removed"
        words += f", from code {cause[1]:,} on, where {_cell(cause[0])} was {verb}"
    others = len(found.changed) - count
    return f"{words}, {others:,} moved otherwise" if others else words


def _changed(change: LabelChange, found: LabelDiff, other: Label | None) -> Row:
    step, _ = found.shift
    how = f"swapped with {_cell(other)}" if other is not None else "shifted" if change.step == step else "moved"
    return Row((_cell(change.label), change.before, change.after, change.step, how))


def _cell(label: Label) -> Label:
    return label if type(label) is not str or len(label) <= MAX_LETTERS else f"{label[: MAX_LETTERS - 1]}…"


def _more(listed: Sequence[object]) -> str:
    return f" and {len(listed) - MAX_NAMED:,} more" if len(listed) > MAX_NAMED else ""
