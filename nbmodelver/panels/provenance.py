"""Handles the request for the origin of a value: the version that brought it in, the cells, and what they read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbmodelver.model import MakingCell, Version
    from nbmodelver.panels.connections import Request
    from nbmodelver.panels.context import PanelContext
    from nbmodelver.panels.entries import Message
    from nbmodelver.panels.params import Params


def blame(context: PanelContext, params: Params, _request: Request) -> Message:
    """Return since which version a variable has its value, and the cells that made it."""
    found = context.repo().blame(params.text("name"), params.text("id"))
    return {
        "name": found.name,
        "version": _ref(found.version),
        "since": _ref(found.since),
        "equal_to": None if found.equal_to is None else _ref(found.equal_to),
        "cells": [_cell(cell) for cell in found.cells],
    }


def _cell(made: MakingCell) -> Message:
    inputs = [
        {"name": i.name, "since": None if i.since is None else _ref(i.since), "reason": i.reason} for i in made.inputs
    ]
    return {
        "source": made.cell.source,
        "execution_count": made.cell.execution_count,
        "version": _ref(made.version),
        "is_sure": made.is_sure,
        "inputs": inputs,
    }


def _ref(version: Version) -> Message:
    return {"id": version.id, "name": version.name, "message": version.message}
