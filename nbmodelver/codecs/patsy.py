"""patsy: design matrices with their design, so that a model with a formula can still predict.

patsy refuses to pickle its classes, so as to be free to change them; a release that changed them loads what another
one made as its own pickling would. Here their attributes are kept as they are.
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
    """None: these values go through pickle."""
    return None


BY_TAG: dict[str, Codec] = {}


def helper(kind: type) -> Helper | None:
    """A reduction for the classes that patsy refuses to pickle."""
    if kind is DesignMatrix:
        return reduce_subclass
    return _reduce if getattr(kind, "__getstate__", None) in (no_pickling, Origin.__getstate__) else None
