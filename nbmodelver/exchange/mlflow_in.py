"""Imports from MLflow: each run is a version; what is registered there is registered here.

A source is a database (sqlite:///m.db), a folder mlruns, or the address of a server. Nothing of a model is loaded.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from nbmodelver.errors import Damaged, UsageError
from nbmodelver.exchange import sidecar
from nbmodelver.exchange.collecting import hashes_of
from nbmodelver.exchange.files_in import arrival_of_members
from nbmodelver.exchange.mlflow_address import address_of
from nbmodelver.exchange.mlflow_facts import digest_of_run, facts_of_run, facts_of_version, id_of_version, secrets_in
from nbmodelver.exchange.mlflow_places import file_inside
from nbmodelver.exchange.mlflow_records import DIGEST, ID
from nbmodelver.exchange.mlflow_stores import store_of
from nbmodelver.exchange.mlflow_values import MlflowContent, content_of_run, content_of_version
from nbmodelver.exchange.protocol import Arrival, Found

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from nbmodelver.exchange.mlflow_records import MlflowModelVersion, MlflowRun, MlflowRunKey, MlflowStore

_VERSION_ID = re.compile(r"[0-9a-f]{40}")


def open_mlflow(source: str) -> MlflowImporter:
    """Return the importer of a database, a folder or a server. Raises UsageError, Damaged, MissingLibrary."""
    address = address_of(source)
    return MlflowImporter(store_of(address), address.name)


class MlflowImporter:
    """The protocol `Importer` over a store of MLflow. name: of an experiment or a registered model; "" for all.

    The content of a version lies in a temporary folder from the time when it is found until the next one is.
    """

    def __init__(self, store: MlflowStore, name: str = "") -> None:
        self.store, self.name = store, name
        self._before: dict[str, str] = {}
        self._own: dict[str, str] = {}
        self._again: dict[str, Callable[[Path], MlflowContent]] = {}
        self._content: tuple[str, MlflowContent] = ("", MlflowContent(""))

    def identity(self) -> str:
        """Return a text for all stores: the ids of runs are different everywhere."""
        return "mlflow"

    def found(self) -> Iterator[Found]:
        """Yield the runs by their start, then the registered versions without a run."""
        keys, versions = self._wanted()
        of_run: dict[str, list[MlflowModelVersion]] = defaultdict(list)
        known = {key.id for key in keys}
        for version in versions:
            of_run[version.run if version.run in known else ""].append(version)
        for key in sorted(keys, key=lambda one: (one.started_ms, one.parent != "", one.id)):
            with TemporaryDirectory() as scratch:
                yield self._run(key, of_run.get(key.id, []), Path(scratch))
        for version in of_run.get("", ()):
            with TemporaryDirectory() as scratch:
                yield self._version(version, Path(scratch))

    def read(self, found: Found, folder: Path) -> Arrival:
        """Return the content of a version, of the files where they lie."""
        native, content = self._content
        if native != found.facts.id:
            content = self._again[found.facts.id](folder)
        if found.own and content.own is not None:
            return self._own_arrival(found, content.own)
        for value in content.values:
            self.store.complete(value.file)
        return Arrival(found, tuple(content.values))

    # -- what to read

    def _wanted(self) -> tuple[list[MlflowRunKey], list[MlflowModelVersion]]:
        """Return the runs and registered versions that have the name. Raises UsageError for an unknown name."""
        every = list(self.store.model_versions())
        if not self.name:
            return list(self.store.run_keys()), every
        experiments = self.store.experiments()
        chosen = {key for key, name in experiments.items() if name == self.name}
        named = [one for one in every if one.model == self.name]
        if not chosen and not named:
            names = sorted({*experiments.values(), *(one.model for one in every)} - {"Default"})[:12]
            raise UsageError(
                f"'{self.name}' is neither an experiment nor a registered model there",
                f"choose one of: {', '.join(names)}" if names else "leave the name out",
            )
        keys = list(self.store.run_keys(chosen))
        more = {one.run for one in named if one.run} - {key.id for key in keys}
        if more:
            keys += [key for key in self.store.run_keys() if key.id in more]
        ids = {key.id for key in keys}
        return keys, [one for one in every if one.model == self.name or one.run in ids]

    def _run(self, key: MlflowRunKey, versions: Sequence[MlflowModelVersion], scratch: Path) -> Found:
        run = self.store.run(key)
        self._again[key.id] = lambda folder: content_of_run(self.store, self.store.run(key), versions, folder)
        content = content_of_run(self.store, run, versions, scratch)
        self._content = (key.id, content)
        own = _own_id(run)
        before = self._before.get(key.experiment, "")
        facts = facts_of_run(run, list(dict.fromkeys(filter(None, [before, key.parent]))), versions, content)
        self._before[key.experiment] = key.id
        self._own[own] = key.id
        if own and content.own is not None:
            return Found(facts, run.tags[DIGEST], content.names(), (), own)
        left = (*secrets_in(run), *content.left_out)
        return Found(facts, digest_of_run(run, content.names()), content.names(), left, own)

    def _version(self, version: MlflowModelVersion, scratch: Path) -> Found:
        content = content_of_version(self.store, version, scratch)
        native = id_of_version(version)
        self._again[native] = lambda folder: content_of_version(self.store, version, folder)
        self._content = (native, content)
        before = self._before.get(f"models:/{version.model}", "")
        facts = facts_of_version(version, before, content)
        self._before[f"models:/{version.model}"] = native
        digest = hashlib.sha256(json.dumps([native, content.names()]).encode()).hexdigest()
        return Found(facts, digest, content.names(), tuple(content.left_out))

    # -- versions of ours

    def _own_arrival(self, found: Found, folder: Path) -> Arrival:
        """Return a version of an export of ours by its bundle, or by its files and its exact facts."""
        where = f"{sidecar.NAME} of {found.facts.name}"
        file = folder / sidecar.NAME
        self.store.complete(file)
        facts, members = sidecar.decode(file.read_bytes(), where)
        if facts.id != found.own:
            raise Damaged(f"{where} is that of another version", "export the version again")
        parents = tuple(self._own[one] for one in facts.parents if one in self._own)
        exact = replace(facts, id=found.facts.id, parents=parents, registered=found.facts.registered)
        if any(map(math.isinf, facts.metrics.values())):  # Bundles with infinity are refused, see bundle/checks.py.
            members = [one for one in members if one["role"] != "record"]
        return arrival_of_members(replace(found, facts=exact), members, lambda one: self._member(folder, one))

    def _member(self, folder: Path, member: dict[str, Any]) -> Path:
        file = file_inside(folder, member["path"])
        if file is None:
            raise Damaged(f"{member['path']} is missing in the artifacts of the run", "export the version again")
        self.store.complete(file)
        if hashes_of(file)[0] != member["sha256"]:
            raise Damaged(f"{member['path']} has another content than {sidecar.NAME} says", "export the version again")
        return file


def _own_id(run: MlflowRun) -> str:
    """Return our id of a version that was exported completely, "" for another run."""
    found = run.tags.get(ID, "")
    return found if run.tags.get(DIGEST) and _VERSION_ID.fullmatch(found) else ""
