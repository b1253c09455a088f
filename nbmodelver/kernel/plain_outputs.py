"""Answers as text and HTML, where no page shows panels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver import views
from nbmodelver.answers import ANSWERS
from nbmodelver.errors import NoStore
from nbmodelver.verbs import parse

if TYPE_CHECKING:
    from nbmodelver.kernel.session import Session
    from nbmodelver.model import Plan
    from nbmodelver.verbs import Call
    from nbmodelver.views import Shown


class PlainOutputs:
    """The outputs of a session before, or without, `panels/outputs.py`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def panel_for(self, call: Call) -> Shown:
        """The history."""
        return self.history()

    def history(self) -> Shown:
        """The versions, newest first; a sentence before the first one."""
        try:
            return ANSWERS["log"](self._session.repo(), parse("log", ""), None)
        except NoStore:
            return views.sentence("no versions yet: %mv_commit makes the first", value=[])

    def result(self, call: Call, shown: Shown) -> Shown:
        """The answer as it is."""
        return shown

    def offer(self, call: Call, plan: Plan) -> Shown | None:
        """None: nothing can be clicked."""
        return None
