"""A model that was written alone, in a folder that programs without nbmodelver can use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.model.versions import Version


@dataclass(frozen=True)
class Handover:
    """What was written. title: the address of the registered version, or the name of the version.

    format: of the model's file: "skops", "ubj", "lightgbm", "safetensors" or "pickle". proof: what a fresh process
    found when it loaded the model and predicted the example. is_proven: its predictions are equal or numerically equal.
    notes: what is missing, and how to get it.
    """

    version: Version
    title: str
    variable: str
    folder: Path
    files: tuple[str, ...]
    format: str
    proof: str
    is_proven: bool
    notes: tuple[str, ...] = ()
