"""Decodes the groups of a version."""

from __future__ import annotations

import types
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from nbmodelver.codecs import culprit, former, notes, plain_reading, rebuild, registry, unpickling
from nbmodelver.codecs.arrays import Arrays
from nbmodelver.codecs.definitions import globals_used
from nbmodelver.codecs.draft import PICKLE, PLAIN
from nbmodelver.codecs.inspection import what_it_runs
from nbmodelver.codecs.limits import gc_paused
from nbmodelver.codecs.names import names_in
from nbmodelver.errors import Damaged, NbmodelverError, NeedsTrust, NotLoadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from nbmodelver.codecs.capture import Capture
    from nbmodelver.codecs.draft import Draft


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
        self.unpickled: Callable[[unpickling.Unpickler], None] | None = None
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
            with gc_paused():  # A third of the time for a list of 100,000 dicts.
                values = plain_reading.decode(draft.skeleton, own, arrays)
        elif draft.format == PICKLE:
            self._demand_trust(draft)
            with registry.attending(draft.classes) as examine:
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
                unpickler = unpickling.Unpickler(draft.skeleton, reading)
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


class _Reading:
    """What our stand-in names in one pickle lead to."""

    def __init__(self, loader: Loader, arrays: Arrays, listed: frozenset[str] | None) -> None:
        self.listed = listed
        self.stand_ins: dict[tuple[str, str], Callable[..., Any]] = {
            ("nbmodelver.codecs.fallback", "build"): lambda tag, state: registry.by_tag(tag).restore(state),
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
