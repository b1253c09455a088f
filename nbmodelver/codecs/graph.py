"""One walk over all names: which share objects, which are plain, what cannot be kept; and the way back.

`capture` encodes every name by itself first, which tells its content and what it holds. Names that hold the same
mutable object, or overlapping memory, form a group and are encoded again, together. `load` decodes a group from its
recipe; arrays are rebuilt first, then the skeleton around them.
"""

from __future__ import annotations

import gc
import io
import types
import warnings
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from nbmodelver.codecs import culprit, fallback, foretold, former, notes, plain, protocol, rebuild, sources
from nbmodelver.codecs.crowds import Crowds
from nbmodelver.codecs.definitions import globals_used
from nbmodelver.codecs.limits import time_limit
from nbmodelver.codecs.memory import Arrays, Buffer, Memory
from nbmodelver.codecs.names import UNKNOWN, names_in
from nbmodelver.codecs.reach import Reach
from nbmodelver.errors import Damaged, NbmodelverError, NeedsTrust, NotLoadable
from nbmodelver.model import Skipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence, Set

    from nbmodelver.codecs.recall import Recall

PLAIN = "plain/1"
PICKLE = "pickle/1"


@dataclass(frozen=True)
class Draft:
    """A recipe before its buffers have ids. buffers: first those of the skeleton (`own`), then those of the arrays.

    uses: keys of definitions. classes: what unpickling imports. names_used: the notebook's global names that functions
    in it refer to. without_source: qualified names of code that runs in one Python only; python: the mark of that.
    """

    names: tuple[str, ...]
    format: str
    skeleton: bytes
    buffers: tuple[Buffer, ...]
    own: int
    table: Any
    uses: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    names_used: tuple[str, ...] = ()
    without_source: tuple[str, ...] = ()
    python: str = ""

    @property
    def size_bytes(self) -> int:
        """Raw bytes of everything."""
        return len(self.skeleton) + sum(len(b.raw) for b in self.buffers)


@dataclass
class Capture:
    """What a walk found.

    groups: one draft per group. alone: for names in a group of several, the draft of the name by itself, whose content
    tells whether this name changed; nothing of it is stored. definitions: drafts of notebook classes and functions.
    added: names that came along because kept code uses them, with the name of the reason.
    defined: the live classes and functions behind the keys of `definitions`.
    values: the live values by name. met: names of a draft -> the objects that its pickling met.
    kinds: name -> the classes of the objects in it that pickle does not know by itself.
    The buffers are live memory: store them before anything else runs. `held` keeps everything alive until then.
    """

    groups: list[Draft] = field(default_factory=list)
    alone: dict[str, Draft] = field(default_factory=dict)
    definitions: list[Draft] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    notes: dict[str, list[str]] = field(default_factory=dict)
    added: dict[str, Any] = field(default_factory=dict)
    defined: dict[str, Any] = field(default_factory=dict)
    held: list[Any] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    met: dict[tuple[str, ...], fallback.Memo] = field(default_factory=dict)
    kinds: dict[str, tuple[type, ...]] = field(default_factory=dict)


