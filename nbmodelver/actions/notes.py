"""Notes of versions, and the acceptance of findings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver.errors import UnknownVersion, UsageError

if TYPE_CHECKING:
    from nbmodelver.model import Version
    from nbmodelver.repo import Repo


@dataclass(frozen=True)
class NoteRequest:
    """A note to show or to set. revision: None for the current version. text: the new note; None: show the note."""

    revision: str | None = None
    text: str | None = None


@dataclass(frozen=True)
class Noted:
    """The note of a version. before: the note that was replaced, None if nothing was changed."""

    version: Version
    note: str
    before: str | None = None


def note(repo: Repo, request: NoteRequest) -> Noted:
    """Show or set the note of a version. A single text with a space in it is a note of the current version.

    Raises UnknownVersion, LimitExceeded, StoreError.
    """
    revision, text = request.revision, request.text
    if text is None and revision is not None and len(revision.split()) > 1:
        revision, text = None, revision
    try:
        version = repo[revision or "HEAD"]
    except UnknownVersion as error:
        if text is None and revision is not None:
            raise UnknownVersion(error.message, f'for a note of one word: %mv_note HEAD "{revision}"') from None
        raise
    before = repo.history.note(version)
    if text is None:
        return Noted(version, before)
    repo.history.set_note(version, text)
    return Noted(version, text, before)


def accept(repo: Repo, finding: str, words: tuple[str | None, str | None]) -> str:
    """Accept a finding of the checks of the current version, and return the reason.

    words: the texts that follow; exactly one of them is the reason. Raises UsageError.
    """
    reasons = [word for word in words if word is not None]
    if len(reasons) > 1:
        raise UsageError(
            "the reason of --accept is one text, and it is accepted in all versions",
            f'put it in quotes: %mv_note --accept {finding} "{" ".join(reasons)}"',
        )
    reason = reasons[0] if reasons else ""
    repo.accept(finding, reason)
    return reason
