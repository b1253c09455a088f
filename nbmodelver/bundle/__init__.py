"""Bundles: one portable file per version, for export and import. FORMAT.md describes the format."""

from nbmodelver.bundle.estimate import Estimate, estimated
from nbmodelver.bundle.new_folder import new_folder
from nbmodelver.bundle.options import BundleOptions
from nbmodelver.bundle.reading import Imported, bring_in, extract, inspect, lock_of, open_into, ran_cells
from nbmodelver.bundle.writing import default_name, replacement_of, write
from nbmodelver.model.bundles import Inside

__all__ = [
    "BundleOptions",
    "Estimate",
    "Imported",
    "Inside",
    "bring_in",
    "default_name",
    "estimated",
    "extract",
    "inspect",
    "lock_of",
    "new_folder",
    "open_into",
    "ran_cells",
    "replacement_of",
    "write",
]
