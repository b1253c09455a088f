"""What is asked for when a model is handed over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class HandoverRequest:
    """The model to write.

    target: a version, or an address of a registered model. model: its variable; "" for that of the registration, or
    the only model of the version. folder: is created. example: a dataset of the version for the example and the proof;
    "" for the first one that fits. force: the reason for which an archived version is written. licence: an SPDX
    identifier. serve: with a server. image: with a server and the build context of a container image. conda, pixi: with
    environment.yml, with pixi.toml. onnx: with a copy of the behaviour in ONNX.
    """

    target: str
    folder: Path
    model: str = ""
    example: str = ""
    force: str = ""
    licence: str = ""
    serve: bool = False
    image: bool = False
    conda: bool = False
    pixi: bool = False
    onnx: bool = False

    @property
    def is_served(self) -> bool:
        """Whether the folder has a server."""
        return self.serve or self.image

    @property
    def is_rebuilt(self) -> bool:
        """Whether the folder has a file from which an environment is made."""
        return self.is_served or self.conda or self.pixi
