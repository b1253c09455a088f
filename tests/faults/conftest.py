"""Children for faults, and fresh copies of small stores."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.faults import counts, worlds
from tests.faults.zygote import Zygote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    """Return the process that forks children."""
    made = Zygote()
    yield made
    made.close()


@pytest.fixture(scope="session")
def template(zygote: Zygote, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small store with all sorts of data. Read-only."""
    folder = tmp_path_factory.mktemp("template")
    made = zygote.run("worlds.template", str(folder))
    assert made.how == "done", made.said
    assert zygote.run("worlds.wrong", str(folder), worlds.TEMPLATE).value == []
    return folder


@pytest.fixture(scope="session")
def prepared(zygote: Zygote, template: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return a function that returns the template for an operation. Read-only."""
    made: dict[str, Path] = {}

    def prepare(operation: str) -> Path:
        if operation not in worlds.PREPARED:
            return template
        if operation not in made:
            made[operation] = tmp_path_factory.mktemp("prepared") / "world"
            shutil.copytree(template, made[operation])
            done = zygote.run(f"worlds.{worlds.PREPARED[operation].__name__}", str(made[operation]))
            assert done.how == "done", done.said
        return made[operation]

    return prepare


@pytest.fixture
def fresh(prepared: Callable[[str], Path], tmp_path: Path) -> Callable[[str], str]:
    """Return a function that copies the template for an operation, replacing the last copy."""

    def make(operation: str = "") -> str:
        folder = tmp_path / "world"
        shutil.rmtree(folder, ignore_errors=True)
        if operation == "first commit":
            folder.mkdir()
        else:
            shutil.copytree(prepared(operation), folder)
        return str(folder)

    return make


def acknowledged(operation: str) -> tuple[int, ...]:
    """Return the seeds of the versions before the operation."""
    return () if operation == "first commit" else worlds.TEMPLATE


@pytest.fixture(scope="session", autouse=True)
def _counts() -> Iterator[None]:
    yield
    if counts.LONG:
        counts.write()
