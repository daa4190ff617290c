"""Draw the figures of docs/benchmarks.md from the tables in docs/measured; needs matplotlib."""

from __future__ import annotations

import re
from pathlib import Path

import matplotlib as mpl
from matplotlib.ticker import FuncFormatter, NullFormatter

mpl.use("Agg")
import matplotlib.pyplot as plt

DOCS = Path(__file__).parents[1] / "docs"
FLOOR = 1e-4  # what lies nearer to the least known is drawn there
TICKS = (30, 100, 300, 1000)  # milliseconds
SHOWN = ("K=16", "K=64", "K=256")
OURS = "#0072b2"  # the others follow the palette of Okabe and Ito
OTHERS = ("#d55e00", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#7f7f7f", "#000000", "#8c6d31")
MARKERS = "sDv^Phx*"

Cells = dict[str, dict[str, list[str]]]


def main() -> None:
    plt.rcParams.update({"font.size": 9, "savefig.dpi": 130, "figure.constrained_layout.use": True})
    save("comparison", draw_comparison(table("comparison")))
    if (DOCS / "measured" / "cq100.md").exists():
        save("cq100", draw_cq100(table("cq100")))


def save(name: str, figure: plt.Figure) -> None:
    figure.savefig(DOCS / "images" / f"benchmarks-{name}.png")
    plt.close(figure)


def table(name: str) -> Cells:
    """Return the parts of each cell, by row and column."""
    text = (DOCS / "measured" / f"{name}.md").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith("|")]
    header, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {
        row[0].strip("*"): dict(zip(header[1:], [c.split(" / ") for c in row[1:]], strict=True))
        for row in rows
    }


def looks(names: list[str]) -> dict[str, dict[str, object]]:
    """Return color and marker of each method: ours in one color, joined by a line."""
    others = [name for name in names if not ours(name)]
    return {
        **{name: {"color": OURS, "marker": "o"} for name in names if ours(name)},
        **{
            name: {"color": color, "marker": marker}
            for name, color, marker in zip(others, OTHERS, MARKERS, strict=False)
        },
    }


def ours(name: str) -> bool:
    return name.startswith("ours")


def beyond(r: str) -> float:
    return max(float(r) - 1, FLOOR)


def draw_comparison(cells: Cells) -> plt.Figure:
    """Draw time against error, a panel per K."""
    figure, panels = plt.subplots(1, len(SHOWN), figsize=(9.6, 3.6), sharey=True, sharex=True)
    for axes, column in zip(panels, SHOWN, strict=True):
        points = {
            name: (float(row[column][0]), beyond(row[column][-1]))
            for name, row in cells.items()
            if len(row[column]) > 1
        }
        path = [point for name, point in points.items() if ours(name)]
        axes.plot(*zip(*path, strict=True), color=OURS, linewidth=1)
        for name, look in looks(list(points)).items():
            label = "ours: fast, balanced, best" if ours(name) else name
            axes.plot(*points[name], linestyle="", markersize=6, label=label, **look)
        logarithmic(axes, column.replace("=", " = "))
        axes.set(xscale="log", xlabel="CPU milliseconds", xticks=TICKS)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
        axes.xaxis.set_minor_formatter(NullFormatter())
    panels[0].set_ylabel("error over the least known")
    handles, labels = panels[0].get_legend_handles_labels()
    named = dict(zip(labels, handles, strict=True))  # ours once
    figure.legend(named.values(), named, loc="outside lower center", ncols=3, frameon=False)
    return figure


def draw_cq100(cells: Cells) -> plt.Figure:
    """Draw the mean error of each method against K."""
    columns = [name for name in next(iter(cells.values())) if re.fullmatch(r"K=\d+", name)]
    figure, axes = plt.subplots(figsize=(6.4, 4.2))
    dashes = {"fast": ":", "balanced": "-", "best": "--"}
    for name, look in looks(list(cells)).items():
        style = next((dash for effort, dash in dashes.items() if effort in name), "-")
        errors = [beyond(cells[name][column][-1]) for column in columns]
        axes.plot(columns, errors, linestyle=style, markersize=5, label=name, **look)
    logarithmic(axes, "100 pictures, geometric mean")
    axes.set_ylabel("error over the least of all")
    figure.legend(loc="outside right upper", frameon=False)
    return figure


def logarithmic(axes: plt.Axes, title: str) -> None:
    """Tell how far errors lie above the least, in per cent."""
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"+{100 * y:g} %"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_title(title, fontsize=9)
    axes.grid(color="#dddddd", linewidth=0.5)
    axes.set_axisbelow(True)


if __name__ == "__main__":
    main()
