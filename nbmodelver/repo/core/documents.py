"""What a version holds beside its values: the cells that ran, the environment, the notebook as it stood."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from nbmodelver.errors import Damaged
from nbmodelver.model import Cell

if TYPE_CHECKING:
    from nbmodelver.model import Json, ObjectId, Version
    from nbmodelver.store.parts import PartStore


class Documents:
    """Read from one store. Every method raises Damaged, MissingPart."""

    def __init__(self, parts: PartStore) -> None:
        self._parts = parts

    def cells(self, version: Version) -> list[Cell]:
        """The cells that ran between the parent and this version."""
        return [] if version.cells is None else [Cell(**cell) for cell in self._json(version.cells)]

    def environment(self, version: Version) -> dict[str, Json]:
        """Python, platform and packages; {} when they were not kept."""
        found: dict[str, Json] = {} if version.environment is None else self._json(version.environment)
        return found

    def notebook(self, version: Version) -> bytes | None:
        """The notebook document as JSON bytes, or None."""
        return None if version.notebook is None else bytes(self._parts.get(version.notebook))

    def _json(self, part: ObjectId) -> Any:
        try:
            return json.loads(bytes(self._parts.get(part)).decode("utf-8", "surrogatepass"))
        except ValueError as error:
            raise Damaged(f"document {part} is not readable", "try: %mv_verify --full") from error


def canonical_json(data: Any) -> bytes:
    """The same bytes for the same data."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")
