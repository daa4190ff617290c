"""What people install: the manifest is found however the package was installed."""

from __future__ import annotations

import email
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from npe2 import PluginManifest

ROOT = Path(__file__).parents[1]
NAME = "napari-kmeans-quantizer"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The sdist, and the wheel that is built from it."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT],
        check=True,
        capture_output=True,
    )
    (sdist,) = folder.glob("*.tar.gz")
    (wheel,) = folder.glob("*.whl")
    return sdist, wheel


def test_manifest_of_the_installed_package_is_the_one_file():
    installed = PluginManifest.from_distribution(NAME)
    source = PluginManifest.from_file(ROOT / "napari.yaml")
    ignored = {"package_metadata"}
    assert installed.model_dump(exclude=ignored) == source.model_dump(exclude=ignored)


def test_manifest_is_valid_and_its_commands_exist():
    done = subprocess.run(
        [sys.executable, "-m", "npe2", "validate", "--imports", NAME],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_wheel_holds_the_manifest_and_the_type_marker(built):
    names = zipfile.ZipFile(built[1]).namelist()
    assert "napari_kmeans_quantizer_manifest/napari.yaml" in names
    assert "napari_kmeans_quantizer/py.typed" in names
    assert not any("tests" in name or "demo" in name for name in names)
    manifest = zipfile.ZipFile(built[1]).read("napari_kmeans_quantizer_manifest/napari.yaml")
    assert manifest == (ROOT / "napari.yaml").read_bytes()


def test_wheel_holds_the_help_and_stays_small(built):
    wheel = zipfile.ZipFile(built[1])
    page = wheel.read("napari_kmeans_quantizer/docs/widget.md").decode()
    assert page == (ROOT / "docs" / "widget.md").read_text(encoding="utf-8")
    pictures = re.findall(r"images/[\w-]+\.png", page)
    assert len(pictures) >= 8
    names = wheel.namelist()
    for name in pictures:
        assert f"napari_kmeans_quantizer/docs/{name}" in names, name
    assert built[1].stat().st_size < 2_000_000


def test_nothing_links_to_places_that_do_not_exist():
    """There is no such organization, nor a site of the documentation."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a checkout")
    places = re.compile(
        r"(github\.(com|io)|readthedocs\.\w+)/?[^\s]*kmeans|kmeans[^\s]*\.github\.io"
    )
    for name in listed.stdout.splitlines():
        path = ROOT / name
        is_text = path.is_file() and path.suffix not in (".png", ".ico", ".npy")
        if is_text and path != Path(__file__):
            assert not places.search(path.read_text(encoding="utf-8")), name


def test_wheel_is_found_by_napari(built, tmp_path):
    """The wheel alone, unpacked: not the source tree of this test run."""
    zipfile.ZipFile(built[1]).extractall(tmp_path)
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from npe2 import PluginManifest\n"
        "import napari_kmeans_quantizer\n"
        "assert napari_kmeans_quantizer.__file__.startswith(sys.argv[1])\n"
        "from importlib.metadata import distribution\n"
        f"print(PluginManifest.from_distribution('{NAME}').display_name)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True
    )
    assert done.stdout.strip() == "K-means Color Quantizer", done.stderr


def test_sdist_holds_what_is_needed_to_build_and_test(built):
    with tarfile.open(built[0]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"napari.yaml", "Makefile", "LICENSE", "README.md", "CHANGELOG.md"} <= names
    assert "tests/test_packaging.py" in names


def test_metadata(built):
    wheel = zipfile.ZipFile(built[1])
    (path,) = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
    metadata = email.message_from_bytes(wheel.read(path))
    assert metadata["Name"] == NAME
    assert not metadata.get_all("Project-URL")
    assert metadata["License-Expression"] == "BSD-3-Clause"
    assert "Framework :: napari" in metadata.get_all("Classifier")
    assert {"all", "test", "docs"} <= set(metadata.get_all("Provides-Extra"))
    required = [r for r in metadata.get_all("Requires-Dist") if "extra ==" not in r]
    assert not any(
        "qt" in r.lower() and "qtpy" not in r.lower() and "superqt" not in r for r in required
    )
