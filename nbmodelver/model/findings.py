"""Findings: what a check of a version found wrong or worth a look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbmodelver.model.versions import Json

Level = Literal["alarm", "note"]


@dataclass(frozen=True)
class Finding:
    """One finding.

    id: stable over versions: "leak:X_train,X_test", "metric:f1". text: one sentence with names and counts. names: the
    variables that it is about. since: name of the version that brought it in. command: what to do next. accepted: the
    reason for which the user accepted it, or "". is_new: it is about what this version brought in, even if an earlier
    version had a finding of the same id.
    """

    id: str
    level: Level
    text: str
    names: tuple[str, ...] = ()
    since: str = ""
    command: str = ""
    accepted: str = ""
    is_new: bool = False

    def to_dict(self) -> dict[str, Json]:
        """Return the JSON form, for the store and for the front-end."""
        return {
            "id": self.id,
            "level": self.level,
            "text": self.text,
            "names": list(self.names),
            "since": self.since,
            "command": self.command,
            "accepted": self.accepted,
            "is_new": self.is_new,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Json]) -> Finding:
        """Return the finding for a JSON form of `to_dict`. Raises ValueError, KeyError, TypeError for anything else."""
        level, names = data["level"], data["names"]
        if level not in ("alarm", "note") or not isinstance(names, list):
            raise ValueError("this is no finding")
        texts = (str(data[key]) for key in ("id", "text", "since", "command", "accepted"))
        found, text, since, command, accepted = texts
        return cls(found, level, text, tuple(map(str, names)), since, command, accepted, bool(data["is_new"]))  # type: ignore[arg-type]  # checked


@dataclass(frozen=True)
class Findings:
    """The findings of one version.

    unchecked: ids of checks that failed or did not fit into the time limit. clean: ids of checks that found nothing.
    not_comparable: ids of checks that could compare nothing, because a value is no table, cannot be loaded, or shares
    fewer than two columns. is_thorough: the checks of a comparison ran too, which take longer than those of a commit.
    """

    found: tuple[Finding, ...] = ()
    unchecked: tuple[str, ...] = ()
    clean: tuple[str, ...] = ()
    not_comparable: tuple[str, ...] = ()
    is_thorough: bool = False

    def of(self, level: Level) -> tuple[Finding, ...]:
        """The findings of a level that are not accepted."""
        return tuple(f for f in self.found if f.level == level and not f.accepted)

    def to_dict(self) -> dict[str, Json]:
        """Return the JSON form."""
        return {
            "found": [f.to_dict() for f in self.found],
            "unchecked": list(self.unchecked),
            "clean": list(self.clean),
            "not_comparable": list(self.not_comparable),
            **({"is_thorough": True} if self.is_thorough else {}),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Json]) -> Findings:
        """Return the findings for a JSON form of `to_dict`. Raises ValueError, KeyError, TypeError for others."""
        found = data["found"]
        unchecked, clean, not_comparable = (_texts(data[key]) for key in ("unchecked", "clean", "not_comparable"))
        if not isinstance(found, list):
            raise TypeError("these are no findings")
        known = tuple(Finding.from_dict(f) for f in found if isinstance(f, dict))
        return cls(known, unchecked, clean, not_comparable, data.get("is_thorough") is True)


def _texts(data: Json) -> tuple[str, ...]:
    """A JSON list of texts. Raises TypeError for anything else."""
    if not isinstance(data, list):
        raise TypeError("these are no findings")
    return tuple(map(str, data))
