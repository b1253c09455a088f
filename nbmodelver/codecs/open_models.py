"""Models in open formats: files that a library reads without pickle and without nbmodelver.

The file of a library defines `to_open_model(value)`, which returns an OpenModel, or None if its formats do not hold
the value.
"""

from __future__ import annotations

import importlib
import pickle
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbmodelver.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

LIBRARIES: dict[str, str] = {
    "xgboost": "xgboost_open",
    "lightgbm": "lightgbm_open",
    "sklearn": "sklearn_open",
    "torch": "torch_open",
    "builtins": "tensors_open",
    "collections": "tensors_open",
}
"""Root module of a type -> the file in codecs/ with an open format for its models."""
DERIVED = "torch"
"""The library whose models are classes of their users, which derive from one of the library."""


@dataclass(frozen=True)
class OnnxCopy:
    """A copy of the behaviour of a model in ONNX. data: the file.

    predictions: what it predicts for the rows that were given. probabilities: (rows, classes), None without them.
    """

    data: bytes
    predictions: list[Any]
    probabilities: list[Any] | None


@dataclass(frozen=True)
class OpenModel:
    """A model as files. format: "ubj", "lightgbm", "skops", "safetensors" or "pickle".

    files: name -> content. load: lines of Python that bind `model`; HERE is the folder as a Path. again: the model that
    the library read back from the files. is_same: whether the library writes it in the same bytes again; None if that
    is not known. needs: distributions besides the library of the class. reason: why it is a pickle, "" for an open
    format. copies: names of those files that hold a part of the model in an open format besides. no_copy: why
    these are missing although the library has a format, "" otherwise.
    """

    format: str
    files: Mapping[str, bytes]
    load: tuple[str, ...]
    again: Any
    is_same: bool | None = None
    needs: tuple[str, ...] = ()
    reason: str = ""
    copies: tuple[str, ...] = ()
    no_copy: str = ""

    def to_onnx(self, rows: Any) -> OnnxCopy | str:
        """Return the model that was read back as a copy of its behaviour; the reason if it cannot be read back.

        rows: a frame or an array for which the copy predicts. Raises UsageError if packages for it
        are not installed.
        """
        if "sklearn" not in _roots(type(self.again)):
            return "only estimators of scikit-learn can be written as ONNX"
        found: Any = importlib.import_module("nbmodelver.codecs.sklearn_onnx")
        missing = found.missing_packages()
        if missing:
            raise UsageError(f"ONNX needs {', '.join(missing)}", f"install them: pip install {' '.join(missing)}")
        copy: OnnxCopy | str = found.to_onnx(self.again, rows)
        return copy


def to_model_files(value: Any) -> OpenModel:
    """Return a model in the first format that holds it; in pickle if no open format does.

    Loading a pickle runs code, and needs the classes. Raises what pickle raises for a value that it cannot write.
    """
    library = _library(type(value))
    reason = f"no open format holds a {type(value).__name__}"
    if library is not None:
        found: OpenModel | str = importlib.import_module(f"nbmodelver.codecs.{library}").to_open_model(value)
        if isinstance(found, OpenModel):
            return found
        reason = found or reason
    data = pickle.dumps(value, protocol=5)
    load = ("import pickle", 'with (HERE / "model.pkl").open("rb") as file:', "    model = pickle.load(file)")
    return OpenModel("pickle", {"model.pkl": data}, load, pickle.loads(data), reason=reason)


def _library(kind: type) -> str | None:
    """Return the file in codecs/ for a type, None without one."""
    roots = _roots(kind)
    return LIBRARIES.get(DERIVED if DERIVED in roots else roots[0])


def _roots(kind: type) -> list[str]:
    """Return the root modules of a type and of the types from which it derives."""
    return [base.__module__.partition(".")[0] for base in kind.__mro__]
