"""Which pictures lie in a folder."""

from __future__ import annotations

from napari_kmeans_quantizer.core.files.pictures.folders import pictures_in


def made(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_pictures_by_their_names_and_nothing_that_is_hidden(tmp_path):
    made(tmp_path, "b.PNG", "a.tif", "notes.txt", ".hidden.png", "below/c.jpg", ".git/d.png")
    assert [*pictures_in(tmp_path, False)] == [tmp_path / "a.tif", tmp_path / "b.PNG"]
    every = [path.relative_to(tmp_path).as_posix() for path in pictures_in(tmp_path, True)]
    assert every == ["a.tif", "b.PNG", "below/c.jpg"]


def test_the_folder_of_the_results_is_left_out(tmp_path):
    made(tmp_path, "a.png", "out/a.png")
    assert [*pictures_in(tmp_path, True, tmp_path / "out")] == [tmp_path / "a.png"]