@dataclass
class _Single:
    """One name, encoded by itself; or several that are known to share objects, encoded together (`parts`)."""

    name: str
    value: Any
    draft: Draft
    memory: Memory
    objects: fallback.Memo
    held: Any
    encoder: plain.Encoder | None = None
    parts: tuple[_Single, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The name, or those of the parts."""
        return self.draft.names

    def values(self) -> list[tuple[str, Any]]:
        """Names with their values."""
        return [(self.name, self.value)] if len(self.names) == 1 else list(zip(self.names, self.value, strict=True))

    def ids(self) -> Set[int]:
        """Ids of the objects that may link this name to another."""
        return self.objects.keys() if self.encoder is None else self.encoder.linking


def capture(
    values: Mapping[str, Any],
    namespace: dict[str, Any] | None = None,
    *,
    skip: Callable[[str, Any], str | None] | None = None,
    definitions: bool = True,
    time_limit_s: float = 0.0,
    unloadable: Mapping[str, str] = types.MappingProxyType({}),
    recall: Recall | None = None,
) -> Capture:
    """Encode `values`, grouped by what they share, with the definitions that they use.

    namespace: the notebook's; tells live definitions from old ones and gives the names that kept code uses.
    skip(name, value): a reason to leave out a name that only kept code would bring along, or None.
    time_limit_s: for each value that needs pickle; 0: none.
    unloadable: name -> why what is encoded of it cannot be loaded: it counts as one that cannot be kept.
    recall: what earlier walks over these names found, which spares work; this one is added to it.
    A value that cannot be kept is named in `skipped`, the others are kept; one that shares objects with it has a note.
    Only KeyboardInterrupt gets out.
    """
    with _gc_paused():
        scope = {} if namespace is None else namespace
        inline: set[int] = set()
        while True:
            walk = _Walk(scope, skip, time_limit_s)
            walk.known.inline |= inline
            walk.unloadable = unloadable
            walk.recall = None if inline else recall
            result = walk.run(values, definitions=definitions)
            if walk.torn <= inline:
                return result
            inline |= walk.torn


class _Walk:
    def __init__(
        self, namespace: dict[str, Any], skip: Callable[[str, Any], str | None] | None, time_limit_s: float
    ) -> None:
        self.namespace = namespace
        self.skip = skip
        self.time_limit_s = time_limit_s
        self.unloadable: Mapping[str, str] = {}
        self.recall: Recall | None = None
        self.failed: list[tuple[str, Any]] = []
        self.known = fallback.Definitions(namespace)
        self.result = Capture()
        self.torn: set[int] = set()
        self.order: dict[str, int] = {}
        self._lost: dict[str, str] = {}
        self._met: dict[str, fallback.Memo] = {}
        self._tried: dict[tuple[str, ...], tuple[_Single, dict[str, Any]]] = {}

    def run(self, values: Mapping[str, Any], *, definitions: bool) -> Capture:
        singles = self._singles(values)
        if definitions:
            self._add_used(values, singles)
        self._join_cycles()
        self.torn = self._definitions_that_share(singles)
        self.result.defined = dict(self.known.by_key)
        singles = self._without_users_of_lost(singles)
        self._note_mates_of_failed(singles)
        for single in singles:
            self.result.values.update(single.values())
            self.result.met[single.names] = single.objects
            self.result.kinds.update(dict.fromkeys(single.names, tuple(getattr(single.held, "kinds", ()))))
        for members in _linked(singles, self.known.inline):
            self._add_group(members)
        self.result.held.append(singles)
        return self.result

    def _singles(self, values: Mapping[str, Any]) -> list[_Single]:
        """Every name by itself; names of which a short walk tells that they share much with another one, with it.

        Each of them would be written whole by itself: axes and lines hold their figure, ten names the same tree.
        """
        singles: dict[str, _Single] = self._recalled(values)
        done = {name for single in singles.values() for name in single.names}
        crowds = Crowds(self.namespace)
        for name, value in values.items():
            if name in done:
                continue
            if name not in self.unloadable and crowds.takes(name, value):
                continue
            single = self._single(name, value)
            if single is not None:
                singles[name] = single
                crowds.offer(name, single.ids())
        for host, more in crowds.joined():
            self._join(singles, host, more, list(values))
        self.order = {name: at for at, name in enumerate(values)}
        return sorted(singles.values(), key=lambda single: self.order[single.names[0]])

    def _recalled(self, values: Mapping[str, Any]) -> dict[str, _Single]:
        """The groups that are as they were in the last walk but for the contents of arrays, by their first name."""
        found: dict[str, _Single] = {}
        recall = self.recall
        if recall is None:
            return found
        for names in recall.groups(values.keys() - self.unloadable.keys()):
            before = self.known.copy()
            try:
                with time_limit(self.time_limit_s):
                    together = self._together(names, tuple(values[name] for name in names))
            except (Exception, SystemExit):
                self.known = before
                continue
            parts = recall.parts(together.draft, together.memory)
            if parts is None:
                self._tried[names] = together, self.known.by_key
                self.known = before
                continue
            alone = tuple(_Single(n, values[n], draft, together.memory, {}, None) for n, draft in parts.items())
            found[names[0]] = replace(together, parts=alone)
        return found

    def _join(self, singles: dict[str, _Single], host: str, more: Mapping[str, Any], order: Sequence[str]) -> None:
        """Encode names together with the one that holds what they share; each by itself where that fails."""
        failed = {name for name, _ in self.failed}
        values = {host: singles[host].value, **{n: v for n, v in more.items() if n not in failed}}
        names = tuple(name for name in order if name in values)
        try:
            with time_limit(self.time_limit_s):
                together = self._together(names, tuple(values[name] for name in names))
        except (Exception, SystemExit):
            rest = [n for n in more if n not in singles and n not in failed]
            singles.update({n: single for n in rest if (single := self._single(n, more[n])) is not None})
            return
        if together.memory.notes:
            self.result.notes.update(dict.fromkeys(names, together.memory.notes))
        parts = tuple(singles.pop(name) for name in names if name in singles)
        singles[host] = replace(together, parts=parts)

    def _together(self, names: tuple[str, ...], values: tuple[Any, ...]) -> _Single:
        """Several names as one draft."""
        memory = Memory()
        try:
            encoder = plain.encode(values, memory)
            return _Single(names[0], values, _plain_draft(names, encoder, memory), memory, {}, encoder, encoder)
        except plain.NotPlain:
            draft, memory, pickler = _pickled(names, values, self.known, frozenset())
            return _Single(names[0], values, draft, memory, pickler.objects(), pickler)

    def _definitions_that_share(self, singles: list[_Single]) -> set[int]:
        """Ids of the classes and functions that hold an object which a name holds too, and of all that use them."""
        if not self._met:
            return set()
        named = {key for s in singles for key in s.ids()}
        torn = {key for key, memo in self._met.items() if any(self._ties(memo[at][1]) for at in named & memo.keys())}
        uses = self._uses()
        every = {key for key in self._met if key in torn or torn & _reachable(key, uses)} if torn else torn
        return {id(self.known.by_key[key]) for key in every}

    def _uses(self) -> dict[str, Sequence[str]]:
        """Key -> keys of the definitions that it refers to; for those stored together, what any of them refers to."""
        return {key: draft.uses for draft in self.result.definitions for key in draft.names}

    def _ties(self, obj: Any) -> bool:
        """True for an object that has to be one object wherever it is held; definitions have keys for that."""
        return id(obj) not in self.known.ids and type(obj) is not types.FunctionType and fallback.links(obj)

    def _without_users_of_lost(self, singles: list[_Single]) -> list[_Single]:
        """Leave out names whose class or function cannot be kept."""
        if not self._lost:
            return singles
        uses = self._uses()
        singles = [one for single in singles for one in self._apart_if_lost(single, uses)]
        for single in list(singles):
            needed = {k for use in single.draft.uses for k in (use, *_reachable(use, uses))}
            for key in sorted(needed & self._lost.keys()):
                why = f"its definition {key}: {self._lost[key]}"
                self.result.skipped += [Skipped(name, name, why) for name in single.names]
                singles.remove(single)
                break
        return singles

    def _apart_if_lost(self, single: _Single, uses: Mapping[str, Sequence[str]]) -> list[_Single]:
        """The names of a joined single by themselves when one of them uses what cannot be kept."""
        needed = {k for use in single.draft.uses for k in (use, *_reachable(use, uses))}
        if not single.parts or not needed & self._lost.keys():
            return [single]
        return [one for name, value in single.values() if (one := self._single(name, value)) is not None]

    def _note_mates_of_failed(self, singles: list[_Single]) -> None:
        """Note at each name that it shares objects with a name that cannot be kept: it comes back with its own."""
        if not self.failed:
            return
        reach = Reach(self.namespace)
        every = {name: single.ids() for single in singles for name in single.names}
        torn: dict[str, list[str]] = {}
        for name, value in self.failed:
            met = reach.all(value)
            for other, ids in every.items():
                if any(fallback.links(met[key]) for key in met.keys() & ids):
                    torn.setdefault(other, []).append(name)
        for other, names in torn.items():
            self.result.notes[other] = [*self.result.notes.get(other, ()), shared_with(names)]

    def _add_used(self, values: Mapping[str, Any], singles: list[_Single]) -> None:
        """Encode definitions, then the names that they use, until nothing new turns up."""
        seen = set(values)
        done: set[str] = set()
        while True:
            while pending := [k for k in self.known.by_key if k not in done]:
                done.update(pending)
                for key in pending:
                    self._define(key)
            wanted = self.known.names_used | {k for k in done if self.namespace.get(k) is self.known.by_key[k]}
            new = sorted(n for n in wanted if n in self.namespace and n not in seen)
            if not new:
                return
            for name in new:
                seen.add(name)
                self._add_one_used(name, singles)

    def _add_one_used(self, name: str, singles: list[_Single]) -> None:
        value = self.namespace[name]
        reason = self.skip(name, value) if self.skip is not None else None
        if reason is not None:
            return
        single = self._single(name, value)
        if single is not None:
            self.result.added[name] = value
            singles.append(single)

    def _define(self, key: str) -> None:
        obj = self.known.by_key[key]
        try:
            draft, memory, pickler = _pickled((key,), obj, self.known, frozenset({id(obj)}))
        except Exception as error:
            self._lost[key] = culprit.find(key, obj, error, self._try).reason
            return
        self._met[key] = pickler.objects()
        self.result.definitions.append(draft)
        self.result.held.append((memory, pickler))

    def _join_cycles(self) -> None:
        """Definitions that refer to each other, or share objects, are stored together."""
        uses = {d.names[0]: list(d.uses) for d in self.result.definitions}
        for a, b in self._definitions_that_share_with_each_other():
            uses[a].append(b)
            uses[b].append(a)
        for keys in cycles(uses):
            objects = tuple(self.known.by_key[k] for k in keys)
            draft, memory, pickler = _pickled(keys, objects, self.known, frozenset(map(id, objects)))
            self.result.held.append((memory, pickler))
            self.result.definitions = [d for d in self.result.definitions if d.names[0] not in keys]
            self.result.definitions.append(draft)

    def _definitions_that_share_with_each_other(self) -> Iterator[tuple[str, str]]:
        holders: dict[int, str] = {}
        for key, memo in self._met.items():
            for at in holders.keys() & memo.keys():
                if self._ties(memo[at][1]):
                    yield holders[at], key
            holders.update(dict.fromkeys(memo, key))

    def _single(self, name: str, value: Any) -> _Single | None:
        if name in self.unloadable:
            self.result.skipped.append(Skipped(name, name, self.unloadable[name]))
            self.failed.append((name, value))
            return None
        memory = Memory()
        try:
            try:
                single = _plain_single(name, value, memory)
            except plain.NotPlain:
                memory = Memory()
                single = self._pickled_single(name, value)
        except Exception as error:
            self.result.skipped.append(culprit.find(name, value, error, self._try))
            self.failed.append((name, value))
            return None
        except SystemExit as error:
            self.failed.append((name, value))
            self.result.skipped.append(Skipped(name, name, f"its pickling raised SystemExit({error.code!r})"))
            return None
        if single.memory.notes:
            self.result.notes[name] = single.memory.notes
        return single

    def _try(self, value: Any) -> BaseException | None:
        """What keeps `value` from being kept, or None."""
        try:
            with time_limit(self.time_limit_s):
                _pickled(("x",), value, fallback.Definitions(self.namespace), frozenset())
        except (Exception, SystemExit) as error:
            return error
        return None

    def _pickled_single(self, name: str, value: Any) -> _Single:
        with time_limit(self.time_limit_s):
            draft, memory, pickler = _pickled((name,), value, self.known, frozenset())
        return _Single(name, value, draft, memory, pickler.objects(), pickler)

    def _add_group(self, members: list[_Single]) -> None:
        for single in members:
            alone = single.parts or ((single,) if len(members) > 1 else ())
            self.result.alone.update({part.name: part.draft for part in alone})
        if len(members) == 1:
            self.result.groups.append(members[0].draft)
            return
        values = {name: value for member in members for name, value in member.values()}
        names = tuple(sorted(values, key=lambda name: self.order.get(name, len(self.order))))
        try:
            together = self._encoded_before(names) or self._together(names, tuple(values[name] for name in names))
        except Exception as error:
            self.result.skipped += [Skipped(n, n, f"with {', '.join(names)}: {culprit.reason(error)}") for n in names]
            return
        if self.recall is not None and together.draft.format == PICKLE and not any(m.parts for m in members):
            by_name = {member.name: (member.draft, member.memory) for member in members}
            self.recall.remember(together.draft, together.memory, by_name)
        self.result.met[names] = together.objects
        self.result.held.append(together)
        self.result.groups.append(together.draft)

    def _encoded_before(self, names: tuple[str, ...]) -> _Single | None:
        """The group as it was encoded to be compared with the last walk, if it would be the same now."""
        tried, keys = self._tried.pop(names, (None, {}))
        is_valid = tried is not None and all(self.known.by_key.get(k) is keys[k] for k in tried.draft.uses)
        return tried if is_valid else None


def _plain_single(name: str, value: Any, memory: Memory) -> _Single:
    encoder = plain.encode([value], memory)
    draft = _plain_draft((name,), encoder, memory)
    return _Single(name, value, draft, memory, {}, encoder, encoder)


def _plain_draft(names: tuple[str, ...], encoder: plain.Encoder, memory: Memory) -> Draft:
    skeleton = encoder.skeleton()
    buffers, table = memory.finish()
    draft = Draft(names, PLAIN, skeleton, (*encoder.buffers, *buffers), len(encoder.buffers), table)
    if encoder.explicit and not plain.can_be_built(skeleton, [b.raw for b in encoder.buffers]):
        raise plain.NotPlain(type(None))
    return draft


_Pickled = tuple[Draft, Memory, fallback.Pickler]


def _pickled(
    names: tuple[str, ...],
    value: Any,
    known: fallback.Definitions,
    roots: frozenset[int],
) -> _Pickled:
    """Encode by pickle; once more, in canonical order, when there are sets in it."""
    found = _pickled_by(fallback.Pickler, names, value, known, roots)
    if fallback.holds_sets(found[2].memo.copy()):
        return _pickled_by(fallback.CanonicalPickler, names, value, known, roots)
    return found


def _pickled_by(
    kind: type[fallback.Pickler],
    names: tuple[str, ...],
    value: Any,
    known: fallback.Definitions,
    roots: frozenset[int],
) -> _Pickled:
    memory = Memory()
    file = io.BytesIO()
    pickler = kind(file, memory, known, roots)
    pickler.dump(value)
    buffers, table = memory.finish()
    draft = Draft(
        names,
        PICKLE,
        file.getvalue(),
        tuple(buffers),
        own=0,
        table=table,
        uses=tuple(sorted(pickler.uses)),
        classes=tuple(sorted(pickler.classes)),
        names_used=tuple(sorted(pickler.names_used)),
        without_source=tuple(sorted(pickler.without_source)),
        python=sources.PYTHON if pickler.without_source else "",
    )
    return draft, memory, pickler


def _linked(singles: Sequence[_Single], inline: Set[int]) -> Iterator[list[_Single]]:
    """Names that have to be restored together, in the order of their first name."""
    parent = list(range(len(singles)))

    def root(at: int) -> int:
        while parent[at] != at:
            at = parent[at]
        return at

    for a, b in [*_same_objects(singles, inline), *_same_memory(singles)]:
        low, high = sorted((root(a), root(b)))
        parent[high] = low
    groups: dict[int, list[_Single]] = {}
    for at, single in enumerate(singles):
        groups.setdefault(root(at), []).append(single)
    yield from groups.values()


def cycles(uses: Mapping[str, Sequence[str]]) -> list[tuple[str, ...]]:
    """Keys that reach each other, as sorted tuples of two or more.

    >>> cycles({"a": ["b"], "b": ["a", "c"], "c": []})
    [('a', 'b')]
    """
    reach = {key: _reachable(key, uses) for key in uses}
    found = {tuple(sorted(k for k in reach[key] if key in reach.get(k, ()))) for key in uses if key in reach[key]}
    return sorted(keys for keys in found if len(keys) > 1)


def _reachable(start: str, uses: Mapping[str, Sequence[str]]) -> set[str]:
    found: set[str] = set()
    queue = list(uses.get(start, ()))
    while queue:
        key = queue.pop()
        if key not in found:
            found.add(key)
            queue += uses.get(key, ())
    return found


def _same_objects(singles: Sequence[_Single], inline: Set[int]) -> Iterator[tuple[int, int]]:
    seen: dict[int, int] = {}
    if len(singles) < 2:
        return
    every = [single.ids() for single in singles]
    for at in sorted(range(len(singles)), key=lambda i: len(every[i])):
        for key in seen.keys() & every[at]:
            if _mutable_at(singles, at, seen[key], key) or key in inline:
                yield at, seen[key]
        seen.update(dict.fromkeys(every[at], at))


def _mutable_at(singles: Sequence[_Single], a: int, b: int, key: int) -> bool:
    """True when the object with this id, met in both, has to be one object again."""
    for at in (a, b):
        if singles[at].encoder is None:
            return fallback.links(singles[at].objects[key][1])
    return True


def _same_memory(singles: Sequence[_Single]) -> Iterator[tuple[int, int]]:
    ranges = sorted((low, high, at) for at, single in enumerate(singles) for low, high in single.memory.extents())
    reach, owner = -1, -1
    for low, high, at in ranges:
        if low < reach and at != owner:
            yield owner, at
        if high > reach:
            reach, owner = high, at


@contextmanager
def _gc_paused() -> Iterator[None]:
    """No cyclic collection meanwhile: it costs more than the walk itself, and could run finalizers in it."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _arrays_of(draft: Draft, raws: Sequence[memoryview]) -> Arrays:
    arrays = Arrays(draft.table, [len(r) for r in raws[draft.own :]])
    for at, target in arrays.targets.items():
        target[:] = raws[draft.own + at]
    arrays.fill_pool()
    return arrays


_NOTHING: Any = object()


class Loader:
    """Decodes the groups of one version; classes and functions of the notebook come back once for all of them.

    namespace: becomes the globals of restored functions. find_definition(key): the live or restored definition.
    trusted: False refuses everything that needs pickle. restricted: pickles resolve only what `foreign_names` shows.
    python: gives the version of the Python that made the values, for code that carries no mark of it.
    names_used: the global names that functions refer to which recipes of 0.1.0 rebuilt; later recipes say it.
    way_out(draft): what to do when unpickling it fails, "" for the usual.
    """

    def __init__(
        self,
        namespace: dict[str, Any],
        find_definition: Callable[[str], Any],
        *,
        trusted: bool = True,
        restricted: bool = False,
        origin: str = "",
        python: Callable[[], str] = lambda: "",
        way_out: Callable[[Draft], str] = lambda _draft: "",
    ) -> None:
        self.namespace = namespace
        self.names_used: set[str] = set()
        self.former, self.former_names = former.table(python)
        self.find_definition = find_definition
        self.trusted = trusted
        self.restricted = restricted
        self.origin = origin
        self.way_out = way_out
        self.told: list[tuple[tuple[str, ...], str]] = []
        """What did not come back as it was: the names of its group, and a note."""
        self.unpickled: Callable[[fallback.Unpickler], None] | None = None
        """Called with each unpickler that has done its work; its memo has the objects by number."""
        self.acts = False
        """True where the caller runs `actions`, once the values are back: what they need beyond themselves."""
        self.actions: list[Callable[[], None]] = []
        self._replaced: dict[str, Any] | None = None

    @contextmanager
    def lending(self, also: Mapping[str, Any] = types.MappingProxyType({})) -> Iterator[None]:
        """Within it, whatever is loaded stands in the namespace, and `also`; afterwards the namespace is as it was.

        Code of the notebook runs while a value is rebuilt (`__setstate__`): it has to find the modules, functions and
        constants that come back with it, not none and not those of another version.
        """
        if self._replaced is not None:
            yield
            return
        self._replaced = {}
        self._lend(also)
        try:
            yield
        finally:
            replaced, self._replaced = self._replaced, None
            for name, before in replaced.items():
                if before is _NOTHING:
                    self.namespace.pop(name, None)
                else:
                    self.namespace[name] = before

    def _lend(self, values: Mapping[str, Any]) -> None:
        if self._replaced is not None:
            for name, value in values.items():
                self._replaced.setdefault(name, self.namespace.get(name, _NOTHING))
                self.namespace[name] = value

    def load(self, draft: Draft, own: Sequence[memoryview], arrays: Arrays) -> dict[str, Any]:
        """The values of a group, by name.

        own: the raw bytes of the skeleton's own buffers. arrays: with every target filled.
        Raises NeedsTrust, NotLoadable, Damaged.
        """
        with notes.collected() as heard:
            try:
                found = self._decoded(draft, own, arrays)
                heard.demand_settled()
            except NotLoadable as error:
                raise _of_names(error, draft.names) from (error.__cause__ or error)
        if self.acts:
            self.actions += [action for action, _otherwise in heard.actions]
        else:
            heard += [otherwise for _action, otherwise in heard.actions]
        self.told += [(draft.names, note) for note in heard]
        self._lend(found)
        return found

    def _decoded(self, draft: Draft, own: Sequence[memoryview], arrays: Arrays) -> dict[str, Any]:
        arrays.fill_pool()
        if draft.format == PLAIN:
            with _gc_paused():  # A third of the time for a list of 100,000 dicts.
                values = plain.decode(draft.skeleton, own, arrays)
        elif draft.format == PICKLE:
            self._demand_trust(draft)
            with protocol.attending(draft.classes) as examine:
                rebuilt = self._unpickle(draft, arrays)
                examine(rebuilt)
            values = list(rebuilt) if len(draft.names) > 1 else [rebuilt]
        else:
            raise NotLoadable(
                f"recipes of format '{draft.format}' are not known here", "try: pip install --upgrade nbmodelver"
            )
        if len(values) != len(draft.names):
            raise Damaged("a recipe gave another number of values than names", "try: %mv_verify --full")
        return dict(zip(draft.names, values, strict=True))

    def _demand_trust(self, draft: Draft) -> None:
        if self.trusted:
            return
        classes = ", ".join(what_it_runs(draft))
        raise NeedsTrust(
            f"'{', '.join(draft.names)}' from {self.origin or 'this store'} can only be rebuilt by pickle,"
            f" which can run code ({classes})",
            f"if you trust where it comes from: %mv_trust {self.origin or 'VERSION'} shows it and says so",
        )

    def function(self, code: Any, where: Any, name: str, cells: Any) -> types.FunctionType:
        """A function of the notebook, with `namespace` as its globals where it had the notebook's."""
        return rebuild.bound_to(self.namespace, code, where, name, cells)

    def former_function(self, code: Any, where: Any, name: str, cells: Any) -> types.FunctionType:
        """The same for a recipe of 0.1.0, which does not say which names its functions use."""
        built = self.former.built(code)
        if where is None:
            self.names_used |= globals_used(built)
        return self.function(built, where, name, cells)

    def _unpickle(self, draft: Draft, arrays: Arrays) -> Any:
        reading = _Reading(self, arrays, names_in(draft.skeleton) if self.restricted else None)
        try:
            with warnings.catch_warnings():
                # What torch says of sparse and quantized tensors was said when they were made.
                warnings.filterwarnings("ignore", category=UserWarning, module=r"torch\._utils")
                unpickler = fallback.Unpickler(draft.skeleton, reading)
                value = unpickler.load()
            if self.unpickled is not None:
                self.unpickled(unpickler)
            return self.former.built(value) if type(value) is former.Unbuilt else value
        except (NbmodelverError, MemoryError):
            raise
        except Exception as error:
            names = ", ".join(draft.names)
            way_out = self.way_out(draft) or _way_out(error, self.origin)
            raise NotLoadable(f"'{names}' cannot be rebuilt here: {why(error)}", way_out) from error


def failing(capture: Capture, namespace: dict[str, Any]) -> list[tuple[Draft, NbmodelverError]]:
    """The groups of a capture that do not decode again, each with its error; restored code sees a copied namespace."""
    drafts = {key: d for d in capture.definitions for key in d.names}
    made: dict[str, Any] = {}

    def find(key: str) -> Any:
        if key not in made:
            made.update(decode(drafts[key], loader))
        return made[key]

    loader = Loader(dict(namespace), find)
    failed = []
    for draft in capture.groups:
        try:
            decode(draft, loader)
        except NbmodelverError as error:
            failed.append((draft, error))
    return failed


def decode(draft: Draft, loader: Loader) -> dict[str, Any]:
    """The values of a draft whose buffers are still live memory, as copies."""
    raws = [b.raw for b in draft.buffers]
    return loader.load(draft, raws[: draft.own], _arrays_of(draft, raws))


def foreign_names(draft: Draft) -> frozenset[str]:
    """What loading a pickled draft would import beside nbmodelver, as "module:name", read without running it."""
    try:
        found = names_in(draft.skeleton)
    except Exception:  # Whatever is wrong with a stranger's pickle, it is not opened here.
        return frozenset(draft.classes) | {UNKNOWN}
    return frozenset(n for n in found if not n.startswith("nbmodelver."))


def foresee(draft: Draft) -> list[str]:
    """What a load of this draft would note of dtypes and zones, without loading it."""
    raws = [b.raw for b in draft.buffers[: draft.own]]
    return foretold.foretold(draft.skeleton, raws, pickled=draft.format == PICKLE)


def what_it_runs(draft: Draft) -> list[str]:
    """What loading a pickled draft imports and may call, for people; functions by value as "code of a notebook"."""
    shown = sorted(name.replace(":", ".").rstrip(".") for name in foreign_names(draft))
    holds_code = any(name in draft.skeleton for name in (b"nbmodelver.codecs.rebuild", b"nbmodelver.codecs.code"))
    return [*shown, "code of a notebook"] if not shown or (holds_code and b"function" in draft.skeleton) else shown


class _Reading:
    """What our stand-in names in one pickle lead to."""

    def __init__(self, loader: Loader, arrays: Arrays, listed: frozenset[str] | None) -> None:
        self.listed = listed
        self.stand_ins: dict[tuple[str, str], Callable[..., Any]] = {
            ("nbmodelver.codecs.fallback", "build"): lambda tag, state: protocol.by_tag(tag).restore(state),
            ("nbmodelver.codecs.fallback", "array"): lambda number, held: arrays.resolve(number, held=held),
            ("nbmodelver.codecs.fallback", "definition"): loader.find_definition,
            ("nbmodelver.codecs.rebuild", "function"): loader.function,
            ("nbmodelver.codecs.code", "make_function"): loader.former_function,
            **loader.former_names,
        }


def why(error: BaseException) -> str:
    """Why a load failed, in one line."""
    if culprit.is_recursion(error):
        return "it calls itself without end, as a __getattr__ does that uses an attribute which is not set yet"
    return culprit.reason(error)


def _of_names(error: NotLoadable, names: Sequence[str]) -> NotLoadable:
    """The error with the names that it is about."""
    said = f"'{', '.join(names)}'"
    return error if said in error.message else NotLoadable(f"{said}: {error.message}", error.hint)


def _way_out(error: BaseException, version: str) -> str:
    if isinstance(error, ModuleNotFoundError) and error.name:
        return f"try: pip install {error.name.partition('.')[0]}"
    return f"the rest of the version can be brought back: %mv_rollback {version or 'VERSION'} --partial"


def shared_with(names: Sequence[str]) -> str:
    """The note at a value that shares objects with values that are not kept."""
    verb = "is" if len(names) == 1 else "are"
    return f"objects shared with {', '.join(names)}, which {verb} not kept: that sharing is lost"
