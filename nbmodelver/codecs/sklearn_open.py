"""Estimators of scikit-learn in the format of skops (https://skops.readthedocs.io), which reads no pickle."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from nbmodelver.codecs.open_models import OpenModel
from nbmodelver.codecs.sklearn_canonical import canonical


def to_open_model(value: Any) -> OpenModel | str:
    """Return an estimator as `model.skops`; a reason without skops, or for an estimator that skops does not hold.

    Types that skops does not trust by itself are listed in the lines that load the model.
    """
    if find_spec("skops") is None:
        return "skops is not installed: pip install skops"
    from skops import io

    try:
        data = canonical(io.dumps(value))
        types = sorted(io.get_untrusted_types(data=data))
        again = io.loads(data, trusted=types)
    except Exception as error:  # Any part of an estimator may refuse to be written or read.
        return f"skops does not hold it ({type(error).__name__})"
    load = ("from skops import io", f'model = io.load(HERE / "model.skops", trusted={types!r})')
    return OpenModel("skops", {"model.skops": data}, load, again, needs=("skops",))


def from_file(data: bytes) -> Any:
    """Return the estimator of a file of skops. All its types are trusted, as those of a pickle that may be loaded."""
    from skops import io

    return io.loads(data, trusted=io.get_untrusted_types(data=data))


def untrusted_types(data: bytes) -> list[str]:
    """Return the types of a file of skops that skops does not trust by itself, sorted."""
    from skops import io

    return sorted(io.get_untrusted_types(data=data))
