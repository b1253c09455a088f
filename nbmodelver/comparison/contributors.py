"""Contributors of sections to a diff.

A further comparison (layers, predictions) is one more line in SECTIONS.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import TYPE_CHECKING

from nbmodelver.comparison.charts import charts_of
from nbmodelver.comparison.inside import rows_of
from nbmodelver.comparison.profiles import compare
from nbmodelver.errors import NeedsTrust, NotLoadable
from nbmodelver.kinds.libraries import OWN
from nbmodelver.model import Section

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from nbmodelver.comparison.sides import Side
    from nbmodelver.model import Profile


log = logging.getLogger("nbmodelver")


@dataclass(frozen=True)
class Contributor:
    """A part of the comparison of one name.

    name: the beginning of the id of its first section. compare: returns the sections about a name that differs; None
    for none.
    cost: the bytes that `compare` reads, known before it runs. kinds: the kinds of values that it can compare; () for
    all.
    """

    name: str
    compare: Callable[[str, Side, Side], Section | Sequence[Section] | None]
    cost: Callable[[Side, Side], int] = lambda _before, _after: 0
    kinds: frozenset[str] = frozenset()


MOST_BYTES = 100_000_000
"""A larger value is not loaded to find the places where it differs; only its profile is compared."""
OF_THE_WHOLE = frozenset({"value", "length", "characters", "bytes", "begins", "size (MB)", "memory (MB)"})
"""Rows of a profile that are dropped if the differing places inside the value are known."""


def trees(name: str, before: Side, after: Side) -> Section | None:
    """The trees that differ, for two tree models."""
    from nbmodelver.comparison.models import trees as of_ensembles

    return of_ensembles.trees(name, before, after)


def profiles(name: str, before: Side, after: Side) -> Section | None:
    """The two profiles side by side, and the places where the values differ."""
    old, new = before.profile(), after.profile()
    charts = charts_of({before.label or "before": old, after.label or "after": new})
    section = replace(compare(after.kind, name, old, new), charts=charts)
    root = str(new.get("type", "")).partition(".")[0]
    told = any(r.status != "same" and r.cells[0] not in OF_THE_WHOLE for r in section.rows)
    is_table = root in OWN and before.kind == after.kind == "dataset"  # Its rows are compared.
    if is_table or (told and root in OWN) or _is_big(old) or _is_big(new):
        return section
    return _with_places(section, before, after)


def _is_big(profile: Profile) -> bool:
    size = profile.get("size_bytes")
    return isinstance(size, int) and size > MOST_BYTES


def _with_places(section: Section, before: Side, after: Side) -> Section:
    """The section with a row for each place, instead of the rows that only state a difference."""
    try:
        places, more = rows_of(before.load(), after.load())
    except Exception:  # It cannot be loaded or needs trust: only the profiles are compared.
        return section
    shown = {r.cells[0] for r in section.rows if r.status != "same"} - OF_THE_WHOLE
    new = [r for r in places if r.cells[0] not in shown]
    if not new:
        return section
    rows = [r for r in section.rows if r.cells[0] not in OF_THE_WHOLE or r.status == "same"]
    return replace(section, rows=(*rows, *new), note="; ".join(filter(None, (section.note, more))))


def rows(name: str, before: Side, after: Side) -> Sequence[Section]:
    """Rows, cells and distributions of two tables, or the slices of two stacks.

    Without NumPy there are only lists, which `profiles` compares.
    """
    if find_spec("numpy") is None:
        return ()
    from nbmodelver.comparison.arrays import slice_section  # NumPy is imported when a table turns up.
    from nbmodelver.comparison.rows import row_section

    stacks = slice_section.slices(name, before, after)
    return row_section.rows(name, before, after) if stacks is None else (stacks,)


def coefficients(name: str, before: Side, after: Side) -> Sequence[Section]:
    """The coefficients that differ, for two linear models."""
    if find_spec("numpy") is None:
        return ()
    from nbmodelver.comparison.models import coefficients as of_linear_models

    return of_linear_models.coefficients(name, before, after)


DICTS = frozenset({"dict", "OrderedDict", "defaultdict"})
LISTED = DICTS | {"list", "tuple"}


def labels(name: str, before: Side, after: Side) -> Sequence[Section]:
    """The labels whose codes differ, for two label maps, lists of labels, or encoders."""
    if not _may_have_labels(before) or not _may_have_labels(after):
        return ()
    from nbmodelver.comparison.models import labels as of_label_maps

    return of_label_maps.labels(name, before, after)


def _may_have_labels(side: Side) -> bool:
    if side.kind == "hyperparameters":
        return True
    root, _, cls = str(side.profile().get("type", "")).rpartition(".")
    return cls in LISTED or root.partition(".")[0] == "sklearn"


def _of_labels(before: Side, after: Side) -> int:
    return _both(before, after) if _may_have_labels(before) and _may_have_labels(after) else 0


def training(name: str, before: Side, after: Side) -> Section | None:
    """Settings and steps that differ, for two optimizers, schedules or checkpoints."""
    if not _has_tensors(before) or not _has_tensors(after):
        return None
    from nbmodelver.comparison.models import training as of_training

    return of_training.training(name, before, after)


def layers(name: str, before: Side, after: Side) -> Sequence[Section]:
    """The tensors that differ, for two models, optimizers or state dicts."""
    if find_spec("numpy") is None or not _has_tensors(before) or not _has_tensors(after):
        return ()
    from nbmodelver.comparison.models import layers as of_tensors

    return of_tensors.layers(name, before, after)


def _has_tensors(side: Side) -> bool:
    """True for a value that may have tensors: a model, or a dict, which is how a state dict is kept."""
    return side.kind == "model" or str(side.profile().get("type", "")).rpartition(".")[2] in DICTS


def _of_tensors(before: Side, after: Side) -> int:
    return _both(before, after) if _has_tensors(before) and _has_tensors(after) else 0


def _both(before: Side, after: Side) -> int:
    return before.size_bytes + after.size_bytes


SECTIONS: list[Contributor] = [
    Contributor("rows", rows, _both, frozenset({"dataset"})),
    Contributor("labels", labels, _of_labels),
    Contributor("coefficients", coefficients, _both, frozenset({"model"})),
    Contributor("training", training, _of_tensors, frozenset({"model", "dataset", "hyperparameters"})),
    Contributor("layers", layers, _of_tensors, frozenset({"model", "dataset"})),
    Contributor("trees", trees, _both, frozenset({"model"})),
    Contributor("profile", profiles),
]
DETAILED = frozenset({"rows", "labels", "coefficients", "training", "layers", "trees"})
"""Contributors that compare what is inside a value. Once one found a difference, the profile is a detail."""
MAX_COST_BYTES = 2_000_000_000
"""A contributor that has to read more is run only for names that the user gives."""


def sections_of(name: str, before: Side, after: Side, *, asked: bool = False) -> Iterator[Section]:
    """Yield the sections of all contributors in order. asked: the user named the value, so its size does not matter.

    A contributor that fails is logged and reported in the note of a section. The profile of a value is a detail once
    what is inside it was compared.
    """
    is_detailed, refused = False, set[str]()
    for contributor in SECTIONS:
        if contributor.kinds and not {before.kind, after.kind} <= contributor.kinds:
            continue
        if not asked and contributor.cost(before, after) > MAX_COST_BYTES:
            note = f"not compared by itself: it is large; try: %mv_diff {before.label} {after.label} {name}"
            yield Section(f"refused.{name}", f"{name} · {contributor.name}", note=note)
            continue
        try:
            made = contributor.compare(name, before, after)
        except (NeedsTrust, NotLoadable) as error:
            if error.message in refused:
                continue
            refused.add(error.message)
            made = Section(f"refused.{name}", f"{name} · {contributor.name}", note=error.message)
        except Exception as error:
            log.warning("%s of %s could not be compared", contributor.name, name, exc_info=True)
            made = Section(f"failed.{name}", name, note=f"not compared: {type(error).__name__}: {str(error)[:200]}")
        found = [made] if isinstance(made, Section) else list(made or ())
        is_detail = is_detailed and contributor.name not in DETAILED
        yield from (replace(section, folded=section.folded or is_detail) for section in found)
        is_detailed = is_detailed or (contributor.name in DETAILED and any(section.differs for section in found))
