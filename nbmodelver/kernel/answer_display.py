"""Displays the answer of a verb if the cell does not show it.

IPython shows only the value of a cell's last line. In a loop, in a function or before another line, the user would not
see which values a commit skipped, so the answer is displayed there at once.
"""

from __future__ import annotations

import dis
import io
import sys
from typing import TYPE_CHECKING, Any, Literal

from IPython.display import display

from nbmodelver import views

if TYPE_CHECKING:
    from types import FrameType

    from nbmodelver.kernel.session import Session
    from nbmodelver.views import Shown

Use = Literal["shown", "dropped", "taken"]
"""How a cell uses the result of a call: it shows it, drops it, or takes it (assigns it, passes it as an argument)."""
ALWAYS_SHOWN = frozenset({"commit", "rollback", "undo", "redo", "switch", "merge"})
"""Verbs whose answer is displayed even if the cell takes it."""


class AnswerDisplay:
    """Displays the answers of one notebook."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._outputs: tuple[Any, Any] = (None, None)
        self._after_cell: list[Shown] = []
        self._last_warning = ""
        session.cells.on_end.append(self._post_run)

    def pre_run(self, _info: Any = None) -> None:
        """Handle the start of a cell: remember the destination of its output."""
        if self._session.cells.depth == 1:
            self._outputs = (self._session.shell.display_pub, sys.stdout)

    def answer(self, verb: str, shown: Shown) -> Shown:
        """Return the answer for the cell, and display it first if the cell does not show it."""
        use = use_of_result(self._session.values)
        if use == "dropped" or (verb in ALWAYS_SHOWN and (use == "taken" or self._is_quiet())):
            display(shown)
        if shown.warnings is not None and self._is_captured():
            self._after_cell.append(views.Shown(shown.warnings))
        return shown

    def warn_of(self, shown: Shown) -> None:
        """Display the warnings of an automatic commit, unless they are the same as those of the last one."""
        text = views.to_text(shown.warnings, 10_000) if shown.warnings is not None else ""
        warning = text.partition("\n")[2]
        if shown.warnings is not None and warning != self._last_warning:
            display(views.Shown(shown.warnings))
        self._last_warning = warning

    def _is_quiet(self) -> bool:
        """Return True if the cell ends with a semicolon, which prevents IPython from showing its value."""
        quiet = getattr(self._session.shell.displayhook, "quiet", None)
        return bool(quiet()) if callable(quiet) else False

    def _is_captured(self) -> bool:
        """Return True if code in the cell, such as %%capture, captures its output."""
        publisher, stream = self._outputs
        is_another = publisher is not None and self._session.shell.display_pub is not publisher
        return is_another or (sys.stdout is not stream and isinstance(sys.stdout, io.StringIO))

    def _post_run(self, _ok: bool) -> None:
        """Handle the end of a cell: display the warnings that were captured in it."""
        after, self._after_cell = self._after_cell, []
        for shown in after:
            display(shown)


def use_of_result(namespace: dict[str, Any]) -> Use:
    """Return how the running cell uses the result of the current call.

    namespace: that of the notebook, which identifies the frame of the cell. Returns "shown" without such a frame.
    """
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_globals is not namespace:
        frame = frame.f_back
    if frame is None:
        return "shown"
    following = _instruction_after(frame)
    if following == "POP_TOP":
        return "dropped"
    if following in ("PRINT_EXPR", "CALL_INTRINSIC_1"):
        return "shown"
    is_expression = following == "RETURN_VALUE" and frame.f_code.co_name == "<module>"  # %%time evaluates its last line
    return "shown" if is_expression else "taken"


def _instruction_after(frame: FrameType) -> str:
    """Return the name of the instruction after the one that a frame executes, "" at the end."""
    return next((i.opname for i in dis.get_instructions(frame.f_code) if i.offset > frame.f_lasti), "")
