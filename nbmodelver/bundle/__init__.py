"""Bundles: one portable file per version, for export and import. FORMAT.md describes the format."""

from nbmodelver.bundle.reading import Imported, Inside, bring_in, inspect, open_into
from nbmodelver.bundle.writing import default_name, write

__all__ = ["Imported", "Inside", "bring_in", "default_name", "inspect", "open_into", "write"]
