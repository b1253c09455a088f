"""Every error that nbmodelver raises on purpose: one tree, one class per thing a caller can do something about.

A message says what was asked and what is in the way; `hint` says what to do next. In a notebook an error shows
as these two lines instead of a traceback, and the cell still fails. This module imports nothing.
"""

from __future__ import annotations


class NbmodelverError(Exception):
    """The root of the tree.

    message: what was asked for and what is in the way, with the user's own names in it.
    hint: what to do next; empty when there is nothing to do.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message

    def __reduce__(self) -> tuple[type, tuple[str, str]]:
        return type(self), (self.message, self.hint)

    def _render_traceback_(self) -> list[str]:
        """The lines that IPython shows in place of a traceback."""
        lines = [f"{type(self).__name__}: {self.message}"]
        return [*lines, f"  {self.hint}"] if self.hint else lines


class UsageError(NbmodelverError):
    """An option, argument or verb that does not exist or does not fit."""


class FileExists(UsageError):
    """A file is there already, and nobody has said that it may be replaced."""


class UnknownName(NbmodelverError):
    """A variable that is neither in the notebook nor in the version asked for."""


class UnknownVersion(NbmodelverError):
    """A version, tag or branch that the store does not have, or an ambiguous prefix."""


class AllForgotten(UnknownVersion):
    """A version that was forgotten or lost, as was all that it came from."""


class BadName(UsageError):
    """A tag, branch or variable name that may not be used."""


class NothingToCommit(NbmodelverError):
    """A commit with nothing to keep; no version was made."""


class NotKeepable(NbmodelverError):
    """A value that cannot be kept: `path` leads to the culprit inside it, `reason` says why."""

    def __init__(self, message: str, hint: str = "", *, path: str = "", reason: str = "") -> None:
        super().__init__(message, hint)
        self.path = path
        self.reason = reason


class NotKept(UserWarning):
    """A value that a version leaves out, warned of when a script commits; `Version.skipped` has them all."""


class NotLoadable(NbmodelverError):
    """A kept value that cannot be brought back here: a missing library, a failing `__setstate__` ..."""


class LoadedDifferently(UserWarning):
    """Told by `repo.load` of a value that the libraries here could not rebuild as it was; the text says how."""


class NeedsTrust(NbmodelverError):
    """A value that only pickle can rebuild, in a store or bundle that is not trusted."""


class Busy(NbmodelverError):
    """A cell is running: what was asked for would change variables under it."""


class Cancelled(NbmodelverError):
    """The user stopped or withdrew what was asked for; nothing was changed."""


class Interrupted(KeyboardInterrupt):
    """The kernel's interrupt while a verb worked. Outside the tree: what catches errors must not stop an interrupt."""

    def _render_traceback_(self) -> list[str]:
        """The lines that IPython shows in place of a traceback."""
        return [f"KeyboardInterrupt: {self}", "  nothing is left half done: %mv_status says where the notebook stands"]


class MergeConflict(NbmodelverError):
    """Names that both sides changed; nothing was changed."""


class LimitExceeded(NbmodelverError):
    """An input above a limit; the message gives the limit's name and number."""


class StoreError(NbmodelverError):
    """The store cannot do what was asked. Nothing half-made is visible."""


class NoStore(StoreError):
    """No store was found here."""


class StoreTooNew(StoreError):
    """The store was written by a newer nbmodelver; the message gives the version needed."""


class StoreReadOnly(StoreError):
    """The store's folder may not be written."""


class StoreFull(StoreError):
    """No room on the disk, or a quota or file-size limit was reached."""


class StoreLocked(StoreError):
    """Another process held the store's lock for too long."""


class InUse(StoreError):
    """A file of the store cannot be replaced or deleted, because another program has it open (on Windows)."""


class RefMoved(StoreError):
    """A ref was moved by someone else in the meantime."""


class Damaged(StoreError):
    """Bytes that are not what was written: the message names the object, and where known version and variable."""


class MissingPart(Damaged):
    """A part that a version needs and the store does not have."""


class BadBundle(NbmodelverError):
    """A bundle that is malformed, incomplete, changed or unsafe; nothing was written."""
