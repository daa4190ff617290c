"""The recipe for conda-forge: what it requires is what the package requires."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
RECIPE = ROOT / "recipe" / "recipe.yaml"
OF_CONDA = {"dask": "dask-core", "matplotlib": "matplotlib-base", "napari": "napari-base"}
"""What is called otherwise there: these are without a GUI, or without what they may also need."""


def conda(requirements):
    """Return requirements as a recipe names them."""
    for requirement in map(Requirement, requirements):
        name = canonicalize_name(requirement.name)
        yield f"{OF_CONDA.get(name, name)} {requirement.specifier}".strip()


@pytest.fixture(scope="module")
def pyproject():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def recipe():
    return yaml.safe_load(RECIPE.read_text(encoding="utf-8"))


def test_it_requires_what_the_package_requires(recipe, pyproject):
    python, *run = recipe["requirements"]["run"]
    assert python == "python >=${{ python_min }}"
    assert f">={recipe['context']['python_min']}" == pyproject["project"]["requires-python"]
    assert run == list(conda(pyproject["project"]["dependencies"]))


def test_it_builds_with_what_the_package_builds_with(recipe, pyproject):
    host = recipe["requirements"]["host"]
    assert host == [
        "python ${{ python_min }}.*", "pip", *conda(pyproject["build-system"]["requires"]),
    ]  # fmt: skip


def test_it_keeps_to_the_bounds_of_what_is_optional(recipe, pyproject):
    big = list(conda(pyproject["project"]["optional-dependencies"]["big"]))
    distributed = big[0].replace("dask-core", "distributed")  # dask's extra
    assert recipe["requirements"]["run_constraints"] == [big[0], distributed, *big[1:]]


def test_it_tells_what_the_package_tells(recipe, pyproject):
    project = pyproject["project"]
    assert recipe["context"]["name"] == project["name"]
    assert recipe["about"]["license"] == project["license"]
    assert recipe["about"]["license_file"] == project["license-files"][0]
    assert recipe["about"]["summary"] == project["description"]
    (command, function), *others = project["scripts"].items()
    assert not others
    assert recipe["build"]["python"]["entry_points"] == [f"{command} = {function}"]


def test_rattler_build_takes_it():
    stage0 = pytest.importorskip("rattler_build").Stage0Recipe
    (rendered,) = stage0.from_file(RECIPE).render()
    assert rendered.recipe.build.noarch == "python"
