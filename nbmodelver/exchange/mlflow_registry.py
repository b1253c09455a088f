"""Registers exported versions in MLflow, and moves aliases there to where tags, stages and aliases are here."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbmodelver.exchange.mlflow_client import asked
from nbmodelver.exchange.mlflow_names import MOST_DESCRIPTION, labels_of, note_of
from nbmodelver.exchange.mlflow_records import ID, PREFIX
from nbmodelver.model.exchange import RegisteredAs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from nbmodelver.exchange.mlflow_records import MlflowModelVersion
    from nbmodelver.model.exchange import Facts

VARIABLE = f"{PREFIX}variable"
ALIASES = f"{PREFIX}aliases"
"""The tag of a registered model with the aliases that an export of ours set."""


@dataclass(frozen=True)
class ExportedRun:
    """The run of a version. models: variable -> path of its folder in the artifacts of the run."""

    run: str
    models: Mapping[str, str]


@dataclass(frozen=True)
class _ToRegister:
    """A version to register. variable: the model, path: of its folder in the run."""

    facts: Facts
    one: RegisteredAs
    variable: str
    path: str


class MlflowRegistry:
    """name: the registered model for versions that are not registered here; "" for none."""

    def __init__(self, client: Any, name: str, versions: Iterable[MlflowModelVersion]) -> None:
        self.client, self.name = client, name
        self.versions = [one for one in versions if ID in one.tags]
        self.models = {one.model for one in self.versions}

    def label(self, every: Sequence[Facts], runs: Mapping[str, ExportedRun]) -> Iterator[str]:
        """Register the versions that are not yet, in their order; then set and delete aliases. Yield sentences."""
        wanted: dict[str, dict[str, int]] = {}
        for facts in every:
            for place in self._places(facts, runs[facts.id].models):
                number, sentence = self._registered(place, runs[facts.id].run)
                yield from filter(None, [sentence])
                aliases = wanted.setdefault(place.one.model, {})
                stages = set(place.one.stages) | set(place.one.aliases)
                for label in labels_of(facts, place.one):
                    if label in stages or label not in aliases:
                        aliases[label] = number
        ids = {facts.id for facts in every}
        for model, aliases in wanted.items():
            yield from self._aliases(model, aliases, ids)

    def _places(self, facts: Facts, models: Mapping[str, str]) -> Iterator[_ToRegister]:
        registered = facts.registered or ((RegisteredAs(self.name, ""),) if self.name else ())
        for one in registered:
            variable = one.variable or _only(models, one.model)
            if variable in models:
                yield _ToRegister(facts, one, variable, models[variable])

    def _registered(self, place: _ToRegister, run: str) -> tuple[int, str]:
        """Return the number of a version there, and a sentence if it is new or was changed."""
        tags = _tags(place)
        for version in self.versions:
            known = (version.model, version.tags.get(ID), version.tags.get(VARIABLE))
            if known == (place.one.model, place.facts.id, place.variable):
                return version.number, self._tagged(version, tags)
        self._require_model(place.one.model)
        address = asked(self.client.get_run, run).info.artifact_uri
        found = asked(
            self.client.create_model_version,
            place.one.model,
            f"{address.rstrip('/')}/{place.path}",
            run_id=run,
            tags={name: text for name, text in tags.items() if text},
            description=note_of(place.facts)[:MOST_DESCRIPTION],
            await_creation_for=0,
        )
        return int(found.version), f"{place.one.model}/{found.version} there is {place.facts.name}"

    def _tagged(self, version: MlflowModelVersion, tags: Mapping[str, str]) -> str:
        """Set the tags that differ. Return a sentence, "" if all are equal."""
        changed = {name: text for name, text in tags.items() if version.tags.get(name, "") != text}
        for name, text in changed.items():
            asked(self.client.set_model_version_tag, version.model, str(version.number), name, text)
        names = ", ".join(name.removeprefix(PREFIX) for name in changed)
        return f"{version.model}/{version.number} there has new tags: {names}" if changed else ""

    def _require_model(self, model: str) -> None:
        """Create a registered model unless it exists."""
        if model not in self.models:
            literal = model.replace("'", "\\'")
            known = asked(self.client.search_registered_models, f"name='{literal}'") if "'" not in model else ()
            if model not in {one.name for one in known}:
                asked(self.client.create_registered_model, model)
            self.models.add(model)

    def _aliases(self, model: str, wanted: Mapping[str, int], ids: set[str]) -> Iterator[str]:
        found = asked(self.client.get_registered_model, model)
        there = {alias: int(number) for alias, number in dict(found.aliases).items()}
        before = set(json.loads(found.tags.get(ALIASES, "[]")))
        ours = {one.number for one in self.versions if one.model == model and one.tags[ID] in ids}
        for alias, number in wanted.items():
            if there.get(alias) != number:
                asked(self.client.set_registered_model_alias, model, alias, str(number))
                yield f"{model}@{alias} there is version {number}"
        gone = sorted(alias for alias in before - wanted.keys() if there.get(alias) in ours)
        for alias in gone:
            asked(self.client.delete_registered_model_alias, model, alias)
            yield f"{model}@{alias} was deleted there"
        after = sorted((before | wanted.keys()) - set(gone))
        if after != sorted(before):
            asked(self.client.set_registered_model_tag, model, ALIASES, json.dumps(after))


def _only(models: Mapping[str, str], model: str) -> str:
    """Return the variable to register without a name: the only model, or that with the name of the registered model."""
    if len(models) == 1:
        return next(iter(models))
    return next((name for name in (model, "model") if name in models), "")


def _tags(place: _ToRegister) -> dict[str, str]:
    """Return the tags of a version there. A tag that is no longer needed is empty."""
    one = place.one
    return {
        ID: place.facts.id, f"{PREFIX}name": place.facts.name, VARIABLE: place.variable, "semver": one.number,
        f"{PREFIX}stages": json.dumps(list(one.stages)) if one.stages else "",
        f"{PREFIX}state": "" if one.state == "active" else one.state, f"{PREFIX}why": one.why,
    }  # fmt: skip
