"""The child process of a re-run: executes cells with nbclient in a kernel of another environment.

Reads a request from stdin and writes lines of JSON: the process id of the kernel, each finished cell, and the end.
The kernel inherits the limits of this process.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from nbmodelver import system

STARTUP = """\
from nbmodelver.bundle.rerun import watch as _watch
_watch.start(is_offline={offline!r})
get_ipython().run_line_magic("load_ext", "nbmodelver")
get_ipython().run_line_magic("mv_init", {store!r})
for _setting in ("try_load=false", "check_limit_s=0"):
    get_ipython().run_line_magic("mv_config", _setting.replace("=", " "))
del _watch, _setting
"""
OWN_LIMIT_S = 300
"""For loading nbmodelver, and for the commit at the end."""

BEGIN = "__import__('nbmodelver.bundle.rerun.watch', fromlist=['watch']).cell_begins(get_ipython(), {count!r})"
FINISH = """\
__import__("nbmodelver.bundle.rerun.watch", fromlist=["watch"]).finish(
    get_ipython().user_ns, {names!r}, {metrics!r}, {report!r}
)
"""


def main() -> None:
    """Run the cells of one request. A line {"ended": text} is the last one; the text is empty if every cell ran."""
    request = json.loads(sys.stdin.read())
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def say(**data: Any) -> None:
        answers.write(json.dumps(data) + "\n")
        answers.flush()

    if request["memory_bytes"] and not system.port.limit_memory(request["memory_bytes"]):
        say(ended="this system does not limit the memory of a process: leave out --memory")
        return
    say(ended=_run(request, say))


def _run(request: dict[str, Any], say: Any) -> str:
    """Execute the cells, and return why they ended early, "" if they did not."""
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
    from nbformat import v4

    sources = [
        STARTUP.format(offline=request["offline"], store=request["store"]),
        *(cell["source"] for cell in request["cells"]),
        FINISH.format(names=request["names"], metrics=request["metrics"], report=request["report"]),
    ]
    notebook = v4.new_notebook(cells=[v4.new_code_cell(source) for source in sources])
    for made, cell in zip(notebook.cells[1:], request["cells"], strict=False):
        made["id"] = cell["id"] or made["id"]
    command = [request["python"], "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    manager = AsyncKernelManager(
        kernel_name="rerun", kernel_spec_manager=_one_kernel(command), connection_file=request["connection"]
    )
    client = NotebookClient(notebook, km=manager, timeout=request["cell_limit_s"])
    client.extra_arguments = ["--log-level=ERROR"]
    ended = ""
    with client.setup_kernel(env=request["environment"], cwd=request["folder"]):
        say(kernel=getattr(manager.provisioner, "pid", None))
        for at, cell in enumerate(notebook.cells):
            is_own = at in (0, len(sources) - 1)
            client.timeout = OWN_LIMIT_S if is_own else request["cell_limit_s"]
            if ended and not is_own:
                continue
            try:
                if not is_own:
                    assert client.kc is not None
                    client.kc.execute(
                        BEGIN.format(count=request["cells"][at - 1].get("count")), silent=True, store_history=False
                    )
                client.execute_cell(cell, at)
            except CellExecutionError as error:
                if is_own:
                    return f"{error.ename}: {error.evalue}"
                if request["cells"][at - 1]["ok"]:
                    ended = f"cell {at} raised {error.ename}: {error.evalue}"
            except CellTimeoutError:
                what = "nbmodelver" if is_own else f"cell {at}"
                return f"{what} took longer than {client.timeout:g} s"
            except DeadKernelError:
                return f"the kernel ended in cell {at}"
            if not is_own:
                shown = [dict(output) for output in cell.outputs]
                say(cell=at, of=len(sources) - 2, id=request["cells"][at - 1]["key"], outputs=shown)
    return ended


def _one_kernel(command: list[str]) -> Any:
    """Return kernel specifications that give this command for every name."""
    from jupyter_client.kernelspec import KernelSpec, KernelSpecManager

    class OneKernel(KernelSpecManager):
        """Knows one kernel, which no folder of Jupyter describes."""

        def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
            """Return the specification."""
            return KernelSpec(argv=command, display_name=kernel_name, language="python")

    return OneKernel()


if __name__ == "__main__":
    main()
