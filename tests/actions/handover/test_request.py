"""What an option asks for besides itself."""

from __future__ import annotations

from pathlib import Path

from nbmodelver.actions.handover.request import HandoverRequest


def test_an_image_has_a_server() -> None:
    assert HandoverRequest("v1", Path("out"), image=True).is_served
    assert HandoverRequest("v1", Path("out"), serve=True).is_served
    assert not HandoverRequest("v1", Path("out"), conda=True).is_served


def test_some_options_ask_for_an_environment() -> None:
    for option in ("serve", "image", "conda", "pixi"):
        assert HandoverRequest("v1", Path("out"), **{option: True}).is_rebuilt
    assert not HandoverRequest("v1", Path("out"), onnx=True).is_rebuilt
