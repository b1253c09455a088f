"""Requests to the kernel, and the callbacks of their results."""

from __future__ import annotations

from nbmodelver.views.asking import Asker
from tests.views.panel_samples import Kernel, sample


def test_an_asker_gives_each_answer_to_who_asked():
    kernel, pushed, failed, progress, got = Kernel(), [], [], [], []
    asker = Asker(kernel, pushed.append, failed.append)
    asker.on_progress(progress.append)
    asker.ask("series", got.append, metric="acc")
    assert len(got[0]["points"]) > 2
    kernel.hear(sample("push"))
    kernel.hear(sample("progress"))
    kernel.hear(sample("error.busy"))
    assert (len(pushed), len(progress), failed[0]["code"]) == (1, 1, "Busy")
    asker.ask("undo", lambda done: got.append(done["said"]))
    assert got[1].startswith("restored")
    assert pushed[1]["head"] is not None
    asker.close()
    assert kernel.closed
