"""Runs a notebook in a real kernel as a person does in JupyterLab, commits and exports it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any, Self

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.connect import write_connection_file
from nbformat import v4

from tests.rerun_lane.notebook import content

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.rerun_lane.notebook import Content, Notebook

FILE = "study.ipynb"
TIMEOUT_S = 120


class KernelServer:
    """Starts kernels quickly: see kernel_server.py. Use it in a `with` block."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.rerun_lane.kernel_server"]
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONHASHSEED"}
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(TIMEOUT_S)

    def start(self, folder: Path, variables: Mapping[str, str]) -> str:
        """Start a kernel; give the path of its connection file."""
        connection, _ = write_connection_file(str(folder.parent / f"{folder.name}.connection.json"))
        request = {"connection": connection, "folder": str(folder), "variables": dict(variables)}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        self._process.stdin.flush()
        return connection


class Page:
    """A notebook that is open: its kernel, and its document with outputs."""

    def __init__(self, notebook: Notebook, folder: Path, server: KernelServer) -> None:
        self.notebook = notebook
        self.folder = folder
        self.shown: dict[str, Any] = {}
        self._answers = list(notebook.answers)
        connection = server.start(folder, {**notebook.variables, "JPY_SESSION_NAME": str(folder / FILE)})
        self._client = BlockingKernelClient(connection_file=connection)
        self._client.load_connection_file()

    def __enter__(self) -> Self:
        self._client.start_channels(hb=False)  # The server may still import its libraries.
        self._client.wait_for_ready(timeout=TIMEOUT_S)
        return self

    def __exit__(self, *_: object) -> None:
        self._client.shutdown()
        self._client.stop_channels()

    def run(self, cell_id: str, source: str) -> str:
        """Run a cell, save the document, and give the text that the cell showed."""
        cell = v4.new_code_cell(source, id=cell_id)
        self.shown[cell_id] = cell
        self._save()
        for output in self._execute(cell_id, source):
            _add(cell.outputs, output)
        self._save()
        return "".join(o.get("text", "") or o.get("data", {}).get("text/plain", "") or o.get("evalue", "")
                       for o in cell.outputs)  # fmt: skip

    def _execute(self, cell_id: str, source: str) -> Iterator[Any]:
        asked = self._client.session.msg(
            "execute_request",
            {"code": source, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": True,
             "stop_on_error": True},
        )  # fmt: skip
        asked["metadata"]["cellId"] = cell_id
        self._client.shell_channel.send(asked)
        ends_s = time.monotonic() + TIMEOUT_S
        while time.monotonic() < ends_s:
            if self._client.stdin_channel.msg_ready():
                self._client.get_stdin_msg(timeout=1)
                self._client.input(self._answers.pop(0))
            if not self._client.iopub_channel.msg_ready():
                time.sleep(0.005)
                continue
            message = self._client.get_iopub_msg(timeout=1)
            if message["parent_header"].get("msg_id") != asked["header"]["msg_id"]:
                continue
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                return
            if message["msg_type"] == "clear_output":
                yield None
            elif message["msg_type"] in ("stream", "display_data", "execute_result", "error"):
                yield v4.output_from_msg(message)
        raise TimeoutError(source)

    def _save(self) -> None:
        ids = [i for i in dict.fromkeys((*(self.notebook.document or ()), *self.shown)) if i in self.shown]
        if self.notebook.document is not None:
            left = {*self.notebook.document, *(i for i in self.shown if i.startswith("x"))}
            ids = [i for i in ids if i in left]
        document = v4.new_notebook(cells=[self.shown[i] for i in ids])
        text = json.dumps(document, indent=1)
        (self.folder / FILE).write_text(text, encoding="utf-8")


def _add(outputs: list[Any], output: Any) -> None:
    """Add an output as a front-end does: what a stream says in pieces is one output. None clears them."""
    last = outputs[-1] if outputs else None
    if output is None:
        outputs.clear()
    elif last is not None and last.output_type == output.output_type == "stream" and last.name == output.name:
        last.text += output.text
    else:
        outputs.append(output)


def put(folder: Path, files: Mapping[str, Content | None]) -> None:
    """Write files into a folder, or remove them."""
    for path, made in files.items():
        place = folder / path
        if made is None:
            place.unlink()
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content(made))


def recorded(notebook: Notebook, folder: Path, server: KernelServer, port: int = 0) -> Path:
    """Run, commit and export a notebook; give the bundle.

    folder: an empty one for the notebook, whose parents are also ours. port: of a page that the cells read, 0 for none.
    """
    folder.mkdir(parents=True)
    put(folder, {**notebook.files, **({"port.txt": str(port)} if port else {})})
    bundle = folder.parent / "bundle" / "study.nbmv.zip"
    bundle.parent.mkdir()
    metrics = " ".join(f"--metric {name}={code}:higher" for name, code in notebook.metrics.items())
    with Page(notebook, folder, server) as page:
        page.run("x-load", "%load_ext nbmodelver")
        for cell_id, source in notebook.named_cells:
            page.run(cell_id, source)
        said = page.run("x-commit", f"%mv_commit -m 'as it ran' {metrics}")
        version = re.match(r"v\d+(?= · )", said)
        assert version, said
        said = page.run("x-export", f"%mv_export {version[0]} -o {bundle}")
        assert "written to" in said, said
    put(folder, notebook.later)
    return bundle
