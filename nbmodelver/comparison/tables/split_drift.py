"""Columns whose distribution differs between the training set and a test set of one version.

The gates are those of `drift`. A new category or an extreme value alone is no difference here: the smaller set of an
honest split lacks rare values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.comparison.tables import drift

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.comparison.tables.drift import Drift
    from nbmodelver.comparison.tables.tables import TableData
    from nbmodelver.model import Section

GREW = 0.05
"""A difference that grew by this effect is reported again."""
COMPARISONS = 10
"""Every version has such pairs, also of targets and validation sets: one of ten must not differ by chance."""


def split_drifts(train: TableData, test: TableData) -> list[Drift]:
    """The columns that differ between the sets, the strongest first; [] if they do not have the same columns."""
    if {c.name for c in train.columns} != {c.name for c in test.columns}:
        return []
    found = drift.drifts(train, test, COMPARISONS)
    moved = {d.name for d in found if d.verdict.startswith("moved")}
    return [d for d in found if d.verdict == "nulls" or (d.name in moved and d.verdict != "extreme values")]


def new_or_grown(found: Sequence[Drift], former: Sequence[Drift]) -> list[Drift]:
    """The differences that the version before did not have, or that grew since."""
    effects = {(d.name, _kind(d)): d.effect for d in former}
    return [d for d in found if d.effect >= effects.get((d.name, _kind(d)), 0.0) + GREW]


def _kind(found: Drift) -> str:
    return "moved" if found.verdict.startswith("moved") else found.verdict


def split_section(
    names: tuple[str, str], train: TableData, test: TableData, found: Sequence[Drift], note: str = ""
) -> Section | None:
    """The section "split.TRAIN,TEST" with these differences; None without one. names: of the two sets."""
    ids = f"split.{','.join(names)}", f"{names[0]} against {names[1]} · drift"
    return drift.section_of(ids, found, (train, test), note, names)
