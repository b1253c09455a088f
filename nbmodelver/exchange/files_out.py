"""Exports versions as plain files: a folder for each version, which any program can read.

FOLDER/v3/ has the files of v3. FOLDER/labels.json says which folder is which tag, stage and alias.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from nbmodelver import system
from nbmodelver.errors import Damaged, StoreError, StoreFull, StoreReadOnly, UsageError
from nbmodelver.exchange import sidecar
from nbmodelver.exchange.collecting import hashes_of
from nbmodelver.exchange.protocol import Placed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nbmodelver.model.exchange import Facts, LeftOut, VersionFiles

LABELS = "labels.json"
_TEMPORARY = ".nbmodelver-"


class FilesExporter:
    """The protocol `Exporter` over a folder."""

    def __init__(self, target: str) -> None:
        self.folder = Path(target).expanduser()
        if self.folder.exists() and not self.folder.is_dir():
            raise UsageError(f"'{target}' is a file", "name a folder")

    def placed(self) -> Mapping[str, Placed]:
        """Return version -> folder, of the folders with a sidecar."""
        found = {}
        for folder in sorted(self.folder.iterdir()) if self.folder.is_dir() else ():
            file = folder / sidecar.NAME
            if file.is_file() and not folder.name.startswith("."):
                data = file.read_bytes()
                facts, _ = sidecar.decode(data, str(file))
                found[facts.id] = Placed(folder.name, sidecar.digest(data))
        return found

    def losses(self, every: Sequence[Facts]) -> Iterator[LeftOut]:
        """Yield nothing: files hold all texts. Raises UsageError for a folder that has something else in the way."""
        for facts in every:
            folder = self.folder / facts.name
            if folder.exists() and not (folder / sidecar.NAME).is_file():
                raise UsageError(f"'{folder}' is there and is no export", "choose another folder, or move it away")
        yield from ()

    def put(self, contents: VersionFiles, data: bytes) -> Placed:
        """Write the folder of one version under another name, then give it its name."""
        name = contents.facts.name
        temporary = self.folder / f"{_TEMPORARY}{name}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(temporary, ignore_errors=True)
            for member in contents.members:
                path = temporary / member.path
                path.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(member.file, path)
            (temporary / sidecar.NAME).write_bytes(data)
            self._require_free(self.folder / name)
            temporary.rename(self.folder / name)
            system.port.sync_folder_at(self.folder)
        except OSError as error:
            raise _failure(self.folder, error) from error
        return Placed(name, sidecar.digest(data))

    @staticmethod
    def _require_free(folder: Path) -> None:
        if folder.exists():
            raise UsageError(f"'{folder}' is another version", "export to another folder")

    def label(self, every: Sequence[Facts]) -> Iterator[str]:
        """Write which folder is which tag, stage and alias."""
        labels: dict[str, dict[str, str]] = {"tags": {}, "models": {}}
        for facts in every:
            labels["tags"] |= dict.fromkeys(facts.tags, facts.name)
            for one in facts.registered:
                for label in (one.number, *one.stages, *one.aliases):
                    labels["models"][f"{one.model}@{label}" if label != one.number else f"{one.model}/{label}"] = (
                        facts.name
                    )
        text = json.dumps(labels, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
        path = self.folder / LABELS
        before = path.read_text(encoding="utf-8") if path.is_file() else ""
        if text != before and (before or labels["tags"] or labels["models"]):
            temporary = self.folder / f"{_TEMPORARY}{LABELS}"
            temporary.write_text(text, encoding="utf-8")
            system.port.replace_at(os.fspath(temporary), path)
            yield f"{LABELS} names {', '.join([*labels['tags'], *labels['models']])}"

    def finish(self) -> Iterator[str]:
        """Yield nothing: each version was finished by itself."""
        yield from ()

    def proof(self, placed: Placed, contents: VersionFiles) -> str:
        """Read all files of a version again, and compare their hashes. Raises Damaged."""
        for member in contents.members:
            if hashes_of(self.folder / placed.native / member.path)[0] != member.sha256:
                raise Damaged(f"{member.path} of {placed.native} reads back otherwise", "check the disk")
        return f"{len(contents.members)} files read back equal"


def _failure(folder: Path, error: OSError) -> StoreError:
    if isinstance(error, PermissionError):
        return StoreReadOnly(f"'{folder}' cannot be written: {error.strerror}", "choose another folder")
    return StoreFull(f"'{folder}' could not be written: {error.strerror}", "free some space, or choose another folder")
