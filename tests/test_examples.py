"""Every example of the gallery runs as it stands, draws, leaves nothing behind, and is true."""

from __future__ import annotations

import ast
import runpy
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

EXAMPLES = sorted((Path(__file__).parents[1] / "docs" / "examples").glob("*/plot_*.py"))


@pytest.fixture
def without_screen():
    mpl.use("Agg")
    with mpl.rc_context():
        yield
        plt.close("all")


@pytest.mark.usefixtures("without_screen")
@pytest.mark.filterwarnings("ignore:FigureCanvasAgg is non-interactive:UserWarning")
@pytest.mark.parametrize("script", EXAMPLES, ids=lambda script: script.stem)
def test_example_runs_and_tells_the_truth(script, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = runpy.run_path(str(script), run_name="__main__")
    assert plt.get_fignums()
    assert not list(tmp_path.iterdir())
    TRUTHS.get(script.stem, lambda names: None)(names)


def kmeans_from_scratch(names):
    """What is wanted of the first tutorial: its own K-means is ours, only slower and larger."""
    assert names["photo"].size == pytest.approx(9e6, rel=1e-3)
    assert f"{names['saved']:.0%}" == "83%"
    assert names["mask"].dtype == bool
    assert len(names["sample"]) == pytest.approx(0.001 * len(names["pixels"]), rel=0.1)
    assert (names["line"], names["diagonal"]) == (1, np.sqrt(3))
    assert names["mean_distance"] == pytest.approx(0.8897975405343672)
    assert np.mean(names["by_hand"]) == pytest.approx(names["mean_distance"])

    np.testing.assert_allclose(names["model"].cluster_centers_, names["naive"].centers)
    assert np.array_equal(names["model"].predict(names["pixels"]), names["labels"])
    pixels, labels = names["pixels"], names["labels"]
    means = [np.bincount(labels, channel) / np.bincount(labels) for channel in pixels.T]
    np.testing.assert_allclose(names["palette"].T, means)
    assert len(np.unique(names["compressed"].reshape(-1, 3), axis=0)) == 16
    assert {f"Cluster {k}" for k in range(16)} <= titles()

    assert names["q"].mse < names["naive_error"]
    steps, (_, memory_of_ours) = list(names["costs"]), list(names["costs"].values())[-1]
    assert steps[-1] == "quantize: all steps"
    assert max(memory for _, memory in names["costs"].values()) > 10 * memory_of_ours
    assert np.isnan(names["broken"].centers).any()
    assert len(np.unique(names["healed"].labels_)) == 3


def how_many_colors(names):
    """What is wanted of the second tutorial: known colors, and those of scikit-learn."""
    np.testing.assert_allclose(
        names["one"].palette.colors[0], names["table"][["r", "g", "b"]].mean()
    )
    assert list(names["table"]) == ["r", "g", "b", "cluster", "rgb"]
    assert names["table"]["rgb"].nunique() == 3
    assert {"Cluster 0", "Cluster 1", "Cluster 2"} <= titles()

    assert {f"K = {k}" for k in range(2, 11)} <= titles()
    assert np.array_equal(names["cluster_image"](5), names["results"][5].image)
    assert (np.diff(names["errors"]) < 0).all()
    assert 2 < names["elbow"] < 10

    assert sorted(names["partners"]) == [0, 1, 2]
    assert names["difference"].max() < 1e-9
    assert names["ours"].inertia_ == pytest.approx(names["theirs"].inertia_, rel=1e-12)
    assert names["step"] < 1


TRUTHS = {
    "plot_1_kmeans_from_scratch": kmeans_from_scratch,
    "plot_2_how_many_colors": how_many_colors,
}


def titles():
    figures = map(plt.figure, plt.get_fignums())
    return {axes.get_title() for figure in figures for axes in figure.axes}


def test_the_naive_class_is_short():
    [script] = [script for script in EXAMPLES if script.stem == "plot_1_kmeans_from_scratch"]
    classes = [
        node
        for node in ast.parse(script.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef)
    ]
    assert [node.name for node in classes] == ["NaiveKMeans"]
    assert classes[0].end_lineno - classes[0].lineno < 30
