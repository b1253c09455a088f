"""One model with everything that its folder is made from, and the texts of the files."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from nbmodelver.actions.handover import behaviour, environments, example_rows, image, inputs, licence, needs, serving
from nbmodelver.actions.handover.load_program import load_program
from nbmodelver.model.cards import CardSection
from nbmodelver.registry import card, card_formats
from nbmodelver.repo.transfer import portable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbmodelver.actions.handover.example_rows import ExampleRows
    from nbmodelver.actions.handover.request import HandoverRequest
    from nbmodelver.model import Json, Version
    from nbmodelver.model.cards import Card
    from nbmodelver.model.registry import RegisteredVersion
    from nbmodelver.repo import Repo
    from nbmodelver.repo.transfer.portable import ModelFiles

STAMP = "handover.json"
CONDA, PIXI = "environment.yml", "pixi.toml"
NOT_SERVED = {"requirements.txt", CONDA, PIXI}
"""Files that an image does not get."""


@dataclass(frozen=True)
class Work:
    """One model with everything that its folder is made from. rows: the example, None without one."""

    repo: Repo
    request: HandoverRequest
    version: Version
    registered: RegisteredVersion | None
    name: str
    value: Any
    files: ModelFiles
    rows: ExampleRows | None

    @property
    def title(self) -> str:
        """The address of the registered version, or the name of the version."""
        return self.registered.address if self.registered is not None else self.version.name

    @cached_property
    def inputs(self) -> inputs.Inputs | None:
        """What the model takes, by its example or its own attributes; None if nothing is known."""
        return self.rows.inputs if self.rows is not None else inputs.of_interface(self._interface)

    @cached_property
    def needs(self) -> needs.Needs:
        """Python and packages that the folder needs."""
        types = [self.version.kept[self.name].type, *self.version.group_of(self.name).classes]
        rows = () if self.inputs is None else (self.inputs.needs,)
        return needs.needs_of(self.repo.environment(self.version), types, (*self.files.needs, *rows))

    @cached_property
    def card(self) -> Card | None:
        """The card with the licence, None for a version that is not registered. Raises UsageError, see licence.py."""
        if self.registered is None:
            return None
        found = card.card(self.repo, self.registered.address)
        if self.onnx is not None:
            found = replace(found, sections=(*found.sections, CardSection("Copies", (("ONNX", self.onnx.phrase),))))
        return licence.on_card(found, self.request.licence) if self.request.licence else found

    @cached_property
    def onnx(self) -> behaviour.Behaviour | None:
        """The copy in ONNX, None if it was not asked for. Raises UsageError, see behaviour.py."""
        if not self.request.onnx:
            return None
        rows = self.rows and example_rows.example_of(
            self.repo, self.version, self.value, self.rows.name, behaviour.ROWS
        )
        return behaviour.behaviour_of(self.name, self.value, self.files, rows)

    def require(self) -> None:
        """Raise UsageError for files that were asked for and cannot be made. They are made here, where that tells."""
        if self.request.licence:
            licence.require_identifier(self.request.licence)
        if self.request.is_served:
            serving.require_servable(self.name, self.value, self.inputs)
        _ = self.onnx, self.card

    def contents(self) -> dict[str, bytes]:
        """Return the files of the folder but the stamp, which has the proof."""
        texts = {**self._own_texts(), **licence.note_file(self.request.licence)}
        if self.request.is_served:
            texts |= serving.served_files(self.needs)
        texts |= self._environments()
        if self.request.image:
            taken = {*texts, *self.files.files, STAMP} - NOT_SERVED - {*self.files.copies}
            texts |= image.image_files(self.needs, taken, self.version.saved_at_utc, self._labels())
        copies = {behaviour.FILE: self.onnx.data} if self.onnx is not None else {}
        return {**self.files.files, **copies, **{name: text.encode("utf-8") for name, text in texts.items()}}

    def notes(self) -> Iterator[str]:
        """Yield what is missing, and how to get it."""
        if self.files.reason:
            yield f"written as pickle: {self.files.reason}"
        if self.files.no_copy:
            yield f"no open copy beside it: {self.files.no_copy}"
        if self.rows is None:
            yield "no dataset of the version fits, so there is no example: --example NAME"
        unknown = licence.unknown_note(self.request.licence)
        if unknown:
            yield unknown
        if self.request.is_rebuilt and self.needs.unpinned:
            yield f"no release is recorded: {', '.join(self.needs.unpinned)}"
        if self.request.is_rebuilt and not self.needs.is_recorded:
            yield f"the version does not record its Python: {self.needs.python} is the one that wrote the folder"

    def stamp(self, proof: str, *, is_proven: bool) -> dict[str, Json]:
        """Return what ties the folder to the version: `%mv_trace` finds it by the file of the model."""
        kept, own = self.version.kept[self.name], self.registered
        return {
            "format": 1, "title": self.title, "version": self.version.id, "name": self.version.name,
            "registered": {"name": own.model, "version": own.number} if own is not None else None,
            "variable": self.name, "type": kept.type, "digest": kept.digest,
            "stamp": own.stamp if own is not None else "", "licence": self.request.licence,
            "model_format": self.files.format, "is_open": not self.files.reason,
            "copies": [*self.files.copies], "onnx": self.onnx.to_dict() if self.onnx is not None else None,
            "proof": proof, "is_proven": is_proven, "metrics": dict(sorted(self.version.metrics.items())),
        }  # fmt: skip

    def _environments(self) -> dict[str, str]:
        """Return the files that describe an environment, by name."""
        packages = self.needs.served if self.request.is_served else self.needs.packages
        tasks = {"example": "python load.py", **({"serve": "python app.py"} if self.request.is_served else {})}
        found = {}
        if self.request.conda:
            found[CONDA] = environments.environment_yml(self.title, self.needs, packages)
        if self.request.pixi:
            found[PIXI] = environments.pixi_toml(self.title, self.needs, packages, tasks)
        return found

    def _labels(self) -> dict[str, str]:
        """Return the labels of an image."""
        number = self.registered.number if self.registered is not None else self.version.name
        return {
            "title": self.title, "version": number, "revision": self.version.id, "licenses": self.request.licence
        }  # fmt: skip

    def _own_texts(self) -> dict[str, str]:
        """Return the texts that every folder has, an example and a card if there are any."""
        predict = self.rows.predict if self.rows is not None else example_rows.predict_of(self.value)
        texts = {
            "load.py": load_program(
                self.name, self.title, self.files.load, self.inputs, predict, has_example=self.rows is not None
            ),
            "requirements.txt": needs.requirements(self.needs.packages),
            "signature.json": json.dumps(self._signature(), indent=1),
        }
        if self.rows is not None:
            texts["example.json"] = json.dumps(self.rows.to_dict(), indent=1)
        if self.card is not None:
            texts["MODEL_CARD.md"] = card_formats.text_of(self.card, "markdown")
        return texts

    @cached_property
    def _interface(self) -> dict[str, list[str] | int]:
        return portable.interface_of(self.value)

    def _signature(self) -> dict[str, Json]:
        stated: dict[str, Json] = {f"{side}_of_the_model": known for side, known in self._interface.items()}  # type: ignore[misc]
        given = self.inputs.to_dict() if self.inputs is not None else {"inputs": None}
        return {**given, **stated}
