"""The peers' figures as one picture, where matplotlib is installed: `python tests/bench/plots.py tests/bench/out`."""

from __future__ import annotations

import json
import sys
from itertools import accumulate
from pathlib import Path
from typing import Any


def draw(found: dict[str, dict[str, Any]], folder: Path) -> str:
    """Bytes on disk and CPU seconds over the steps of each notebook, to `peers.svg`; says where, or why not."""
    try:
        import matplotlib as mpl

        mpl.use("svg")
        from matplotlib import pyplot as plt
    except ImportError:
        return "no plots: matplotlib is not installed"
    figure, axes = plt.subplots(2, len(found), figsize=(5 * len(found), 8), squeeze=False)
    for column, (notebook, peers) in enumerate(found.items()):
        for row, (title, at, unit) in enumerate((("megabytes on disk", 3, 1e6), ("CPU seconds", 1, 1.0))):
            axis = axes[row][column]
            for place, (peer, one) in enumerate(peers.items()):
                if "skipped" in one:
                    continue
                sums = [value / unit for value in accumulate(step[at] for step in one["steps"])]
                own = peer == "nbmodelver"
                axis.plot(
                    range(1, len(sums) + 1), sums, label=peer, marker="os^vDPX*<"[place % 9], markersize=4,
                    linewidth=2.5 if own else 1, color="black" if own else f"C{place}",
                )  # fmt: skip
            axis.set(title=f"{notebook}: {title}", xlabel="versions", yscale="log")
    figure.legend(*axes[0][0].get_legend_handles_labels(), loc="lower center", ncols=9)
    figure.tight_layout(rect=(0, 0.04, 1, 1))
    figure.savefig(folder / "peers.svg")
    plt.close(figure)
    return f"plots in {folder / 'peers.svg'}"


if __name__ == "__main__":
    print(draw(json.loads((Path(sys.argv[1]) / "peers.json").read_text())["notebooks"], Path(sys.argv[1])))
