"""Where a version is exported: one portable file, written, opened and verified. Its format: FORMAT.md beside this."""

from nbmodelver.bundle.reading import Imported, Inside, bring_in, inspect, open_into
from nbmodelver.bundle.writing import default_name, write

__all__ = ["Imported", "Inside", "bring_in", "default_name", "inspect", "open_into", "write"]
