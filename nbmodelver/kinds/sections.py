"""Who contributes sections to a diff. A deeper comparison (rows, layers, predictions) is one more line in SECTIONS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from nbmodelver.kinds.charts import charts_of
from nbmodelver.kinds.compare import compare
from nbmodelver.model import Section

if TYPE_CHECKING:
    from nbmodelver.model import Kind, Profile


@dataclass(frozen=True)
class Side:
    """One name as one version has it.

    profile and load: called when asked for; load gives the value itself, and may raise NeedsTrust or NotLoadable.
    label: what the side is called in charts, the version's name.
    """

    kind: Kind
    profile: Callable[[], Profile]
    load: Callable[[], Any]
    label: str = ""


Contributor = Callable[[str, Side, Side], Section | None]
"""Gives a section about a name that differs between two versions, or None where it has nothing to say."""


def profiles(name: str, before: Side, after: Side) -> Section | None:
    """The two profiles side by side."""
    old, new = before.profile(), after.profile()
    charts = charts_of({before.label or "before": old, after.label or "after": new})
    return replace(compare(after.kind, name, old, new), charts=charts)


SECTIONS: list[Contributor] = [profiles]


def sections_of(name: str, before: Side, after: Side) -> Iterator[Section]:
    """Every contributor's section about the name, in order. A contributor that fails says so in a section's note."""
    for contributor in SECTIONS:
        try:
            section = contributor(name, before, after)
        except Exception as error:
            section = Section(f"failed.{name}", name, note=f"not compared: {type(error).__name__}: {str(error)[:200]}")
        if section is not None:
            yield section
