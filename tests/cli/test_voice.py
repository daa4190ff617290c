"""What is said to pipes, terminals and files of any encoding; pictures through pipes."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading

import numpy as np
import pytest
from PIL import Image

from napari_kmeans_quantizer import quantize

from .command import COMMAND, PHOTO, names, run_alone

posix = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are of POSIX")


def picture(content):
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))


@pytest.mark.parametrize("arguments", [["-"], ["-", "-o", "-"], ["-", "--format", "tif"]])
def test_through_a_pipe(photo, here, arguments):
    done = run_alone("-k", 4, *arguments, input=photo.read_bytes())
    assert done.returncode == 0
    assert np.array_equal(picture(done.stdout), quantize(PHOTO, 4).image)
    assert done.stdout.startswith(b"II" if "tif" in arguments else b"\x89PNG")
    said = done.stderr.splitlines()[-1]  # before it, that kernels are compiled if they must be
    assert said.startswith(b"standard input -> standard output: 4 colors, ")
    assert names(here) == ["photo.png"]


def test_from_a_pipe_to_a_file(photo, here):
    (here / "out").mkdir()
    assert run_alone("-", "-o", "a.png", input=photo.read_bytes()).returncode == 0
    assert run_alone("-", "--out-dir", "out", input=photo.read_bytes()).returncode == 0
    assert names(here / "out") == ["stdin-16-colors.png"]
    assert names(here) == ["a.png", "out", "photo.png"]


def test_from_a_file_to_a_pipe(photo, here):
    done = run_alone("photo.png", "-k", 4, "-o", "-", "--quiet")
    assert np.array_equal(picture(done.stdout), quantize(PHOTO, 4).image)
    assert done.stderr == b""


@pytest.mark.parametrize("content", [b"", b"no picture"])
def test_nothing_good_comes_through_the_pipe(here, content):
    done = run_alone("-", input=content)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.startswith(b"napari-kmeans-quantizer: standard input: ")
    assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_output_of_any_encoding(photo, here, encoding):
    photo.rename(here / "Äpfel 🍎.png")
    done = run_alone("Äpfel 🍎.png", env={"PYTHONIOENCODING": encoding})
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"fel " in done.stdout
    assert "Äpfel 🍎-16-colors.png" in names(here)


@posix
def test_names_that_are_no_text(photo, here):
    name = b"\xe9t\xe9.png"
    try:
        os.rename(photo, name)
    except OSError:
        pytest.skip("this file system has no such names")
    done = run_alone(os.fsdecode(name), "--report", "report.json")
    assert (done.returncode, done.stderr) == (0, b"")
    assert os.path.exists(b"\xe9t\xe9-16-colors.png")


@posix
@pytest.mark.parametrize("closed", ["stdout", "stderr"])
def test_a_reader_that_has_seen_enough(photo, here, closed):
    """As `head`: nobody minds, and all is done."""
    Image.fromarray(PHOTO[::-1]).save("other.png")
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        done = run_alone("photo.png", "missing.png", "other.png", **{closed: pipe})
    assert done.returncode == 1  # for what is missing
    assert b"Traceback" not in (done.stderr or b"") + (done.stdout or b"")
    assert {"photo-16-colors.png", "other-16-colors.png"} < set(names(here))


@posix
def test_nobody_takes_the_picture(photo, here):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        done = run_alone("photo.png", "-o", "-", stdout=pipe)
    assert done.returncode == 1
    assert done.stderr == b"napari-kmeans-quantizer: standard output: Broken pipe.\n"


def on_a_terminal(*arguments):
    """Run the command with standard error at a terminal; return the status, and what it shows."""
    import pty
    import termios

    leader, follower = pty.openpty()
    termios.tcsetwinsize(follower, (24, 80))
    process = subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=follower)
    os.close(follower)
    shown = b""
    try:
        while part := os.read(leader, 4096):
            shown += part
    except OSError:  # how Linux says that it is over
        pass
    finally:
        os.close(leader)
    process.communicate(timeout=300)
    return process.returncode, shown


@posix
def test_progress_is_shown_to_people_only(photo, here):
    Image.fromarray(PHOTO[::-1]).save("other.png")
    status, shown = on_a_terminal("photo.png", "other.png")
    assert status == 0
    assert b" of 2 [" in shown
    status, shown = on_a_terminal("photo.png", "other.png", "--force", "--quiet")
    assert (status, shown) == (0, b"")
    done = run_alone("photo.png", "--force")
    assert done.stderr == b""


@posix
def test_pictures_are_not_sent_to_a_terminal(photo, here):
    import pty

    leader, follower = pty.openpty()
    done = run_alone("photo.png", "-o", "-", stdout=follower)
    os.close(follower)
    os.close(leader)
    assert done.returncode == 2
    assert done.stderr == (
        b"napari-kmeans-quantizer: standard output is a terminal: name a file by -o.\n"
    )


@posix
def test_standard_input_at_a_terminal(here):
    import pty

    leader, follower = pty.openpty()
    done = run_alone("-", stdin=follower)
    os.close(follower)
    os.close(leader)
    assert done.returncode == 2
    assert done.stderr == b"napari-kmeans-quantizer: -: nothing comes from standard input.\n"


@posix
def test_a_named_pipe_is_read_once(run, photo, here):
    pipe = here / "pipe.png"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_bytes(photo.read_bytes()))
    writer.start()
    said = run("pipe.png", "-k", 3, "--out-dir", "out")
    writer.join()
    assert (said.status, said.err) == (0, "")
    assert names(here / "out") == ["pipe-3-colors.png"]
