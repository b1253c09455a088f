"""Encodes all names of a commit, grouped by the objects that they share.

Every name is first encoded alone, which determines its content and its objects. Names that hold the same mutable
object, or overlapping memory, form a group and are encoded again together.
"""

from __future__ import annotations

import types
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from nbmodelver.codecs import culprit, plain
from nbmodelver.codecs.crowds import Crowds
from nbmodelver.codecs.draft import PICKLE
from nbmodelver.codecs.encoding import EncodedNames, encode_plain, pickle_draft, plain_draft
from nbmodelver.codecs.identity import links
from nbmodelver.codecs.keys import DefinitionKeys
from nbmodelver.codecs.limits import gc_paused, time_limit
from nbmodelver.codecs.linking import cycles, linked_groups, reachable
from nbmodelver.codecs.memory import Memory
from nbmodelver.codecs.reach import Reach
from nbmodelver.model import Skipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from nbmodelver.codecs.draft import Draft
    from nbmodelver.codecs.identity import Memo
    from nbmodelver.codecs.recall import Recall


@dataclass
class Capture:
    """The result of encoding a set of names.

    groups: one draft per group. alone: for each name in a group of several, the draft of the name alone, whose content
    shows whether this name changed; it is not stored. definitions: drafts of notebook classes and functions.
    added: names that were added because saved code uses them. defined: the live classes and functions behind the keys
    of `definitions`. values: the live values by name. met: names of a draft -> the objects met while pickling it.
    kinds: name -> classes of its objects that are not built in.
    The buffers are live memory: store them before any other code runs. `held` keeps all objects alive until then.
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
    met: dict[tuple[str, ...], Memo] = field(default_factory=dict)
    kinds: dict[str, tuple[type, ...]] = field(default_factory=dict)


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
    """Encode `values`, grouped by shared objects, with the definitions that they use.

    namespace: of the notebook; it distinguishes live definitions from old ones and provides the names that saved code
    uses.
    skip(name, value): a reason to leave out a name that only saved code would add, or None.
    time_limit_s: limit in seconds for each value that needs pickle; 0 disables it.
    unloadable: name -> why its encoding cannot be loaded; such a name is treated as one that cannot be kept.
    recall: results of earlier captures, which save work; this capture is added to it.
    A value that cannot be kept is named in `skipped`, and the others are kept. A value that shares objects with a
    skipped one gets a note. Only KeyboardInterrupt is raised.
    """
    with gc_paused():
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
        self.known = DefinitionKeys(namespace)
        self.result = Capture()
        self.torn: set[int] = set()
        self.order: dict[str, int] = {}
        self._lost: dict[str, str] = {}
        self._met: dict[str, Memo] = {}
        self._tried: dict[tuple[str, ...], tuple[EncodedNames, dict[str, Any]]] = {}

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
        for members in linked_groups(singles, self.known.inline):
            self._add_group(members)
        self.result.held.append(singles)
        return self.result

    def _singles(self, values: Mapping[str, Any]) -> list[EncodedNames]:
        """Encode every name alone, except names that share most of their objects with another name.

        Those are encoded together with it, because each would otherwise be encoded completely: axes and lines hold
        their figure.
        """
        singles: dict[str, EncodedNames] = self._recalled(values)
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

    def _recalled(self, values: Mapping[str, Any]) -> dict[str, EncodedNames]:
        """The groups that changed only in the contents of arrays since the last capture, by their first name."""
        found: dict[str, EncodedNames] = {}
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
            alone = tuple(EncodedNames(n, values[n], draft, together.memory, {}, None) for n, draft in parts.items())
            found[names[0]] = replace(together, parts=alone)
        return found

    def _join(self, singles: dict[str, EncodedNames], host: str, more: Mapping[str, Any], order: Sequence[str]) -> None:
        """Encode names together with the name that holds their shared objects; each alone if that fails."""
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

    def _together(self, names: tuple[str, ...], values: tuple[Any, ...]) -> EncodedNames:
        """Several names as one draft."""
        memory = Memory()
        try:
            encoder = plain.encode(values, memory)
            return EncodedNames(names[0], values, plain_draft(names, encoder, memory), memory, {}, encoder, encoder)
        except plain.NotPlain:
            draft, memory, pickler = pickle_draft(names, values, self.known, frozenset())
            return EncodedNames(names[0], values, draft, memory, pickler.objects(), pickler)

    def _definitions_that_share(self, singles: list[EncodedNames]) -> set[int]:
        """Ids of the classes and functions that hold an object of a name, and of all definitions that use them."""
        if not self._met:
            return set()
        named = {key for s in singles for key in s.ids()}
        torn = {key for key, memo in self._met.items() if any(self._ties(memo[at][1]) for at in named & memo.keys())}
        uses = self._uses()
        every = {key for key in self._met if key in torn or torn & reachable(key, uses)} if torn else torn
        return {id(self.known.by_key[key]) for key in every}

    def _uses(self) -> dict[str, Sequence[str]]:
        """Key -> keys that the definition refers to; for definitions stored together, what any of them refers to."""
        return {key: draft.uses for draft in self.result.definitions for key in draft.names}

    def _ties(self, obj: Any) -> bool:
        """True for an object that has to stay one object for all its holders; definitions have keys instead."""
        return id(obj) not in self.known.ids and type(obj) is not types.FunctionType and links(obj)

    def _without_users_of_lost(self, singles: list[EncodedNames]) -> list[EncodedNames]:
        """The names without those that use a class or function that cannot be kept."""
        if not self._lost:
            return singles
        uses = self._uses()
        singles = [one for single in singles for one in self._apart_if_lost(single, uses)]
        for single in list(singles):
            needed = {k for use in single.draft.uses for k in (use, *reachable(use, uses))}
            for key in sorted(needed & self._lost.keys()):
                why = f"its definition {key}: {self._lost[key]}"
                self.result.skipped += [Skipped(name, name, why) for name in single.names]
                singles.remove(single)
                break
        return singles

    def _apart_if_lost(self, single: EncodedNames, uses: Mapping[str, Sequence[str]]) -> list[EncodedNames]:
        """The parts of jointly encoded names, if one of them uses a definition that cannot be kept."""
        needed = {k for use in single.draft.uses for k in (use, *reachable(use, uses))}
        if not single.parts or not needed & self._lost.keys():
            return [single]
        return [one for name, value in single.values() if (one := self._single(name, value)) is not None]

    def _note_mates_of_failed(self, singles: list[EncodedNames]) -> None:
        """Add a note to each name that shares objects with a name that cannot be kept."""
        if not self.failed:
            return
        reach = Reach(self.namespace)
        every = {name: single.ids() for single in singles for name in single.names}
        torn: dict[str, list[str]] = {}
        for name, value in self.failed:
            met = reach.all(value)
            for other, ids in every.items():
                if any(links(met[key]) for key in met.keys() & ids):
                    torn.setdefault(other, []).append(name)
        for other, names in torn.items():
            self.result.notes[other] = [*self.result.notes.get(other, ()), shared_with(names)]

    def _add_used(self, values: Mapping[str, Any], singles: list[EncodedNames]) -> None:
        """Encode definitions and the names that they use, until nothing new is found."""
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

    def _add_one_used(self, name: str, singles: list[EncodedNames]) -> None:
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
            draft, memory, pickler = pickle_draft((key,), obj, self.known, frozenset({id(obj)}))
        except Exception as error:
            self._lost[key] = culprit.find(key, obj, error, self._try).reason
            return
        self._met[key] = pickler.objects()
        self.result.definitions.append(draft)
        self.result.held.append((memory, pickler))

    def _join_cycles(self) -> None:
        """Store definitions together that refer to each other or share objects."""
        uses = {d.names[0]: list(d.uses) for d in self.result.definitions}
        for a, b in self._definitions_that_share_with_each_other():
            uses[a].append(b)
            uses[b].append(a)
        for keys in cycles(uses):
            objects = tuple(self.known.by_key[k] for k in keys)
            draft, memory, pickler = pickle_draft(keys, objects, self.known, frozenset(map(id, objects)))
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

    def _single(self, name: str, value: Any) -> EncodedNames | None:
        if name in self.unloadable:
            self.result.skipped.append(Skipped(name, name, self.unloadable[name]))
            self.failed.append((name, value))
            return None
        memory = Memory()
        try:
            try:
                single = encode_plain(name, value, memory)
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
        """The error that prevents `value` from being kept, or None."""
        try:
            with time_limit(self.time_limit_s):
                pickle_draft(("x",), value, DefinitionKeys(self.namespace), frozenset())
        except (Exception, SystemExit) as error:
            return error
        return None

    def _pickled_single(self, name: str, value: Any) -> EncodedNames:
        with time_limit(self.time_limit_s):
            draft, memory, pickler = pickle_draft((name,), value, self.known, frozenset())
        return EncodedNames(name, value, draft, memory, pickler.objects(), pickler)

    def _add_group(self, members: list[EncodedNames]) -> None:
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

    def _encoded_before(self, names: tuple[str, ...]) -> EncodedNames | None:
        """The encoding of the group that was made for comparison with the last capture, if it is still valid."""
        tried, keys = self._tried.pop(names, (None, {}))
        is_valid = tried is not None and all(self.known.by_key.get(k) is keys[k] for k in tried.draft.uses)
        return tried if is_valid else None


def shared_with(names: Sequence[str]) -> str:
    """The note for a value that shares objects with values that are not kept."""
    verb = "is" if len(names) == 1 else "are"
    return f"objects shared with {', '.join(names)}, which {verb} not kept: that sharing is lost"
