"""patsy: design matrices with their design, so that a model with a formula can still predict.

patsy refuses to pickle its classes because it may change them. If a release did change them, a value loads like with
ordinary pickling. Here the attributes are stored as they are.
"""

from __future__ import annotations

import copyreg
from typing import TYPE_CHECKING, Any

from patsy import DesignMatrix  # type: ignore[import-untyped]
from patsy.origin import Origin  # type: ignore[import-untyped]
from patsy.util import no_pickling  # type: ignore[import-untyped]

from nbmodelver.codecs.numpy import reduce_subclass

if TYPE_CHECKING:
    from nbmodelver.codecs.codec import Codec, Helper
    from nbmodelver.codecs.memory import Memory


def _reduce(value: Any, _memory: Memory) -> Any:
    return copyreg.__newobj__, (type(value),), vars(value) or None  # type: ignore[attr-defined]


def find(_kind: type) -> Codec | None:
    """None: these values are pickled."""
    return None


BY_TAG: dict[str, Codec] = {}


def helper(kind: type) -> Helper | None:
    """The reduction for classes that patsy refuses to pickle."""
    if kind is DesignMatrix:
        return reduce_subclass
    return _reduce if getattr(kind, "__getstate__", None) in (no_pickling, Origin.__getstate__) else None
