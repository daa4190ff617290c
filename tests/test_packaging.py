"""What people install: the manifest is found however the package was installed."""

from __future__ import annotations

import email
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml
from npe2 import PluginManifest
from packaging.version import Version

ROOT = Path(__file__).parents[1]
NAME = "napari-kmeans-quantizer"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


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


@pytest.mark.parametrize("which", [0, 1])
def test_both_hold_the_flower_and_whose_it_is(built, which):
    folder = "napari_kmeans_quantizer/plugin/photographs/"
    names = ("README.md", "flower.jpg")
    if which:
        wheel = zipfile.ZipFile(built[1])
        told, picture = (wheel.read(folder + name) for name in names)
    else:
        with tarfile.open(built[0]) as archive:
            top = archive.getnames()[0].partition("/")[0]
            files = [archive.extractfile(f"{top}/src/{folder}{name}") for name in names]
            told, picture = (file.read() for file in files)
    assert b"creativecommons.org/licenses/by/2.0" in told
    assert b"vultilion" in told
    assert len(picture) < 60_000


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
        is_text = path.is_file() and path.suffix not in (".png", ".gif", ".jpg", ".ico", ".npy")
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
    assert {"CITATION.cff", "SECURITY.md", "recipe/recipe.yaml", "PKG-INFO"} <= names
    assert "tests/test_packaging.py" in names


def metadata_of(wheel):
    archive = zipfile.ZipFile(wheel)
    (path,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
    return email.message_from_bytes(archive.read(path))


def test_metadata(built):
    metadata = metadata_of(built[1])
    assert metadata["Name"] == NAME
    assert not metadata.get_all("Project-URL")
    assert metadata["License-Expression"] == "BSD-3-Clause"
    assert "Framework :: napari" in metadata.get_all("Classifier")
    assert {"all", "test", "docs"} <= set(metadata.get_all("Provides-Extra"))
    required = [r for r in metadata.get_all("Requires-Dist") if "extra ==" not in r]
    assert not any(
        "qt" in r.lower() and "qtpy" not in r.lower() and "superqt" not in r for r in required
    )


def test_sdist_and_wheel_tell_the_same_version(built):
    told = metadata_of(built[1])["Version"]
    assert built[0].name == f"napari_kmeans_quantizer-{told}.tar.gz"
    assert Version(told) >= Version("0.1.dev0")


@pytest.mark.parametrize(
    ("archive", "version"),
    [
        (("0" * 40, "v1.2.3"), "1.2.3"),
        (("0" * 40, "v1.2.3-4-g00000000"), "1.2.4.dev4+g00000000"),
        (None, "0.1.dev0"),
    ],
)
def test_version_where_there_is_no_git(tmp_path, archive, version):
    """As in what `git archive` writes, and in a folder of bare files."""
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    if archive:
        told = "node: {}\ndescribe-name: {}\n".format(*archive)
        (tmp_path / ".git_archival.txt").write_text(told, encoding="utf-8")
    command = [sys.executable, "-m", "hatchling", "version"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout.strip() == version, done.stderr


def readme_of(wheel):
    return metadata_of(wheel).get_payload(decode=True).decode()


class Addresses(HTMLParser):
    """All that a page points to."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found += [value for name, value in attrs if name in ("href", "src", "srcset")]


def test_nothing_in_the_readme_of_the_metadata_lies_beside_it(built):
    """PyPI and napari's hub show it with nothing beside it."""
    markdown = pytest.importorskip("readme_renderer.markdown")
    html = markdown.render(readme_of(built[1]))
    assert "<h1" in html
    found = Addresses(html).found
    assert "https://napari.org" in found
    assert [place for place in found if not place.startswith(("https://", "#"))] == []
    assert "<img" not in html  # there is no address yet where pictures are


def test_examples_in_the_readme_of_the_metadata_are_those_of_the_readme(built):
    blocks = re.compile(r"```.*?```", re.DOTALL)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert blocks.findall(readme_of(built[1])) == blocks.findall(readme)


def test_citation_tells_what_the_package_tells():
    """The version is told by git's tags only."""
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["title"] == PROJECT["name"]
    assert citation["license"] == PROJECT["license"]
    assert citation["abstract"] == PROJECT["description"]
    assert citation["keywords"] == PROJECT["keywords"]
    assert citation["authors"] == PROJECT["authors"]
    assert not {"version", "date-released"} & citation.keys()
