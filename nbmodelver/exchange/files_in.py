"""Imports folders of files: exports of ours, or files such as model_v1.pkl, model_final_v2.joblib, data-2024-05-01.csv.

A name is split into words. What stands before the first number, date or word such as "final" is the name of the
variable; files with the same name are its versions. Files that differ only in their suffix belong together.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbmodelver.errors import Damaged, LimitExceeded, UsageError
from nbmodelver.exchange import sidecar
from nbmodelver.exchange.collecting import hashes_of
from nbmodelver.exchange.protocol import Arrival, Found, FoundValue
from nbmodelver.model.exchange import Facts, LeftOut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from nbmodelver.exchange.protocol import Importer
    from nbmodelver.model import Json
    from nbmodelver.model.exchange import Role

MOST_FILE_BYTES = 4 << 30
MOST_FILES = 100_000
FORMATS: dict[str, tuple[str, Role]] = {
    ".pkl": ("pickle", "model"), ".pickle": ("pickle", "model"), ".joblib": ("joblib", "model"),
    ".skops": ("skops", "model"), ".ubj": ("ubj", "model"), ".safetensors": ("safetensors", "model"),
    ".npz": ("npz", "dataset"), ".npy": ("npy", "dataset"), ".csv": ("csv", "dataset"),
    ".parquet": ("parquet", "dataset"), ".h5": ("bytes", "model"), ".keras": ("bytes", "model"),
    ".pt": ("bytes", "model"), ".pth": ("bytes", "model"), ".onnx": ("bytes", "model"),
}  # fmt: skip
"""Suffix -> format of the value, and what it usually is."""
COMPRESSED = (".gz", ".bz2", ".xz", ".z", ".lzma")
_OLD = {"old", "older", "backup", "bak", "prev", "previous", "orig", "original", "first", "initial", "draft"}
_NEW = {"new", "newer", "final", "latest", "last", "best", "fixed", "fix", "improved", "updated"}
_OTHER = {"copy", "kopie", "version", "ver", "v", "rev", "test", "tmp", "of", "the"} | {
    day[:length] for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    for length in (3, len(day))
}  # fmt: skip
_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)")
_NUMBER = re.compile(
    r"(?<![A-Za-z])(?:v|ver|version|rev|r)[-_. ]?(\d{1,6}(?:\.\d{1,6}){0,3})(?![A-Za-z\d])", re.IGNORECASE
)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
MOST_NOTE_CHARACTERS = 2000


@dataclass(frozen=True)
class NamedFile:
    """What a file name says. base: the name of the variable. number: (1, 4) for "v1.4", () without one.

    day: None without a date. age: -1 for each word such as "old", 1 for each word such as "final".
    """

    base: str
    number: tuple[int, ...]
    day: date | None
    age: int


def name_of(stem: str) -> NamedFile:
    """Return what the name of a file without suffix says."""
    stem, day = _without_date(stem)
    number: tuple[int, ...] = ()
    found = _NUMBER.search(stem)
    if found:
        number = tuple(map(int, found[1].split(".")))
        stem = f"{stem[: found.start()]} {stem[found.end() :]}"
    base: list[str] = []
    age, is_open = 0, True
    for word in _WORD.findall(stem):
        lower = word.lower()
        if lower.isdigit():
            number = number or (int(lower),)
        elif lower in _OLD | _NEW | _OTHER:
            age += (lower in _NEW) - (lower in _OLD)
        elif is_open:
            base.append(lower)
            continue
        is_open = not base
    return NamedFile("_".join(base) or "model", number, day, age)


def _without_date(stem: str) -> tuple[str, date | None]:
    found = _DATE.search(stem)
    if not found:
        return stem, None
    try:
        day = date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:  # Such as 30 February.
        return stem, None
    return f"{stem[: found.start()]} {stem[found.end() :]}", day


def open_files(source: str) -> Importer:
    """Return the importer of a folder, or of one file. Raises UsageError if it does not exist."""
    path = Path(source).expanduser()
    if not path.exists():
        raise UsageError(f"'{source}' does not exist", "name a folder with files, or one file")
    if path.is_dir() and any((folder / sidecar.NAME).is_file() for folder in path.iterdir() if folder.is_dir()):
        return ExportedFolder(path)
    return NamedFiles(path)


class ExportedFolder:
    """A folder that `files_out` wrote."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def identity(self) -> str:
        """Return a text for all exports: versions are known by their own ids."""
        return "export"

    def found(self) -> Iterator[Found]:
        """Yield the versions by their numbers."""
        read = []
        for file in self.folder.glob(f"*/{sidecar.NAME}"):
            data = file.read_bytes()
            read.append((file, data, *sidecar.decode(data, str(file))))
        for _, data, facts, members in sorted(read, key=lambda one: one[2].number):
            yield found_of_sidecar(facts, members, sidecar.digest(data))

    def read(self, found: Found, folder: Path) -> Arrival:
        """Return the files of one version, compared with their hashes."""
        del folder
        place = self.folder / found.facts.name
        _, members = sidecar.decode((place / sidecar.NAME).read_bytes(), str(place / sidecar.NAME))
        return arrival_of_members(found, members, lambda member: _checked(place / member["path"], member["sha256"]))


