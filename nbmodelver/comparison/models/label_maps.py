"""Label maps and vocabularies: which label has which code, and whether codes were shifted, swapped or reversed.

A map is a dict of labels and codes in either direction, a list of labels (the code is the position), or what an encoder
or vectorizer of scikit-learn has learned, alone or in a configuration: config["label2id"]. A map that is shifted by one
is a silent error: every value is valid, and means another label.

Settings whose values happen to be consecutive numbers are no map: their name or their keys say so, or no code is 0.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbmodelver.comparison.models.label_names import are_settings, names_labels
from nbmodelver.kinds.configuration import own_settings, settings_of
from nbmodelver.kinds.static import attribute, module_of, qualname_of, root_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Label = str | int | float | bool
Codes = dict[Label, int]

FEWEST = 3
"""A dict of numbers with fewer entries is read as settings: {"depth": 2, "width": 3}."""
MOST_SETTINGS = 300
"""A dict with more entries holds no settings."""
MOST_CHARACTERS = 200
"""Longer texts are documents and no labels."""
MOST_ENTRIES = 5_000_000
MOST_STEPS = 3
"""Vocabularies of a pipeline are found this deep."""
DEPTH = 3
"""Maps of a configuration are found this deep."""


@dataclass(frozen=True)
class LabelMap:
    """A map of labels to codes. is_sure: False for a dict that may be one of settings."""

    codes: Codes
    is_sure: bool = True


@dataclass(frozen=True)
class LabelChange:
    """One label with another code."""

    label: Label
    before: int
    after: int

    @property
    def step(self) -> int:
        """The change: after minus before."""
        return self.after - self.before


@dataclass(frozen=True)
class LabelDiff:
    """Two maps of labels to codes.

    both: the number of labels that both have. changed: those with another code, by the code before. added, removed:
    with their codes. swapped: pairs of labels that exchanged their codes.
    """

    both: int
    changed: tuple[LabelChange, ...]
    added: tuple[tuple[Label, int], ...]
    removed: tuple[tuple[Label, int], ...]
    swapped: tuple[tuple[Label, Label], ...]

    @property
    def differs(self) -> bool:
        """True if any label or code differs."""
        return bool(self.changed or self.added or self.removed)

    @property
    def shift(self) -> tuple[int, int]:
        """The most frequent step of a code, and how many labels have it; (0, 0) if codes were not shifted."""
        steps = Counter(c.step for c in self.changed).most_common(1)
        is_shift = bool(steps) and (steps[0][1] > 1 or len(self.changed) == 1) and 2 * steps[0][1] > len(self.changed)
        return steps[0] if is_shift else (0, 0)

    @property
    def is_reversed(self) -> bool:
        """True if both have the same labels in reverse order."""
        codes = [c.before for c in self.changed]
        total = {c.before + c.after for c in self.changed}
        is_whole = len(self.changed) >= self.both - self.both % 2
        return len(codes) > FEWEST and len(total) == 1 and is_whole and not self.added and not self.removed

    @property
    def inserted(self) -> tuple[Label, int] | None:
        """The new label from whose code on all others were moved up by one; None if there is none."""
        step, count = self.shift
        first = min((c.before for c in self.changed), default=0)
        is_tail = step == 1 and count == len(self.changed)
        return next((one for one in self.added if is_tail and one[1] == first), None)

    @property
    def dropped(self) -> tuple[Label, int] | None:
        """The removed label from whose code on all others were moved down by one; None if there is none."""
        step, count = self.shift
        first = min((c.before for c in self.changed), default=0)
        is_tail = step == -1 and count == len(self.changed)
        return next((one for one in self.removed if is_tail and one[1] == first - 1), None)

    @property
    def renamed(self) -> tuple[tuple[Label, Label, int], ...]:
        """Codes whose label was replaced by a new one: label before, after, code."""
        new = {code: label for label, code in self.added}
        return tuple((label, new[code], code) for label, code in self.removed if code in new)


def label_maps(value: Any, name: str = "") -> dict[str, LabelMap]:
    """The label maps of a value by their name in it, "" for the value itself. Calls no code of user classes.

    name: of the value, which tells labels from settings.
    """
    return dict(_found(value, name, "", DEPTH))


def are_labels(before: LabelMap, after: LabelMap) -> bool:
    """True unless both may be settings: codes of labels begin at 0 in at least one version."""
    return before.is_sure or after.is_sure or 0 in before.codes.values() or 0 in after.codes.values()


def _found(value: Any, name: str, path: str, depth: int) -> Iterator[tuple[str, LabelMap]]:
    cls = type(value)
    found = None
    if cls in (dict, OrderedDict, defaultdict):
        found = _of_dict(value, name)
    elif cls is list or cls is tuple:
        found = _of_list(value, name) if not path or names_labels(name) else None
    elif root_of(cls) == "sklearn":
        yield from ((inner, LabelMap(codes)) for inner, codes in _of_library(value, f"{path}.".lstrip("."), MOST_STEPS))
        return
    if found is not None:
        yield path, found
    elif depth and cls is not list and cls is not tuple:
        for key, one in (settings_of(value) or own_settings(value) or {}).items():
            if type(key) is str and not isinstance(one, str | int | float):
                yield from _found(one, key, f"{path}.{key}".lstrip("."), depth - 1)


def label_diff(before: Mapping[Label, int], after: Mapping[Label, int]) -> LabelDiff:
    """Compare two maps of labels to codes."""
    common = [label for label in before if label in after]
    changed = sorted(
        (LabelChange(label, before[label], after[label]) for label in common if before[label] != after[label]),
        key=lambda change: change.before,
    )
    by_codes = {(c.before, c.after): c.label for c in changed}
    swapped = tuple(
        (c.label, by_codes[c.after, c.before])
        for c in changed
        if c.before < c.after and (c.after, c.before) in by_codes
    )
    return LabelDiff(
        len(common),
        tuple(changed),
        tuple((label, code) for label, code in after.items() if label not in before),
        tuple((label, code) for label, code in before.items() if label not in after),
        swapped,
    )


def _of_dict(value: dict[Any, Any], name: str) -> LabelMap | None:
    """A dict of labels to codes or of codes to labels, with codes that leave no gap."""
    if not FEWEST <= len(value) <= MOST_ENTRIES:
        return None
    keys, values = list(dict.keys(value)), list(dict.values(value))
    if _are_codes(values) and _are_texts(keys):
        if len(keys) <= MOST_SETTINGS and are_settings(name, keys):
            return None
        return LabelMap(dict(zip(keys, values, strict=True)), names_labels(name))
    if _are_codes(keys) and _are_texts(values) and len(set(values)) == len(values):
        return LabelMap(dict(zip(values, keys, strict=True)))
    return None


def _of_list(value: Sequence[Any], name: str) -> LabelMap | None:
    if are_settings(name):
        return None
    if not FEWEST <= len(value) <= MOST_ENTRIES or not _are_texts(value) or len(set(value)) != len(value):
        return None
    return LabelMap({label: code for code, label in enumerate(value)})


def _are_codes(values: Sequence[Any]) -> bool:
    is_whole = all(type(v) is int for v in values)
    return is_whole and max(values) - min(values) == len(values) - 1 and len(set(values)) == len(values)


def _are_texts(values: Sequence[Any]) -> bool:
    return all(type(v) is str and len(v) <= MOST_CHARACTERS for v in values)


# -- scikit-learn


def _of_library(value: Any, path: str, depth: int) -> Iterator[tuple[str, Codes]]:
    """Yield the maps of an estimator, and of the steps of a pipeline."""
    vocabulary, classes, categories = (attribute(value, n) for n in ("vocabulary_", "classes_", "categories_"))
    if type(vocabulary) is dict and _are_texts(list(vocabulary)):
        yield f"{path}vocabulary_", {label: int(code) for label, code in dict.items(vocabulary)}
    if (found := _of_array(classes)) is not None:
        yield f"{path}classes_", found
    names = attribute(value, "feature_names_in_")
    for i, one in enumerate(categories if type(categories) is list else ()):
        title = str(names[i]) if _is_array(names) and i < len(names) else str(i)
        if (found := _of_array(one)) is not None:
            yield f"{path}categories_ of {title}", found
    steps = attribute(value, "steps")
    if type(steps) is list and depth:
        for name, step in steps:
            yield from _of_library(step, f"{path}{name}.", depth - 1)


def _is_array(value: Any) -> bool:
    return module_of(type(value)) == "numpy" and qualname_of(type(value)) == "ndarray"


def _of_array(value: Any) -> Codes | None:
    """Labels by position; None for other values, missing labels and labels of other types."""
    if not _is_array(value) or value.ndim != 1 or value.dtype.kind not in "biufUO":
        return None
    labels = value.tolist()
    plain = all(type(v) in (str, int, float, bool) and v == v for v in labels)  # noqa: PLR0124  # NaN
    return {label: code for code, label in enumerate(labels)} if plain and len(set(labels)) == len(labels) else None
