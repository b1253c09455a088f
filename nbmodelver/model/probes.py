"""Whether the models of a version still predict what they predicted when it was made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbmodelver.model.versions import Json, Version


@dataclass(frozen=True)
class ProbedModel:
    """One model of a version on the rows that the version keeps predictions for.

    rows: number of tested rows. different: rows with another prediction now. largest: difference of a number or a
    probability. error: the message if the model could not be run, else "".
    """

    model: str
    data: str
    rows: int
    different: int = 0
    largest: float = 0.0
    error: str = ""


@dataclass(frozen=True)
class Probed:
    """The models of a version, tested. environment: how this environment differs from that of the version."""

    version: Version
    models: tuple[ProbedModel, ...]
    environment: tuple[str, ...] = ()

    @property
    def is_same(self) -> bool:
        """True if every model predicts the same."""
        return not any(one.different or one.error for one in self.models)

    def to_dict(self) -> dict[str, Json]:
        """Return the JSON form."""
        models: list[Json] = [
            {"model": m.model, "data": m.data, "rows": m.rows, "different": m.different, "largest": m.largest,
             "error": m.error}
            for m in self.models
        ]  # fmt: skip
        return {"version": self.version.name, "models": models, "environment": list(self.environment)}
