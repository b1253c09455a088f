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
from nbmodelver.codecs.inspection import every_name, what_it_runs
from nbmodelver.codecs.limits import gc_paused
from nbmodelver.errors import Damaged, NbmodelverError, NeedsTrust, NotLoadable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

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
    """Decodes the groups of one version. Classes and functions of the notebook are restored once for all groups.

    namespace: becomes the globals of restored functions. find_definition(key): returns the live or restored definition.
    trusted: False refuses everything that needs pickle. restricted: True lets pickles import only what `foreign_names`
    lists.
    origin: where the version comes from, for messages. python: returns the version of the Python that made the values,
    for code without a mark. names_used: global names used by functions in recipes of 0.1.0; later recipes contain them.
    way_out(draft): the hint for a failed load; "" for the default.
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
        self.load_notes: list[tuple[tuple[str, ...], str]] = []
        """What was restored differently: the names of the group, and a note."""
        self.unpickled: Callable[[unpickling.Unpickler], None] | None = None
        """Callback for each unpickler after it has finished; its memo maps numbers to objects."""
        self.acts = False
        """True if the caller runs `actions` after the values are restored: effects beyond the values."""
        self.actions: list[Callable[[], None]] = []
        self._replaced: dict[str, Any] | None = None

    @contextmanager
    def lending(self, also: Mapping[str, Any] = types.MappingProxyType({})) -> Iterator[None]:
        """Within the block, loaded values are in the namespace, and so is `also`; then the namespace is reset.

        Notebook code runs while a value is rebuilt (`__setstate__`). It has to find the modules, functions and
        constants of the same version.
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
                heard.require_settled()
            except NotLoadable as error:
                raise _of_names(error, draft.names) from (error.__cause__ or error)
        if self.acts:
            self.actions += [action for action, _otherwise in heard.actions]
        else:
            heard += [otherwise for _action, otherwise in heard.actions]
        self.load_notes += [(draft.names, note) for note in heard]
        self._lend(found)
        return found

    def _decoded(self, draft: Draft, own: Sequence[memoryview], arrays: Arrays) -> dict[str, Any]:
        arrays.fill_pool()
        if draft.format == PLAIN:
            with gc_paused():  # Takes a third of the time for a list of 100,000 dicts.
                values = plain_reading.decode(draft.skeleton, own, arrays)
        elif draft.format == PICKLE:
            self._require_trust(draft)
            with registry.attending(draft.classes) as examine:
                rebuilt = self._unpickle(draft, arrays)
                examine(rebuilt)
            values = list(rebuilt) if len(draft.names) > 1 else [rebuilt]
        else:
            raise NotLoadable(
                f"recipes of format '{draft.format}' are not supported by this nbmodelver",
                "try: pip install --upgrade nbmodelver",
            )
        if len(values) != len(draft.names):
            raise Damaged("a recipe has more or fewer values than names", "try: %mv_verify --full")
        return dict(zip(draft.names, values, strict=True))

    def _require_trust(self, draft: Draft) -> None:
        if self.trusted:
            return
        classes = ", ".join(what_it_runs(draft))
        raise NeedsTrust(
            f"'{', '.join(draft.names)}' from {self.origin or 'this store'} can only be rebuilt by pickle,"
            f" which can run code ({classes})",
            f"if you trust its origin, run %mv_trust {self.origin or 'VERSION'}",
        )

    def function(self, code: Any, where: Any, name: str, cells: Any) -> types.FunctionType:
        """A function of the notebook; `namespace` becomes its globals if it had those of the notebook."""
        return rebuild.bound_to(self.namespace, code, where, name, cells)

    def former_function(self, code: Any, where: Any, name: str, cells: Any) -> types.FunctionType:
        """A function of a recipe of 0.1.0, which does not contain the names that its functions use."""
        built = self.former.built(code)
        if where is None:
            self.names_used |= globals_used(built)
        return self.function(built, where, name, cells)

    def _unpickle(self, draft: Draft, arrays: Arrays) -> Any:
        reading = _Reading(self, arrays, every_name(draft) if self.restricted else None)
        try:
            with warnings.catch_warnings():
                # torch warned about sparse and quantized tensors when they were created.
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
    """The groups of a capture that cannot be decoded, each with its error.

    Restored code sees a copy of the namespace.
    """
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
    """The values of a draft whose buffers are live memory, as copies."""
    raws = [b.raw for b in draft.buffers]
    return loader.load(draft, raws[: draft.own], _arrays_of(draft, raws))


def decode_columns(draft: Draft, own: Sequence[memoryview], arrays: Arrays, columns: Collection[str]) -> Any:
    """The one value of a plain draft, a table, restricted to some columns.

    own, arrays: as for `Loader.load`; `arrays.leave_out` was called for the buffers of other columns. A column whose
    buffers cannot be told from others may be missing in the result. Raises NotLoadable, Damaged.
    """
    arrays.fill_pool()
    with notes.collected(), gc_paused():
        values = plain_reading.decode(draft.skeleton, own, arrays, frozenset(columns))
    if len(values) != 1:
        raise Damaged("a recipe has more or fewer values than names", "try: %mv_verify --full")
    return values[0]


class _Reading:
    """Resolves our stand-in functions in one pickle."""

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
        return "it calls itself without end, as a __getattr__ does that uses an attribute that is not set yet"
    return culprit.reason(error)


def _of_names(error: NotLoadable, names: Sequence[str]) -> NotLoadable:
    """The error with the names of its group."""
    said = f"'{', '.join(names)}'"
    return error if said in error.message else NotLoadable(f"{said}: {error.message}", error.hint)


def _way_out(error: BaseException, version: str) -> str:
    if isinstance(error, ModuleNotFoundError) and error.name:
        return f"try: pip install {error.name.partition('.')[0]}"
    return f"restore the rest of the version: %mv_rollback {version or 'VERSION'} --partial"
