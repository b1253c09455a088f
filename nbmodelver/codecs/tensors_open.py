"""Dicts of arrays or tensors in the format of safetensors (https://huggingface.co/docs/safetensors).

The format sorts the keys; their order is in its metadata, as JSON under ORDER. One key only: it writes several in an
order that changes.
"""

from __future__ import annotations

import importlib
import json
from collections import OrderedDict
from importlib.util import find_spec
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from nbmodelver.codecs.open_models import OpenModel

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = "model.safetensors"
ORDER = "order"
MISSING = "safetensors is not installed: pip install safetensors"


def to_open_model(value: Any) -> OpenModel | str:
    """Return a dict of text to arrays, or of text to tensors, as `model.safetensors`; a reason for another value."""
    if type(value) not in (dict, OrderedDict) or not value or not all(type(key) is str for key in value):
        return ""
    if all(type(item).__module__.partition(".")[0] == "torch" for item in value.values()):
        found: OpenModel | str = importlib.import_module("nbmodelver.codecs.torch_open").dict_to_open_model(value)
        return found
    if not all(type(item) is np.ndarray for item in value.values()):
        return ""
    if find_spec("safetensors") is None:
        return MISSING
    return _arrays(value)


def from_file(data: bytes) -> Any:
    """Return the arrays of a file of safetensors by name."""
    from safetensors import numpy as files

    return files.load(data)


def loaded_by(framework: str, value: Mapping[str, Any]) -> tuple[str, ...]:
    """Return lines of Python that bind `model`, with the keys in their order. framework: of safetensors."""
    made = "dict" if type(value) is dict else "OrderedDict"
    return (
        *(("from collections import OrderedDict",) if made == "OrderedDict" else ()),
        "from safetensors import safe_open",
        f'with safe_open(HERE / "{FILE}", framework="{framework}") as file:',
        f'    order = json.loads(file.metadata()["{ORDER}"])',
        f"    model = {made}((name, file.get_tensor(name)) for name in order)",
    )


def order_of(value: Mapping[str, Any]) -> dict[str, str]:
    """Return the metadata of a file, with the order of the keys."""
    return {ORDER: json.dumps(list(value))}


def _arrays(value: dict[str, Any]) -> OpenModel | str:
    from safetensors import numpy as files

    shared = next(((a, b) for a, b in combinations(value, 2) if np.may_share_memory(value[a], value[b])), None)
    if shared:
        return f"safetensors does not hold shared memory: {shared[0]}, {shared[1]}"
    # Arrays in another order or with gaps would be written wrong, without an error: safetensors issue 825.
    plain = {name: np.asarray(array, order="C") for name, array in value.items()}
    try:
        data = files.save(plain, order_of(value))
        read = files.load(data)
    except Exception as error:  # A dtype that the format does not know: the types of the exceptions vary.
        return f"safetensors does not hold it ({type(error).__name__})"
    again = type(value)((name, read[name]) for name in value)
    changed = [name for name, array in plain.items() if not _is_equal(array, again[name])]
    if changed:
        return f"safetensors changes it: {', '.join(changed[:3])}"
    return OpenModel(
        "safetensors", {FILE: data}, loaded_by("np", value), again, is_same=True, needs=("numpy", "safetensors")
    )


def _is_equal(one: Any, other: Any) -> bool:
    """Whether two arrays have one dtype, byte order included, one shape and the same bytes."""
    same_form: bool = one.dtype == other.dtype and one.shape == other.shape
    return same_form and one.tobytes() == other.tobytes()
