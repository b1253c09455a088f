"""Writes a report as files: the page, the same content as JSON, the bill of materials, and a checkpoint of the log."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nbmodelver.errors import StoreError, UsageError
from nbmodelver.registry import bom, checkpoints

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nbmodelver.model.reports import ComplianceReport
    from nbmodelver.repo import Repo

NAME = "compliance"


@dataclass(frozen=True)
class ReportPaths:
    """The files of a report, beside each other."""

    page: Path
    data: Path
    bom: Path
    checkpoint: Path

    def all(self) -> tuple[Path, ...]:
        """Return every file, in the order in which they are written."""
        return self.checkpoint, self.bom, self.data, self.page


def paths(target: Path) -> ReportPaths:
    """Return the files for a folder, or for the name of the page (`.html`) or of the data (`.json`)."""
    is_file = target.suffix.lower() in (".html", ".htm", ".json")
    folder, name = (target.parent, target.stem) if is_file else (target, NAME)
    page = target if is_file and target.suffix.lower() != ".json" else folder / f"{name}.html"
    return ReportPaths(page, folder / f"{name}.json", folder / f"{name}.cdx.json", folder / f"{name}.checkpoint.json")


def write(
    repo: Repo, report: ComplianceReport, target: Path, page: Callable[[ComplianceReport], str]
) -> tuple[ComplianceReport, ReportPaths]:
    """Write the files of a report, and return it with its checkpoint. page: makes the HTML page.

    A damaged log and a read-only store get no checkpoint, which the report says. Raises UsageError if a file exists or
    cannot be written; then none is left.
    """
    found = paths(target)
    for one in found.all():
        require_new(one)
    try:
        found.page.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(target, error) from error
    try:
        done = _with_checkpoint(repo, report, found.checkpoint)
        found.bom.write_text(bom.text(done.bom), encoding="utf-8")
        found.data.write_text(json.dumps(done.to_dict(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        found.page.write_text(page(done), encoding="utf-8")
    except OSError as error:
        for one in found.all():
            one.unlink(missing_ok=True)
        raise _unwritable(target, error) from error
    return done, found


def _unwritable(target: Path, error: OSError) -> UsageError:
    return UsageError(f"the report cannot be written to {target}: {error}", "choose another folder")


def require_new(path: Path) -> None:
    """Raise UsageError if a file exists: evidence is not overwritten."""
    if path.exists():
        raise UsageError(f"{path} exists", "choose another name; a report is not overwritten")


def _with_checkpoint(repo: Repo, report: ComplianceReport, path: Path) -> ComplianceReport:
    if report.damage:
        return replace(report, no_checkpoint="the log or the store is damaged")
    try:
        return replace(report, checkpoint=checkpoints.make(repo, str(path)), no_checkpoint="")
    except (StoreError, UsageError) as error:
        return replace(report, no_checkpoint=error.message)
