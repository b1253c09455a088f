"""Runs code of a version in a scratch namespace. The variables of the notebook and its random state stay as they are.

A run is plain data, so that it can also be sent to a child process (scratch_process.py).
"""

from __future__ import annotations

import contextlib
import io
import time
import warnings
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from nbmodelver.codecs import session
from nbmodelver.errors import NbmodelverError, NeedsTrust, UsageError
from nbmodelver.repo.core import imports
from nbmodelver.repo.core.labels import scalar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbmodelver.model import Json, Version
    from nbmodelver.repo.core.open_store import LoadingStore

MOST_TRIES = 20
"""The largest number of values that are loaded because the code reads them without being listed."""


@dataclass(frozen=True)
class ScratchRun:
    """What to load and to run.

    version: its names are loaded if the code reads them. loads: (version, names) that are loaded first.
    recorded: values of the record, name -> value. imports: name -> "module" or "module:object". definitions: functions
    and classes, run before the load where they can. statements: run in order after it. result: an expression that is
    evaluated at the end, "" for none. also: a second one. seed: of the random state; None leaves it as it is.
    """

    version: str
    loads: tuple[tuple[str, tuple[str, ...]], ...] = ()
    recorded: Mapping[str, Json] = field(default_factory=dict)
    imports: Mapping[str, str] = field(default_factory=dict)
    definitions: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()
    result: str = ""
    also: str = ""
    seed: int | None = None


@dataclass(frozen=True)
class ScratchResult:
    """value, also: of the two expressions, if they are plain data. truth: of the first as a bool.

    error: the message if the run failed. failed: "load" if values could not be loaded, "assert" for an AssertionError,
    "run" for any other exception, "ended" if a child process ended or took too long. differences: how loaded values
    differ from the kept ones.
    """

    value: Json = None
    also: Json = None
    truth: bool = False
    error: str = ""
    failed: str = ""
    seconds: float = 0.0
    differences: tuple[str, ...] = ()


def require_trust(store: LoadingStore, version: Version) -> None:
    """Raise NeedsTrust if running code of a version needs trust first: its imports run code as well."""
    if not store.trusts(version):
        raise NeedsTrust(
            f"{version.name} came from elsewhere, and testing it runs its code",
            f"if you trust its origin: %mv_trust {version.name}",
        )


def run(store: LoadingStore, wanted: ScratchRun) -> ScratchResult:
    """Run code in this process. The caller has checked that the versions are trusted. KeyboardInterrupt is raised."""
    state = session.take()
    started_s = time.perf_counter()
    try:
        with _quiet():
            found = _with_what_it_reads(store, wanted)
    finally:
        session.restore(state)
    return replace(found, seconds=time.perf_counter() - started_s)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Hide what the code prints, and its warnings."""
    with (
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        yield


def _with_what_it_reads(store: LoadingStore, wanted: ScratchRun) -> ScratchResult:
    """Run; if a name is missing that the version has, load it and run again from the start."""
    version = store[wanted.version]
    for _ in range(MOST_TRIES):
        try:
            return _once(store, wanted)
        except NbmodelverError as error:
            return ScratchResult(error=error.message, failed="load")
        except NameError as error:
            name = str(getattr(error, "name", "") or "")
            if name not in version.kept or any(name in names for _, names in wanted.loads):
                return ScratchResult(error=f"{type(error).__name__}: {error}", failed="run")
            wanted = replace(wanted, loads=((version.id, (name,)), *wanted.loads))
        except AssertionError as error:
            return ScratchResult(error=f"AssertionError: {error}".rstrip(": "), failed="assert")
        except (Exception, SystemExit) as error:
            return ScratchResult(error=f"{type(error).__name__}: {error}", failed="run")
    return ScratchResult(error=f"it reads more than {MOST_TRIES} variables that are not known before", failed="run")


def _once(store: LoadingStore, wanted: ScratchRun) -> ScratchResult:
    scope: dict[str, Any] = {"__name__": "__main__", **wanted.recorded}
    bound, failed = imports.bind(wanted.imports)
    if failed:
        name, why = next(iter(failed.items()))
        raise UsageError(f"'{name}' cannot be imported: {why}")
    scope |= bound
    later = [source for source in wanted.definitions if not _defined(source, scope)]
    differences: list[str] = []
    for version, names in wanted.loads:
        values, notes = store.loaded(store[version], list(names), namespace=scope)
        scope.update(values)
        differences += notes
    if wanted.seed is not None:
        session.seed(wanted.seed)
    for source in (*later, *wanted.statements):
        exec(compile(source, "<scratch>", "exec"), scope)  # noqa: S102  # the user's own cells
    value = _evaluated(wanted.result, scope)
    also = _evaluated(wanted.also, scope)
    truth = bool(value) if wanted.result else False
    return ScratchResult(_plain(value), _plain(also), truth, differences=tuple(dict.fromkeys(differences)))


def _defined(source: str, scope: dict[str, Any]) -> bool:
    """Run a definition; False if it needs something that is not loaded yet, as a default argument."""
    try:
        exec(compile(source, "<scratch>", "exec"), scope)  # noqa: S102
    except Exception:
        return False
    return True


def _evaluated(expression: str, scope: dict[str, Any]) -> Any:
    return eval(compile(expression, "<scratch>", "eval"), scope) if expression else None  # noqa: S307


def _plain(value: Any) -> Json:
    """A number or text as itself; None for anything else. No method of a user's class is called."""
    if type(value) in (int, float, bool, str):
        return value  # type: ignore[no-any-return]  # one of these types
    if type(value).__module__.partition(".")[0] in ("numpy", "torch") and (found := scalar(value)) is not value:
        return _plain(found)
    return None