def found_of_sidecar(facts: Facts, members: Sequence[dict[str, Any]], digest: str) -> Found:
    """Return a version by its sidecar."""
    values = tuple(dict.fromkeys(one["name"] for one in members if one["name"]))
    return Found(facts, digest, values, own=facts.id)


def arrival_of_members(
    found: Found, members: Sequence[dict[str, Any]], file_of: Callable[[dict[str, Any]], Path]
) -> Arrival:
    """Return the content of a version by its sidecar: its bundle if it has one, otherwise its files.

    file_of: returns the file of a member, compared with its hash.
    """
    record = next((one for one in members if one["role"] == "record"), None)
    if record is not None:
        return Arrival(found, bundle=file_of(record))
    values: dict[str, FoundValue] = {}
    for one in members:
        main = one["format"] != "ubj" or one["path"].endswith(".ubj")
        if one["name"] and main and one["name"] not in values:
            values[one["name"]] = FoundValue(one["name"], one["role"], one["format"], file_of(one))
    notebook = next((one for one in members if one["format"] == "ipynb"), None)
    environment = next((one for one in members if one["path"] == "environment.json"), None)
    documents = {} if notebook is None else {"notebook": file_of(notebook).read_bytes()}
    if environment is not None:
        documents["environment"] = file_of(environment).read_bytes()
    return Arrival(found, tuple(values.values()), documents)


def _checked(file: Path, sha256: str) -> Path:
    if not file.is_file():
        raise Damaged(f"'{file}' is missing", "export the version again")
    if hashes_of(file)[0] != sha256:
        raise Damaged(f"'{file}' has another content than {sidecar.NAME} says", "export the version again")
    return file


@dataclass(frozen=True)
class _File:
    """A file with a value. stem: its path without suffixes. format: of its value."""

    path: Path
    stem: str
    named: NamedFile
    format: str
    role: Role
    sha256: str
    modified_s: float


