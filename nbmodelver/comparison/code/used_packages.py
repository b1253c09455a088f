"""The packages that versions use: those of their imports and of the types of their values."""

from __future__ import annotations

from importlib.metadata import packages_distributions
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nbmodelver.model import Version


def used_packages(versions: Iterable[Version]) -> frozenset[str]:
    """Return the packages that some versions use, as `distributions_of` names them."""
    return distributions_of(module for version in versions for module in _modules(version))


def distributions_of(modules: Iterable[str]) -> frozenset[str]:
    """Return the packages of top-level modules, normalized: "sklearn" is of "scikit-learn". It takes about 50 ms."""
    known = packages_distributions()
    return frozenset(normal(name) for module in modules for name in [module, *known.get(module, ())])


def normal(name: str) -> str:
    """Return the name of a package in lower case, with hyphens."""
    return name.lower().replace("_", "-")


def _modules(version: Version) -> Iterator[str]:
    for source in version.imports.values():
        yield source.partition(":")[0].partition(".")[0]
    for kept in version.kept.values():
        yield kept.type.partition(".")[0]
