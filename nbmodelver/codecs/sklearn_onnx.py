"""A copy of the behaviour of an estimator in ONNX (https://onnx.ai), by skl2onnx, and what onnxruntime predicts.

ONNX holds no estimator exactly: it computes in float32. The caller compares the predictions.
"""

from __future__ import annotations

import re
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from nbmodelver.codecs.open_models import OnnxCopy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import onnx

PACKAGES = ("skl2onnx", "onnx", "onnxruntime")
MATRIX = "X"
_NO_IDENTIFIER = re.compile(r"[^A-Za-z0-9_]")
OLDER: dict[str, int] = {"": 18, "ai.onnx.ml": 3}
"""The operator sets with which IsolationForest can be written; others need the newest ones."""


def missing_packages() -> list[str]:
    """Return the packages that are not installed."""
    return [name for name in PACKAGES if find_spec(name) is None]


def to_onnx(model: Any, rows: Any) -> OnnxCopy | str:
    """Return an estimator in ONNX with its predictions for rows; a reason if it cannot be written or run.

    rows: a frame or a two-dimensional array of numbers. If all columns are numbers, the input is one matrix "X" of
    float32 in the order of the columns; else, or if the estimator takes columns by name, one input per column.
    """
    reason = ""
    for feed, options in _attempts(rows):
        try:
            return _copy(model, feed, options)
        except Exception as error:  # skl2onnx and onnxruntime raise what they like for what they do not support.
            text = str(error).strip() or type(error).__name__
            reason = reason or f"{type(error).__name__}: {text.splitlines()[0][:200]}"
    return reason


def _attempts(rows: Any) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield inputs with their values, and options of the conversion, in the order in which they are tried."""
    feeds = [{MATRIX: rows.astype("float32")}] if not hasattr(rows, "iloc") else [*_of_frame(rows)]
    for options in ({}, {"target_opset": OLDER}):
        for feed in feeds:
            yield feed, options


def _of_frame(frame: Any) -> Iterator[dict[str, Any]]:
    columns = {name: frame.iloc[:, [at]] for at, name in enumerate(frame.columns)}
    if all(_kind(column.dtypes.iloc[0]) != "O" for column in columns.values()):
        yield {MATRIX: frame.to_numpy("float32")}
    yield {name: _values(column) for name, column in columns.items()}


def _values(column: Any) -> Any:
    """Return the values of a column, (rows, 1): float32, int64, bool, or objects that are texts."""
    kind = _kind(column.dtypes.iloc[0])
    return column.to_numpy({"f": "float32", "i": "int64", "u": "int64", "b": "bool"}.get(kind, object))


def _kind(dtype: Any) -> str:
    return str(getattr(dtype, "kind", "O")) if getattr(dtype, "categories", None) is None else "O"


def _copy(model: Any, feed: Mapping[str, Any], options: Mapping[str, Any]) -> OnnxCopy:
    import onnxruntime
    from skl2onnx import convert_sklearn
    from skl2onnx.common import data_types as types

    kinds = {
        "f": types.FloatTensorType, "i": types.Int64TensorType, "b": types.BooleanTensorType,
        "O": types.StringTensorType,
    }  # fmt: skip
    inputs = [(name, kinds[array.dtype.kind]([None, array.shape[1]])) for name, array in feed.items()]
    has_probabilities = hasattr(model, "predict_proba")
    plain = {id(model): {"zipmap": False}} if has_probabilities else None
    made = convert_sklearn(model, "model", inputs, options=plain, **options)
    data = _renamed(made, _inputs(made, list(feed))).SerializeToString()
    one = onnxruntime.SessionOptions()
    one.intra_op_num_threads = one.inter_op_num_threads = 1  # Sums in one order, so that the proof is the same again.
    one.log_severity_level = 4
    session = onnxruntime.InferenceSession(data, one, providers=["CPUExecutionProvider"])
    found = session.run(None, {value.name: feed[value.name] for value in session.get_inputs()})
    predictions = found[0].ravel() if found[0].shape[1:] == (1,) else found[0]
    return OnnxCopy(data, predictions.tolist(), found[1].tolist() if has_probabilities else None)


def _inputs(model: onnx.ModelProto, columns: list[str]) -> dict[str, str]:
    """Return the column of each input of a model. skl2onnx replaces what is no identifier, and drops unused inputs.

    Raises ValueError if an input can be that of several columns.
    """
    found = {}
    for value in model.graph.input:
        same = [name for name in columns if name == value.name]
        like = same or [name for name in columns if _NO_IDENTIFIER.sub("_", name) == value.name]
        if len(like) != 1:
            raise ValueError(f"the columns of the input '{value.name}' cannot be told apart")
        found[value.name] = like[0]
    return found


def _renamed(model: onnx.ModelProto, inputs: Mapping[str, str]) -> onnx.ModelProto:
    """Return a model whose inner names are counted in the order of appearance; skl2onnx counts over all conversions.

    inputs: the new name of each input.
    """
    outer = {*inputs.values(), *(value.name for value in model.graph.output)}
    names: dict[str, str] = {"": "", **{value.name: value.name for value in model.graph.output}, **inputs}

    def new(name: str) -> str:
        if name not in names:
            fresh = f"v{len(names)}"
            names[name] = fresh + "_" * sum(fresh == taken.rstrip("_") for taken in outer)
        return names[name]

    for at, graph in enumerate(_graphs(model.graph)):
        graph.name = f"g{at}"
        for value in (*graph.input, *graph.output, *graph.initializer, *graph.value_info):
            value.name = new(value.name)
        for count, node in enumerate(graph.node):
            node.name = f"g{at}n{count}"
            _replace(node.input, new)
            _replace(node.output, new)
    return model


def _graphs(graph: onnx.GraphProto) -> Iterator[onnx.GraphProto]:
    """Yield a graph and the graphs that its nodes run, a parent first."""
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            inner = [attribute.g] if attribute.HasField("g") else []
            for one in (*inner, *attribute.graphs):
                yield from _graphs(one)


def _replace(names: Any, new: Callable[[str], str]) -> None:
    """Replace all names of a repeated field."""
    names[:] = [new(name) for name in names]
