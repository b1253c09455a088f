"""The lower bounds that pyproject.toml states, as exact versions: what `make test-oldest` installs.

python -m tests.environments.bounds    # prints them, one requirement a line
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
DATA = ("kernel", "data")
"""The extras whose libraries users have beside nbmodelver. Those of test runners and linters may be of any age."""
REQUIREMENT = re.compile(r"(?P<name>[\w.-]+)(\[(?P<extras>[\w,.-]+)\])?\s*(>=\s*(?P<bound>[\w.]+))?\s*(?P<marker>;.*)?")


def oldest(project: dict[str, Any], extras: tuple[str, ...] = DATA) -> list[str]:
    """Give `name==bound` for each dependency of the project and of these extras, with its marker, each once.

    project: the table `project` of a pyproject.toml. Raises ValueError at a requirement that states no lower bound.
    """
    found = [*project["dependencies"], *(line for extra in extras for line in _of_extra(project, extra))]
    return sorted({_exact(line) for line in found}, key=str.lower)


def _of_extra(project: dict[str, Any], extra: str) -> Iterator[str]:
    """The requirements of an extra; those of the extras that it names instead of their names."""
    for line in project["optional-dependencies"][extra]:
        parts = _parts(line)
        if parts["name"] == project["name"]:
            for other in parts["extras"].split(","):
                yield from _of_extra(project, other.strip())
        else:
            yield line


def _exact(line: str) -> str:
    parts = _parts(line)
    if not parts["bound"]:
        raise ValueError(f"{line} states no lower bound: write {parts['name']}>=VERSION")
    return f"{parts['name']}=={parts['bound']}{parts['marker'] or ''}"


def _parts(line: str) -> dict[str, str]:
    match = REQUIREMENT.fullmatch(line.strip())
    if match is None:
        raise ValueError(f"{line} is more than a name with a lower bound: write NAME>=VERSION")
    return match.groupdict()


def read() -> dict[str, Any]:
    """The table `project` of this checkout."""
    table: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return table


if __name__ == "__main__":
    print("\n".join(oldest(read())))
