"""What a pickle or joblib file of another program holds and would import, found without running or importing anything.

The file is read by the unpickler in Python with stubs in place of all classes. joblib writes the bytes of arrays
between the steps of a pickle, so `pickletools` stops at the first one; here they are skipped.
"""

from __future__ import annotations

import io
import json
import pickle
import struct
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nbmodelver.codecs.foreign import decompressed
from nbmodelver.codecs.names import UNKNOWN
from nbmodelver.errors import LimitExceeded, NotLoadable

if TYPE_CHECKING:
    from collections.abc import Mapping

_VERSION_KEYS = {"_sklearn_version": "scikit-learn"}
_PLAIN = (type(None), bool, int, float, str)
PICKLES = ("pickle", "joblib")
SCHEMA = "schema.json"
"""The description of a file of skops."""
MOST_SCHEMA_BYTES = 64 << 20
_WRAPPER = "joblib.numpy_pickle.NumpyArrayWrapper"
_CHARACTER_BYTES = {"U": 4, "S": 1, "V": 1}


@dataclass(frozen=True)
class Scan:
    """What a file holds. kind: the class of its value, such as "sklearn.linear_model._ridge.Ridge", "" if unknown.

    classes: what it would import, as "module:name", sorted. params: plain attributes of the value that are no results
    of a fit. releases: library -> the release that wrote the value. problem: why the scan ended early, "" otherwise.
    """

    kind: str = ""
    classes: tuple[str, ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict)
    releases: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""


def scan(data: bytes) -> Scan:
    """Return what a file holds, also a compressed one. A file that is no pickle has a `problem`."""
    try:
        scanner = _Scanner(io.BytesIO(decompressed(data)))
    except (NotLoadable, LimitExceeded) as error:
        return Scan(problem=error.message)
    problem, value = "", None
    try:
        value = scanner.load()
    except Exception as error:  # A changed file can fail in every way.
        problem = f"it ends early: {type(error).__name__}"
    classes = tuple(sorted(scanner.classes))
    if not isinstance(value, _Stub):
        kind = "" if value is None else type(value).__name__
        return Scan(kind, classes, {}, {}, problem)
    if value.kind == _WRAPPER:
        return Scan("numpy.ndarray", classes, {}, {}, problem)
    attributes = value.state if isinstance(value.state, dict) else {}
    params = {k: v for k, v in attributes.items() if _is_param(k, v)}
    releases = {library: str(attributes[key]) for key, library in _VERSION_KEYS.items() if key in attributes}
    return Scan(value.kind, classes, params, releases, problem)


def names_in_file(data: bytes, format_: str = "") -> set[str]:
    """Return what reading a file would import, as "module:name"; with names.UNKNOWN if that is not known completely.

    format_: as in `foreign.read`, "" if it is not known; then only a file that begins as a pickle can be incomplete.
    """
    if zipfile.is_zipfile(io.BytesIO(data)):
        return _names_in_skops(data)
    found = scan(data)
    is_pickle = format_ in PICKLES or (not format_ and bool(found.classes))
    return {*found.classes, *((UNKNOWN,) if is_pickle and found.problem else ())}


def _names_in_skops(data: bytes) -> set[str]:
    """Return the types that a file of skops names in its schema; none for another archive, such as .npz."""
    found: set[str] = set()

    def add(node: dict[str, Any]) -> dict[str, Any]:
        if isinstance(node.get("__module__"), str) and isinstance(node.get("__class__"), str):
            found.add(f"{node['__module__']}:{node['__class__']}")
        return node

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if SCHEMA in archive.namelist():
                if archive.getinfo(SCHEMA).file_size > MOST_SCHEMA_BYTES:
                    return {UNKNOWN}
                json.loads(archive.read(SCHEMA), object_hook=add)
    except (ValueError, OSError, RecursionError, zipfile.BadZipFile, NotImplementedError):
        return {UNKNOWN}
    return found


def _is_param(name: Any, value: Any) -> bool:
    return isinstance(name, str) and isinstance(value, _PLAIN) and not name.startswith("_") and not name.endswith("_")


