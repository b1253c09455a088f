"""Where the answer of a verb is shown: as the value of the cell, or at once where the cell does not show it.

IPython shows the value of a cell's last line. In a loop, in a function or before another line nobody would see what a
commit left out, so the answer is displayed there.
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
"""What a cell does with the result of a call: shows it, drops it, or takes it (into a variable, an argument)."""
SAID_ANYWHERE = frozenset({"commit", "rollback", "undo", "redo", "switch", "merge"})
"""Verbs whose answer is shown even where the cell takes it."""


class Telling:
    """Shows answers of one notebook."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._outputs: tuple[Any, Any] = (None, None)
        self._after_cell: list[Shown] = []
        self._said = ""
        session.cells.on_end.append(self._post_run)

    def pre_run(self, _info: Any = None) -> None:
        """A cell starts: remember where its output goes."""
        if self._session.cells.depth == 1:
            self._outputs = (self._session.shell.display_pub, sys.stdout)

    def answer(self, verb: str, shown: Shown) -> Shown:
        """The answer to hand to the cell. It is displayed first where the cell does not show it."""
        use = use_of_result(self._session.values)
        if use == "dropped" or (verb in SAID_ANYWHERE and (use == "taken" or self._is_quiet())):
            display(shown)
        if shown.warnings is not None and self._is_captured():
            self._after_cell.append(views.Shown(shown.warnings))
        return shown

    def warn_of(self, shown: Shown) -> None:
        """Show what has to be known of an automatic commit, once."""
        text = views.to_text(shown.warnings, 10_000) if shown.warnings is not None else ""
        said = text.partition("\n")[2]
        if shown.warnings is not None and said != self._said:
            display(views.Shown(shown.warnings))
        self._said = said

    def _is_quiet(self) -> bool:
        """Whether the cell ends in a semicolon, which keeps IPython from showing its value."""
        quiet = getattr(self._session.shell.displayhook, "quiet", None)
        return bool(quiet()) if callable(quiet) else False

    def _is_captured(self) -> bool:
        """Whether something inside the cell, such as %%capture, takes its output."""
        publisher, stream = self._outputs
        is_another = publisher is not None and self._session.shell.display_pub is not publisher
        return is_another or (sys.stdout is not stream and isinstance(sys.stdout, io.StringIO))

    def _post_run(self, _ok: bool) -> None:
        """A cell ended: what has to be known and was captured is displayed."""
        after, self._after_cell = self._after_cell, []
        for shown in after:
            display(shown)


def use_of_result(namespace: dict[str, Any]) -> Use:
    """What the cell that is running does with the result of the call that it waits for.

    namespace: the notebook's. "shown" where no code of the notebook waits.
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
    """The name of the instruction that follows the one that a frame executes."""
    return next((i.opname for i in dis.get_instructions(frame.f_code) if i.offset > frame.f_lasti), "")
