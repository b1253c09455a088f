"""What a comparison should look for in training and test data besides what it always looks for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LeakRequest:
    """Checks that only run when they are asked for.

    group: columns whose values name an entity (a patient, a user): none of them may be in both sets. time: the column
    by which the test rows must not be older than the newest training row, or "". near_text: the least Jaccard
    similarity of texts that count as near duplicates, above 0 and at most 1; None: texts are not compared.
    """

    group: tuple[str, ...] = ()
    time: str = ""
    near_text: float | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it names."""
        return (*self.group, *([self.time] if self.time else []))
