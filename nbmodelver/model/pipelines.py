"""Results of `ci`: the checks of a pipeline, and notebooks that are compared with their versions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from nbmodelver.model.registry import GateResult, RegisteredVersion


@dataclass(frozen=True)
class PipelineCheck:
    """What a pipeline checked. target: the registered version, None if only the store was checked. stage: "" then.

    results: the store, the audit log, the policy and each gate, in this order. is_there: it is in the stage already.
    """

    target: RegisteredVersion | None
    stage: str
    results: tuple[GateResult, ...]
    is_there: bool = False

    @property
    def failed(self) -> tuple[GateResult, ...]:
        """The results that stop a promotion."""
        return tuple(r for r in self.results if not r.is_met)


@dataclass(frozen=True)
class CheckedNotebook:
    """A notebook file compared with its current version.

    outcome: "same", "skipped" (it has no version) or "failed". version: the name of the version, "" without one. said:
    what differs or is damaged, or why it was skipped. hint: what to do.
    """

    path: str
    outcome: Literal["same", "skipped", "failed"]
    version: str = ""
    said: str = ""
    hint: str = ""


@dataclass(frozen=True)
class PipelineFile:
    """A file that runs `ci`. path: relative to the top of the repository. note: what to know about it."""

    path: str
    text: str
    note: str = ""
    is_written: bool = False
