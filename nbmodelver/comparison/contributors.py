"""Contributors of sections to a diff.

A further comparison (rows, layers, predictions) is one more line in SECTIONS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from nbmodelver.comparison.charts import charts_of
from nbmodelver.comparison.inside import rows_of
from nbmodelver.comparison.profiles import compare
from nbmodelver.kinds.libraries import OWN
from nbmodelver.model import Section

if TYPE_CHECKING:
    from nbmodelver.model import Kind, Profile


@dataclass(frozen=True)
class Side:
    """One name in one version.

    profile and load are called on demand; load returns the value and may raise NeedsTrust or NotLoadable. label: the
    title of the side in charts, which is the name of the version.
    """

    kind: Kind
    profile: Callable[[], Profile]
    load: Callable[[], Any]
    label: str = ""


Contributor = Callable[[str, Side, Side], Section | None]
"""Returns a section about a name that differs between two versions, or None."""


MOST_BYTES = 100_000_000
"""A larger value is not loaded to find the places where it differs; only its profile is compared."""
OF_THE_WHOLE = frozenset({"value", "length", "characters", "bytes", "begins", "size (MB)", "memory (MB)"})
"""Rows of a profile that are dropped if the differing places inside the value are known."""


def profiles(name: str, before: Side, after: Side) -> Section | None:
    """The two profiles side by side, and the places where the values differ."""
    old, new = before.profile(), after.profile()
    charts = charts_of({before.label or "before": old, after.label or "after": new})
    section = replace(compare(after.kind, name, old, new), charts=charts)
    root = str(new.get("type", "")).partition(".")[0]
    told = any(r.status != "same" and r.cells[0] not in OF_THE_WHOLE for r in section.rows)
    if (told and root in OWN) or _is_big(old) or _is_big(new):
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
    said = {r.cells[0] for r in section.rows if r.status != "same"} - OF_THE_WHOLE
    new = [r for r in places if r.cells[0] not in said]
    if not new:
        return section
    rows = [r for r in section.rows if r.cells[0] not in OF_THE_WHOLE or r.status == "same"]
    return replace(section, rows=(*rows, *new), note="; ".join(filter(None, (section.note, more))))


SECTIONS: list[Contributor] = [profiles]


def sections_of(name: str, before: Side, after: Side) -> Iterator[Section]:
    """Yield the sections of all contributors in order. A contributor that fails is reported in a section's note."""
    for contributor in SECTIONS:
        try:
            section = contributor(name, before, after)
        except Exception as error:
            section = Section(f"failed.{name}", name, note=f"not compared: {type(error).__name__}: {str(error)[:200]}")
        if section is not None:
            yield section
