from __future__ import annotations

import os
import stat

import pytest

from napari_kmeans_quantizer.core.files.writing import replacing, write_file


def test_write_file(tmp_path):
    path = tmp_path / "a.csv"
    for content in (b"first", b"", b"second \xff"):
        write_file(path, content, overwrite=True)
        assert path.read_bytes() == content
        assert os.listdir(tmp_path) == ["a.csv"]
    write_file(str(path), b"by its name", overwrite=True)
    assert path.read_bytes() == b"by its name"


@pytest.mark.parametrize("failing", ["fsync", "replace"])
@pytest.mark.parametrize("before", [None, b"old"])
def test_a_failing_write_leaves_what_was_there(tmp_path, monkeypatch, failing, before):
    def fail(*_):
        raise OSError(28, "No space left on device")

    path = tmp_path / "a.csv"
    if before is not None:
        path.write_bytes(before)
    monkeypatch.setattr(os, failing, fail)
    with pytest.raises(OSError, match="No space"):
        write_file(path, b"new", overwrite=True)
    assert os.listdir(tmp_path) == ([] if before is None else ["a.csv"])
    assert before is None or path.read_bytes() == before


def test_a_missing_folder(tmp_path):
    with pytest.raises(OSError, match="missing"):
        write_file(tmp_path / "missing" / "a.csv", b"new", overwrite=True)
    assert os.listdir(tmp_path) == []


def test_a_folder_of_this_name(tmp_path):
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(OSError, match=r"a\.csv"):
        write_file(tmp_path / "a.csv", b"new", overwrite=True)
    assert os.listdir(tmp_path) == ["a.csv"]


def test_a_link_is_kept(tmp_path):
    target, link = tmp_path / "target.csv", tmp_path / "link.csv"
    target.write_bytes(b"old")
    try:
        link.symlink_to(target)
    except OSError:
        pytest.skip("no links here")
    write_file(link, b"new", overwrite=True)
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


@pytest.mark.parametrize("there", ["file", "folder", "broken link"])
def test_nothing_is_replaced_unasked(tmp_path, there):
    path = tmp_path / "a.csv"
    if there == "file":
        path.write_bytes(b"old")
    elif there == "folder":
        path.mkdir()
    else:
        path.symlink_to(tmp_path / "missing.csv")
    with pytest.raises(FileExistsError, match=r"a\.csv: exists already\. Pass `overwrite=True`"):
        write_file(path, b"new")
    assert os.listdir(tmp_path) == ["a.csv"]
    assert there != "file" or path.read_bytes() == b"old"


@pytest.mark.parametrize("links", [True, False])
def test_what_appears_meanwhile_is_not_replaced_either(tmp_path, monkeypatch, links):
    def none(*_):
        raise PermissionError(1, "no hard links here")

    if not links:
        monkeypatch.setattr(os, "link", none)
    path = tmp_path / "a.csv"

    def write():
        with replacing(path) as temporary:
            temporary.write_bytes(b"new")
            path.write_bytes(b"somebody else's")

    with pytest.raises(FileExistsError, match="exists already"):
        write()
    assert path.read_bytes() == b"somebody else's"
    assert os.listdir(tmp_path) == ["a.csv"]
    assert write_file(tmp_path / "b.csv", b"new") == 3
    assert sorted(os.listdir(tmp_path)) == ["a.csv", "b.csv"]


@pytest.mark.skipif(os.name == "nt", reason="modes are of POSIX")
def test_a_replaced_file_keeps_its_mode(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"old")
    path.chmod(0o640)
    write_file(path, b"new", overwrite=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_the_longest_names(tmp_path):
    path = tmp_path / ("n" * 251 + ".csv")
    write_file(path, b"new")
    assert os.listdir(tmp_path) == [path.name]


def test_a_broken_off_write_leaves_nothing(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"old")

    def write():
        with replacing(path, overwrite=True) as temporary:
            temporary.write_bytes(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write()
    assert os.listdir(tmp_path) == ["a.csv"]
    assert path.read_bytes() == b"old"
