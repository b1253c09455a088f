"""The errors and warnings of nbmodelver: one tree, with one class per case that a caller can handle.

`message` says what failed and why. `hint` says what to do, as an imperative. A notebook shows these two lines instead
of a traceback, and the cell still fails. This module imports nothing.
"""

from __future__ import annotations


class NbmodelverError(Exception):
    """The base class of all errors.

    message: what failed and why, with the names that the user gave.
    hint: what to do next, "" if there is nothing to do.
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
    """An unknown option, argument or verb, or an invalid value of one."""


class FileExists(UsageError):
    """A file already exists, and the call does not allow its replacement."""


class MissingLibrary(NbmodelverError):
    """An optional library that is not installed. The hint names the extra that installs it."""


class UnknownName(NbmodelverError):
    """A variable that is neither in the notebook nor in the requested version."""


class UnknownVersion(NbmodelverError):
    """A version, tag or branch that does not exist, or an ambiguous id prefix."""


class AllForgotten(UnknownVersion):
    """A version that was forgotten or lost together with all its ancestors."""


class BadName(UsageError):
    """An invalid name of a tag, branch or variable."""


class NothingToCommit(NbmodelverError):
    """A commit without any value to keep. No version was created."""


class NotKeepable(NbmodelverError):
    """A value that cannot be kept. path: where in the value the cause is. reason: why, as a phrase."""

    def __init__(self, message: str, hint: str = "", *, path: str = "", reason: str = "") -> None:
        super().__init__(message, hint)
        self.path = path
        self.reason = reason


class NotKept(UserWarning):
    """The warning about a value that a commit of a script left out. `Version.skipped` lists all of them."""


class NotLoadable(NbmodelverError):
    """A kept value that cannot be restored here: a library is missing, `__setstate__` raises an exception ..."""


class NotPredictable(NbmodelverError):
    """A model that cannot predict a dataset: columns are missing, or its `predict` raises an exception."""


class NotComparable(NbmodelverError):
    """Two values that a check cannot compare: one is no table, cannot be loaded, or they share too few columns."""


class LoadedDifferently(UserWarning):
    """The warning of `Repo.load` about a value that differs from the kept one; its text describes the difference."""


class NotMergeable(NbmodelverError):
    """Two values that cannot be merged inside. The message is the reason, as a phrase without the name."""


class NeedsTrust(NbmodelverError):
    """A value that needs pickle, in a store or bundle that is not trusted (P3, see SECURITY.md)."""


class Busy(NbmodelverError):
    """A cell is running, and the operation would change variables during its execution."""


class Cancelled(NbmodelverError):
    """The user cancelled the operation. Nothing was changed."""


class Interrupted(KeyboardInterrupt):
    """An interrupt of the kernel during a verb. It is not an NbmodelverError, so handlers of errors do not catch it."""

    def _render_traceback_(self) -> list[str]:
        """The lines that IPython shows in place of a traceback."""
        return [f"KeyboardInterrupt: {self}", "  nothing is left half done; run %mv_status to see the current version"]


class MergeConflict(NbmodelverError):
    """A merge of names that both sides changed. The notebook was not changed."""


class LimitExceeded(NbmodelverError):
    """An input above a limit, which the message states."""


class StoreError(NbmodelverError):
    """A failed operation of the store. No incomplete data is visible."""


class NoStore(StoreError):
    """No store was found here."""


class StoreTooNew(StoreError):
    """A store in a newer format than this nbmodelver supports. The message states the format."""


class StoreReadOnly(StoreError):
    """No write permission for the store's folder."""


class StoreFull(StoreError):
    """The disk is full, or a quota or file-size limit was reached."""


class StoreLocked(StoreError):
    """Another process held a lock of the store until the timeout."""


class InUse(StoreError):
    """A file of the store that cannot be replaced or deleted, because another program has it open (on Windows)."""


class RefMoved(StoreError):
    """A ref that another process moved at the same time."""


class Damaged(StoreError):
    """Data that differs from what was written. The message names the object, and version and variable if known."""


class MissingPart(Damaged):
    """A missing part that a version needs."""


class RemoteError(NbmodelverError):
    """A failed operation of a remote. Nothing was lost: what was not sent is still here."""


class RemoteUnreachable(RemoteError):
    """No network, an unknown host, or a server that does not answer or answers 5xx. Another attempt may succeed."""


class RemoteDenied(RemoteError):
    """Missing, wrong or expired credentials, or credentials that do not allow this operation."""


class RemoteMissing(RemoteError):
    """A bucket, container, folder or host that does not exist, or a prefix without a remote."""


class RemoteFull(RemoteError):
    """A quota or a full disk at the remote."""


class Truncated(RemoteError):
    """An answer that is shorter than the object. Another attempt may succeed."""


class NotSupported(RemoteError):
    """An operation that the place of a remote cannot do, such as compare-and-swap on a shared folder."""


class RemoteTooNew(RemoteError):
    """A remote in a newer format than this nbmodelver supports."""


class RemoteChanged(RemoteError):
    """A remote that lost or changed what it once had: its head is older, or a tag or an event differs (P8)."""


class Diverged(RemoteError):
    """A branch that has versions at the remote which are not here, so a push would remove them."""


class NotPushed(RemoteError):
    """A push that was refused before anything was sent: a secret, a role, or a foreign history."""


class SecretFound(NotPushed):
    """A version that looks as if it had secrets, so it was not sent. found: (where, why) of each one in `version`."""

    def __init__(
        self, message: str, hint: str = "", *, version: str = "", found: tuple[tuple[str, str], ...] = ()
    ) -> None:
        super().__init__(message, hint)
        self.version = version
        self.found = found


class GateFailed(NbmodelverError):
    """A promotion that gates stop. Nothing was moved. `gates` lists every outcome."""

    def __init__(self, message: str, hint: str = "", gates: tuple[object, ...] = ()) -> None:
        super().__init__(message, hint)
        self.gates = gates


class BadPolicy(UsageError):
    """A policy file that cannot be used. The policy in force stays."""


class HookFailed(NbmodelverError):
    """A hook of the policy that stopped a verb: it failed, or it did not end in time. Nothing was changed."""


class HookNotAllowed(HookFailed):
    """A hook of the policy that this user has not allowed to run. The message shows its command."""


class HookNotRun(UserWarning):
    """The warning about a hook after a verb that failed or did not run. The verb is done."""


class NotAllowed(NbmodelverError):
    """An action for which the policy names a role that the user does not have."""


class NotVerified(NbmodelverError):
    """A registered version whose promotion is not proven by the pinned keys. Nothing was loaded."""


class UnknownModel(NbmodelverError):
    """A registered model, version, stage or alias that does not exist."""


class ArchivedVersion(NbmodelverError):
    """An archived version. It keeps every byte and cannot be used until it is restored."""


class DeprecatedVersion(UserWarning):
    """The warning about the use of a deprecated version. Its text has the reason and the replacement."""


class DivergedStage(UserWarning):
    """The warning about a load through a stage that two merged stores moved to different versions."""


class RefusedVersion(NbmodelverError):
    """A deprecated version whose use the policy refuses."""


class RerunFailed(NbmodelverError):
    """A re-run that could not begin: its environment cannot be made, or its kernel does not start."""


class BadBundle(NbmodelverError):
    """A malformed, incomplete, changed or unsafe bundle. Nothing was written."""
