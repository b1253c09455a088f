"""The documents of a version: the cells that ran, the environment, the notebook."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from nbmodelver.errors import Damaged
from nbmodelver.model import Cell

if TYPE_CHECKING:
    from nbmodelver.model import Json, ObjectId, Version
    from nbmodelver.store.parts import PartStore


class Documents:
    """Reads the documents of one store. Every method raises Damaged, and MissingPart if the document is lost."""

    def __init__(self, parts: PartStore) -> None:
        self._parts = parts

    def cells(self, version: Version) -> list[Cell]:
        """Return the cells that ran between the parent and this version."""
        return [] if version.cells is None else [Cell(**cell) for cell in self._json(version.cells)]

    def environment(self, version: Version) -> dict[str, Json]:
        """Return Python version, platform and packages; {} if they were not stored."""
        document: dict[str, Json] = {} if version.environment is None else self._json(version.environment)
        return document

    def notebook(self, version: Version) -> bytes | None:
        """Return the notebook document as JSON bytes, None if it was not stored."""
        return None if version.notebook is None else bytes(self._parts.get(version.notebook))

    def _json(self, part: ObjectId) -> Any:
        try:
            return json.loads(bytes(self._parts.get(part)).decode("utf-8", "surrogatepass"))
        except ValueError as error:
            raise Damaged(f"document {part} is not valid JSON", "try: %mv_verify --full") from error


def canonical_json(data: Any) -> bytes:
    """Return compact JSON with sorted keys: equal data gives equal bytes."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")