class NamedFiles:
    """A folder of files whose names have versions and dates. The files are read only."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def identity(self) -> str:
        """Return the folder: nothing else names such files."""
        return str(self.place.resolve())

    def found(self) -> Iterator[Found]:
        """Yield the versions of each variable in order: by number, else by date, else by the time of the file."""
        by_base: dict[str, list[_File]] = defaultdict(list)
        for file in self._files:
            by_base[file.named.base].append(file)
        for base in sorted(by_base):
            yield from self._versions(base, _in_order(by_base[base]))

    def _versions(self, base: str, files: Sequence[_File]) -> Iterator[Found]:
        before = ""
        copies: dict[Path, list[_File]] = defaultdict(list)
        seen: dict[str, _File] = {}
        for file in files:
            first = seen.setdefault(file.sha256, file)
            if first is not file:
                copies[first.path].append(file)
        for number, file in enumerate((f for f in files if seen[f.sha256] is f), 1):
            native = str(file.path.relative_to(self._root))
            metrics, params, note = self._beside(file)
            also = [str(copy.path.relative_to(self._root)) for copy in copies[file.path]]
            facts = Facts(
                native, file.path.name, number, (before,) if before else (), base, file.path.name,
                "\n".join(filter(None, [note, f"the same file: {', '.join(also)}" if also else ""])), "",
                _utc(file.modified_s), params, metrics,
            )  # fmt: skip
            left = tuple(LeftOut(native, copy, f"a copy of {native}") for copy in also)
            yield Found(facts, _digest(file.sha256, metrics, params), (base,), left)
            before = native

    def read(self, found: Found, folder: Path) -> Arrival:
        """Return the file of one version where it lies."""
        del folder
        file = self._by_id[found.facts.id]
        return Arrival(found, (FoundValue(file.named.base, file.role, file.format, file.path),))

    # -- internal

    @property
    def _root(self) -> Path:
        return self.place if self.place.is_dir() else self.place.parent

    @cached_property
    def _paths(self) -> list[Path]:
        if self.place.is_file():
            return [self.place]
        paths = []
        for path in self.place.rglob("*"):
            if not any(part.startswith(".") for part in path.relative_to(self.place).parts) and path.is_file():
                paths.append(path)
            if len(paths) > MOST_FILES:
                raise LimitExceeded(f"'{self.place}' has more than {MOST_FILES:,} files", "name a folder inside of it")
        return sorted(paths)

    @cached_property
    def _files(self) -> list[_File]:
        found = [one for path in self._paths if (one := _file(path, self._root)) is not None]
        if not found:
            raise UsageError(
                f"'{self.place}' has no file with a model or data", f"suffixes that are read: {', '.join(FORMATS)}"
            )
        return found

    @cached_property
    def _by_id(self) -> dict[str, _File]:
        return {str(one.path.relative_to(self._root)): one for one in self._files}

    @cached_property
    def _by_stem(self) -> dict[str, list[Path]]:
        found: dict[str, list[Path]] = defaultdict(list)
        for path in self._paths:
            found[_stem(path, self._root)].append(path)
        return found

    def _beside(self, file: _File) -> tuple[dict[str, float], dict[str, Json], str]:
        """Return metrics, parameters and a note from files that belong to a file: of its stem, or beside it alone."""
        metrics: dict[str, float] = {}
        params: dict[str, Json] = {}
        note = ""
        for path in self._by_stem[file.stem]:
            if path.suffix == ".json":
                for name, value in _plain(path).items():
                    if isinstance(value, float):
                        metrics[name] = value
                    else:
                        params[name] = value
            elif path.suffix in (".md", ".txt"):
                note = path.read_text(encoding="utf-8", errors="replace")[:MOST_NOTE_CHARACTERS]
        return metrics, params, note.strip()


def _file(path: Path, root: Path) -> _File | None:
    suffix = path.suffix.lower()
    if suffix in COMPRESSED and Path(path.stem).suffix.lower() in (".pkl", ".pickle", ".joblib"):
        suffix = Path(path.stem).suffix.lower()
    if suffix not in FORMATS:
        return None
    status = path.stat()
    if status.st_size > MOST_FILE_BYTES:
        raise LimitExceeded(f"'{path}' is larger than {MOST_FILE_BYTES >> 30} GB", "move it away, and run it again")
    format_, role = FORMATS[suffix]
    stem = _stem(path, root)
    named = name_of(Path(stem).name)
    return _File(path, stem, named, format_, role, hashes_of(path)[0], status.st_mtime)


def _stem(path: Path, root: Path) -> str:
    """Return the path without the suffixes of values and of compression."""
    plain = path.relative_to(root)
    while plain.suffix.lower() in {*FORMATS, *COMPRESSED, ".json", ".md", ".txt"}:
        plain = plain.with_suffix("")
    return plain.as_posix()


def _in_order(files: Sequence[_File]) -> list[_File]:
    """Return the files of one variable, oldest first."""
    if all(file.named.number for file in files if not file.named.age):
        return sorted(files, key=_by_number)
    if all(file.named.day is not None for file in files):
        return sorted(files, key=lambda one: (one.named.day or date.min, one.named.age, one.modified_s, one.stem))
    return sorted(files, key=lambda one: (one.modified_s, one.named.age, one.stem))


def _by_number(file: _File) -> tuple[float, tuple[int, ...], date, int, float, str]:
    """Return the place of a file. A name with "old" and no number comes first, one with "final" last."""
    named = file.named
    place = 0.0 if named.number else float(named.age or 1) * float("inf")
    return place, named.number, named.day or date.min, named.age, file.modified_s, file.stem


def _plain(path: Path) -> dict[str, Any]:
    """Return the plain values of a JSON file: numbers with a fraction as metrics, others as parameters."""
    try:
        data = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return {}
    items = data.items() if isinstance(data, dict) else ()
    return {str(k): v for k, v in items if isinstance(v, bool | int | float | str) or v is None}


def _digest(sha256: str, metrics: dict[str, float], params: dict[str, Json]) -> str:
    return hashlib.sha256(json.dumps([sha256, metrics, params], sort_keys=True).encode()).hexdigest()


def _utc(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
