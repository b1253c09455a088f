"""Proves that values can be loaded: loads every class of value once, isolated from the kernel (trial.py).

Pickle writes many values that it cannot read, and the pickling methods of some classes drop attributes. Both are found
before the commit is acknowledged. A successful load is remembered for the lifetime of the kernel, by the classes and
the attribute names of the value. Data, and classes of the libraries in proven.py, are never tried; docs/coverage.md
shows that they load.
"""

from __future__ import annotations

import itertools
import sys
import weakref
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from nbmodelver.codecs import graph, trial
from nbmodelver.codecs.arrays import Arrays
from nbmodelver.codecs.definitions import NOTEBOOK
from nbmodelver.codecs.plainly import comes_back_plainly
from nbmodelver.codecs.proven import is_proven
from nbmodelver.errors import NbmodelverError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nbmodelver.codecs.graph import Capture, Draft
    from nbmodelver.codecs.identity import Memo
    from nbmodelver.codecs.unpickling import Unpickler

LIBRARY_LIMIT_S = 5.0
"""Time limit in seconds for values without notebook code:

a hang there waits for a thread that the child does not have.
"""

FILLED_BYTES = 1 << 20
"""Longer arrays stay uninitialized in the first trial, which then costs no memory.

A failure is tried again with data.
"""

MOST_COMPARED = 10_000

_known: dict[Any, list[str]] = {}
"""Key of what was loaded -> the differences."""

_failed: dict[Any, dict[int, str]] = {}
"""Key of what could not be loaded -> hash of the skeleton -> reason; another state may be loadable."""

_serials: dict[int, tuple[weakref.ref[Any], int]] = {}
_next_serial = itertools.count()


@dataclass
class TrialResults:
    """The results of the trial loads.

    unloadable: name -> why it cannot be loaded. notes: name -> what differs after a load.
    """

    unloadable: dict[str, str] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)

    def note(self, name: str, text: str) -> None:
        """Add a note about a name."""
        known = self.notes.setdefault(name, [])
        if text not in known:
            known.append(text)


@dataclass(frozen=True)
class _Trial:
    """A draft to load. key: what the load proves. memo: the objects met when it was written."""

    draft: Draft
    key: Any
    memo: Memo


def prove(capture: Capture, namespace: dict[str, Any], limit_s: float) -> TrialResults:
    """Load everything that this kernel has not loaded yet.

    The buffers of the capture are live memory, so call this before any other code runs. limit_s: time limit in seconds
    for each group that notebook code rebuilds; 0 disables it.
    """
    found = TrialResults()
    for with_code in (True, False):
        trials = [t for t in _trials(capture, found) if bool(t.draft.uses) is with_code]
        limit = limit_s if with_code else min(limit_s or LIBRARY_LIMIT_S, LIBRARY_LIMIT_S)
        if trials:
            _run(trials, capture, namespace, limit, found)
    return found


def _trials(capture: Capture, found: TrialResults) -> Iterator[_Trial]:
    """Yield the drafts to load; known results of the others are added to `found`."""
    for draft in capture.groups:
        key = _key(draft, capture)
        if key is None:
            continue
        if why := _failure(key, draft):
            found.unloadable.update(_blamed(draft, capture, why))
        elif key not in _known:
            yield _Trial(draft, key, capture.met.get(draft.names, {}))
        else:
            for name, note in itertools.product(draft.names, _known[key]):
                found.note(name, note)


def _failure(key: Any, draft: Draft) -> str:
    """Why a draft could not be loaded; "" if it could be loaded or was not tried."""
    return _failed[key].get(hash(draft.skeleton), "") if key in _failed else ""


def _blamed(draft: Draft, capture: Capture, why: str) -> dict[str, str]:
    """The names of a group that failed alone, with the reason; otherwise all names."""
    alone = {n: text for n in draft.names if n in capture.alone and (text := _failure(n, capture.alone[n]))}
    return alone or dict.fromkeys(draft.names, why)


def _key(draft: Draft, capture: Capture) -> Any:
    """Return a key of the classes and attributes that a load of this draft tests; None if it needs no test."""
    if draft.format != graph.PICKLE:
        return None
    kinds = {kind for name in draft.names for kind in capture.kinds.get(name, ())}
    used = {cls for key in draft.uses if isinstance(cls := capture.defined.get(key), type)}
    tried = (cls for cls in kinds | used if not is_proven(cls.__module__) and not comes_back_plainly(cls))
    classes = tuple(sorted(map(_serial, tried)))
    if not classes:
        return None
    return classes, tuple(_shape(capture.values.get(name)) for name in draft.names)


def _serial(cls: type) -> int:
    """A number for this class object; a redefined class gets another number."""
    ref, number = _serials.get(id(cls), (None, -1))
    if ref is None or ref() is not cls:
        number = next(_next_serial)
        _serials[id(cls)] = (weakref.ref(cls), number)
    return number


def _shape(value: Any) -> tuple[str, ...]:
    """The attribute names of a value."""
    try:
        own = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return ()
    return tuple(sorted(map(str, own))) if isinstance(own, dict) else ()


def _run(
    trials: list[_Trial], capture: Capture, namespace: dict[str, Any], limit_s: float, found: TrialResults
) -> None:
    load = _Load(capture, namespace)
    outcomes = trial.run([_work(load, t.draft, t.memo) for t in trials], limit_s)
    for tried, outcome in zip(trials, outcomes, strict=True):
        if why := _problem(outcome):
            _remember_failure(tried.key, tried.draft, why)
            _find_culprits(tried, why, load, limit_s, found)
            continue
        notes = (outcome.result or {}).get("notes", ())
        _known[tried.key] = [note for _, note in notes]
        for at, note in notes:
            for name in _holders(at, tried.draft, capture):
                found.note(name, note)