class _Stub:
    """Stands for a class and for its objects. given: the arguments with which an object would be made."""

    kind = ""

    def __new__(cls, *given: Any, **_named: Any) -> _Stub:
        made = object.__new__(cls)
        made.given = given
        made.state = None
        return made

    def __init__(self, *_given: Any, **_named: Any) -> None:
        self.given: tuple[Any, ...]
        self.state: Any

    def __call__(self, *_given: Any, **_named: Any) -> _Stub:
        return _Stub()

    def __setitem__(self, _key: Any, _value: Any) -> None:
        """Take an item of a mapping."""

    def append(self, _value: Any) -> None:
        """Take an item of a list."""

    def extend(self, _values: Any) -> None:
        """Take items of a list."""

    def add(self, _value: Any) -> None:
        """Take an item of a set."""

    def update(self, *_values: Any) -> None:
        """Take items."""


_PythonUnpickler: Any = pickle._Unpickler  # in Python, so its steps can be replaced


class _Scanner(_PythonUnpickler):  # type: ignore[misc]  # as above
    """Reads a pickle with stubs for all classes and functions."""

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file)
        self._source = file
        self._size = file.getbuffer().nbytes
        self.classes: dict[str, type[_Stub]] = {}

    def find_class(self, module: str, name: str) -> Any:
        """Return a stub in place of a class or function."""
        key = f"{module}:{name}"
        if key not in self.classes:
            self.classes[key] = type("Stub", (_Stub,), {"kind": f"{module}.{name}"})
        return self.classes[key]

    def persistent_load(self, _pid: Any) -> Any:
        """Return a stub in place of an object outside of the pickle."""
        return _Stub()

    def get_extension(self, code: int) -> None:
        """Put a stub in place of a class that is registered by number."""
        self.append(self.find_class("copyreg", f"extension {code}"))

    def load_build(self) -> None:
        """Take the state of an object."""
        state = self.stack.pop()
        made = self.stack[-1]
        if isinstance(made, _Stub):
            made.state = state
            if made.kind == _WRAPPER and isinstance(state, dict):
                self._skip_array(state)

    def load_reduce(self) -> None:
        """Make an object by a call. Nothing but a stub is called."""
        given = self.stack.pop()
        called = self.stack[-1]
        is_stub = isinstance(called, type) and issubclass(called, _Stub)
        self.stack[-1] = called(*given) if is_stub and isinstance(given, tuple) else _Stub()

    def load_bytearray8(self) -> None:
        """Read a bytearray. The unpickler of Python allocates the stated length first, which can be any number."""
        (length,) = struct.unpack("<Q", self.read(8))
        data = self.read(length) if length <= self._size else b""
        if len(data) != length:
            raise EOFError
        self.append(bytearray(data))

    dispatch = {  # noqa: RUF012  # as in the class above
        **_PythonUnpickler.dispatch,
        pickle.BUILD[0]: load_build,
        pickle.REDUCE[0]: load_reduce,
        pickle.BYTEARRAY8[0]: load_bytearray8,
    }

    def _skip_array(self, state: dict[str, Any]) -> None:
        """Skip the bytes of an array that joblib wrote behind its description. One of objects is a pickle."""
        code = _code_of(state.get("dtype"))
        if code.startswith("O"):
            inner = _Scanner(self._source)
            inner.classes = self.classes
            inner.load()
            return
        size = int(code[1:] or 1) * _CHARACTER_BYTES.get(code[0], 1)
        for length in state.get("shape", ()):
            size *= int(length)
        if state.get("numpy_array_alignment_bytes") is not None:
            self._skip(self._source.read(1)[0])
        self._skip(size)

    def _skip(self, size: int) -> None:
        if size < 0 or len(self._source.read(size)) != size:
            raise EOFError


def _code_of(dtype: Any) -> str:
    """Return the code of a dtype as numpy pickles it, such as "f8"."""
    given = dtype.given if isinstance(dtype, _Stub) else ()
    if not given or not isinstance(given[0], str) or len(given[0]) < 2:
        raise ValueError("dtype")
    return given[0]
