"""What goes into a bundle."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nbmodelver.errors import UsageError
from nbmodelver.repo.transfer import portable

if TYPE_CHECKING:
    from collections.abc import Collection

    from nbmodelver.model import Version


@dataclass(frozen=True)
class BundleOptions:
    """What goes into a bundle.

    names: variables; empty for all. Variables that share objects with them go too. without_data: leave out datasets and
    input files. without_files: leave out input files. with_models: write models in open formats as well, which loads
    them. is_sliced: replay.ipynb has only the cells on which the exported names depend. has_lock: ask the index
    for the hashes of all packages. has_wheels: put the wheels of all packages inside. allow_secrets: names that are
    exported although they look like secrets.
    """

    names: Collection[str] = ()
    without_data: bool = False
    without_files: bool = False
    with_models: bool = False
    is_sliced: bool = False
    has_lock: bool = False
    has_wheels: bool = False
    allow_secrets: Collection[str] = ()

    def chosen(self, version: Version) -> Version:
        """Return the version with the chosen names and files. Raises UnknownName, UsageError if none is left."""
        names = set(self.names) or set(version.kept)
        if self.without_data:
            names -= {n for n, kept in version.kept.items() if kept.kind == "dataset"}
        if version.kept and not names:
            raise UsageError(f"nothing of {version.name} would be left", "name variables to export: --only NAME")
        found = portable.with_only(version, names, "exported")
        if self.without_data and (shared := [n for n in found.kept if found.kept[n].kind == "dataset"]):
            raise UsageError(
                f"{', '.join(shared)} shares objects with other variables and cannot be left out",
                "name the variables to export: --only NAME",
            )
        if self.without_data or self.without_files:
            left = "it was left out of the bundle"
            found = replace(found, inputs=tuple(replace(i, is_kept=False, reason=left) for i in found.inputs))
        return found