def _remember_failure(key: Any, draft: Draft, why: str) -> None:
    _failed.setdefault(key, {})[hash(draft.skeleton)] = why


def _find_culprits(tried: _Trial, why: str, load: _Load, limit_s: float, found: TrialResults) -> None:
    """Find the names of a group that cannot be loaded alone; all names if each one can."""
    alone = [load.capture.alone[name] for name in tried.draft.names] if len(tried.draft.names) > 1 else []
    for draft, outcome in zip(alone, trial.run([_work(load, d, {}) for d in alone], limit_s), strict=True):
        if text := _problem(outcome):
            _remember_failure(draft.names[0], draft, text)
    found.unloadable.update(_blamed(tried.draft, load.capture, why))


def _work(load: _Load, draft: Draft, memo: Memo) -> Callable[[], Any]:
    return lambda: load.tried(draft, memo)


def _problem(outcome: trial.Outcome) -> str:
    """The problem of an outcome; "" for none, and for failures that only occur in a child process."""
    if outcome.ended:
        return "" if outcome == trial.UNKNOWN else f"it can be saved but not loaded: {outcome.ended}"
    raised = str(outcome.result.get("raised", ""))
    if "forked subprocess" in raised:  # CUDA does not work in a forked child.
        return ""
    return f"it can be saved but not loaded: {raised}" if raised else ""


def _holders(at: int, draft: Draft, capture: Capture) -> list[str]:
    """The names whose value holds the object with this id."""
    return [n for n in draft.names if at in capture.met.get((n,), {})] or list(draft.names)


class _Load:
    """Loads drafts of one capture and drops the values."""

    def __init__(self, capture: Capture, namespace: dict[str, Any]) -> None:
        self.capture = capture
        self.namespace = namespace
        self._drafts = {key: draft for draft in capture.definitions for key in draft.names}

    def tried(self, draft: Draft, memo: Memo) -> dict[str, Any]:
        """{"raised": text}, or {"notes": [(id of an object, difference), ...]}."""
        for most in (FILLED_BYTES, sys.maxsize):
            try:
                return {"notes": self._differences(draft, memo, most)}
            except NbmodelverError as error:
                why = str(graph.why(error.__cause__)) if error.__cause__ is not None else error.message
                if all(len(b.raw) <= FILLED_BYTES for b in draft.buffers):
                    break
        return {"raised": why}

    def _differences(self, draft: Draft, memo: Memo, most: int) -> list[tuple[int, str]]:
        made: dict[str, Any] = {}
        again: dict[int, Any] = {}

        def find(key: str) -> Any:
            if key not in made:
                made.update(graph.decode(self._drafts[key], loader))
            return made[key]

        def heard(unpickler: Unpickler) -> None:
            again.clear()
            again.update(unpickler.memo.copy())

        loader = graph.Loader(dict(self.namespace), find)
        loader.unpickled = heard
        raws = [b.raw for b in draft.buffers]
        arrays = Arrays(draft.table, [len(raw) for raw in raws[draft.own :]])
        for at, target in arrays.targets.items():
            if len(target) <= most:
                target[:] = raws[draft.own + at]
        with loader.lending():
            loader.load(draft, raws[: draft.own], arrays)
        return list(_compared(memo, again))


def _compared(memo: Memo, again: dict[int, Any]) -> Iterator[tuple[int, str]]:
    """Yield the differences between the objects written and those read, by their numbers in the pickle."""
    hooked: dict[type, bool] = {}
    said: set[str] = set()
    for number, live in itertools.islice(memo.values(), MOST_COMPARED):
        kind = type(live)
        if kind not in hooked:
            hooked[kind] = _says_how(kind)
        if not hooked[kind] or number not in again:
            continue
        for note in _notes(live, again[number]):
            if note not in said:
                said.add(note)
                yield id(live), note


_HOOKS = ("__getstate__", "__setstate__", "__reduce__", "__reduce_ex__", "__getnewargs__", "__getnewargs_ex__")


def _says_how(kind: type) -> bool:
    """True for classes outside of PROVEN that define their own pickling."""
    return any(
        hook in vars(base) for base in kind.__mro__ for hook in _HOOKS if not is_proven(base.__module__)
    )  # fmt: skip


def _notes(live: Any, loaded: Any) -> Iterator[str]:
    name = type(live).__name__
    if type(loaded).__qualname__ != type(live).__qualname__:
        yield f"{name}: comes back as {type(loaded).__name__}"
        return
    before, after = _attributes(live), getattr(loaded, "__dict__", {})
    missing = [str(n) for n in before if n not in after]
    if missing:
        yield f"{name}: its own pickling leaves out {', '.join(missing)}"
    for attribute in before:
        was, here = _brief(before[attribute]), _brief(after.get(attribute, before[attribute]))
        if was != here:
            yield f"{name}: its own pickling changes {attribute}"


def _attributes(live: Any) -> dict[str, Any]:
    """The attributes to compare; for library classes only those without an underscore, because others are caches."""
    own: dict[str, Any] = getattr(live, "__dict__", {})
    if type(live).__module__ == NOTEBOOK:
        return own
    return {name: item for name, item in own.items() if not str(name).startswith("_")}


def _brief(value: Any) -> str:
    """The part of an attribute that is compared: small values themselves, others by size. Runs no user code."""
    kind = type(value)
    if kind in (int, float, bool, type(None)):
        return repr(value)
    if kind is str:
        return repr(value if len(value) <= 40 else value[:39] + "…")
    if kind in (list, tuple, dict, set, frozenset, bytes):
        return f"{kind.__name__} of {len(value)}"
    if kind is np.ndarray:
        return f"array of {value.shape} {value.dtype}"
    return kind.__name__
