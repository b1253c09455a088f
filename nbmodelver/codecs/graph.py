"""The encoder as one name for the layers above: `capture` writes values, `Loader` reads them.

The parts: capture.py walks over the names, encoding.py makes one draft (draft.py), linking.py finds the groups,
loading.py decodes drafts, and inspection.py reads drafts without loading them.
"""

from __future__ import annotations

from nbmodelver.codecs.capture import Capture, capture, shared_with
from nbmodelver.codecs.draft import PICKLE, PLAIN, Draft
from nbmodelver.codecs.inspection import foreign_names, foresee, what_it_runs
from nbmodelver.codecs.loading import Loader, decode, decode_columns, failing, why

__all__ = [
    "PICKLE", "PLAIN", "Capture", "Draft", "Loader", "capture", "decode", "decode_columns", "failing", "foreign_names",
    "foresee", "shared_with", "what_it_runs", "why",
]  # fmt: skip
