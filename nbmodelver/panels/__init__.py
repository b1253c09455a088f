"""Answers the requests of panels, from the comm of the JupyterLab plugin or from the messages of a widget.

How the plugin finds a kernel that has the extension loaded, before any comm is open:

- At load the kernel registers a comm of target and id "nbmodelver.ready", and does not announce it: JupyterLab logs
  an error and closes the comm for every `comm_open` whose target nobody registered. The plugin asks for it whenever it
  gets a kernel connection (page reload, kernel restart, notebook opened): `requestCommInfo({target_name:
  "nbmodelver.ready"})` lists it in `content.comms`. Behind a running cell that answer waits, unless it is asked in a
  subshell.
- The moment the extension is loaded (or unloaded) the kernel sends one `comm_msg` with `comm_id` "nbmodelver.ready" and
  data `{"ready": true, "protocol": 1}` (or `{"ready": false}`). Front-ends drop a `comm_msg` for a comm they do not
  know without a word, and JupyterLab still emits it: `kernel.iopubMessage.connect((_, msg) => ...)`.
- Then the plugin opens its own comm, target "nbmodelver", one for each panel or one for all, waits for the comm's
  `subshellStarted` (only if the kernel's info lists "kernel subshells"), and sends `hello`. Every comm of this target
  gets every push. Closing it ends that; requests of it that wait are withdrawn.
"""

from nbmodelver.panels.connections import Connection
from nbmodelver.panels.server import PanelServer

__all__ = ["Connection", "PanelServer"]
