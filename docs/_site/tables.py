"""Tables of the reference that are made from the code, so that they are never out of date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.repo.core.settings import SETTINGS
from nbmodelver.verbs import VERBS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


def settings() -> str:
    """Name, default and meaning of every setting."""
    rows = [(f"`{s.name}`", f"`{_shown(s.default)}`", _said(s.help, s.choices)) for s in SETTINGS.values()]
    return "\n".join(_table(("setting", "default", "meaning"), rows))


def commands() -> str:
    """Every verb that works without a kernel, with a link to its page."""
    rows = [(f"[`nbmodelver {v.name}`](/verbs/{v.name}.md)", v.summary) for v in VERBS.values() if not v.kernel]
    return "\n".join(_table(("command", "what it does"), rows))


def _shown(default: object) -> str:
    if isinstance(default, bool):
        return "on" if default else "off"
    return "(empty)" if default == "" else f"{default:g}" if isinstance(default, float) else str(default)


def _said(text: str, choices: Sequence[str]) -> str:
    return f"{text} (one of {', '.join(f'`{c}`' for c in choices)})" if choices else text


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)


TABLES: dict[str, Callable[[], str]] = {"settings": settings, "commands": commands}
