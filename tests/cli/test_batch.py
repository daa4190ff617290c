"""Many pictures at a time; the end, wanted or not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from PIL import Image

from napari_kmeans_quantizer import quantize
from napari_kmeans_quantizer.cli import job

from .command import COMMAND, PHOTO, names, opened, rgb, run_alone

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals are of POSIX")


def make(n, image=PHOTO):
    for i in range(n):
        Image.fromarray(np.roll(image, 7 * i, axis=1)).save(f"{i}.png")


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_results_do_not_depend_on_how_many_are_done_at_a_time(run, here, jobs):
    make(4)
    said = run(".", "-k", 5, "--jobs", jobs)
    assert said.status == 0
    lines = said.out.splitlines()
    assert len(lines) == 5
    assert lines[-1].startswith("4 of 4 pictures done, ")
    for i in range(4):
        expected = quantize(np.roll(PHOTO, 7 * i, axis=1), 5).image
        assert np.array_equal(rgb(f"{i}-5-colors.png"), expected)


def test_no_more_pictures_are_held_than_are_done_at_a_time(run, here, monkeypatch):
    make(6)
    held = [0]
    most = [0]
    lock = threading.Lock()
    real = job.done

    def done(*arguments):
        with lock:
            held[0] += 1
            most[0] = max(most[0], held[0])
        try:
            return real(*arguments)
        finally:
            with lock:
                held[0] -= 1

    monkeypatch.setattr("napari_kmeans_quantizer.cli.running.done", done)
    assert run(".", "--jobs", 2).status == 0
    assert most[0] <= 2


def test_what_nobody_expects_does_not_stop_the_others(run, here, monkeypatch):
    make(3)
    real = job.read_picture

    def read(file, **options):
        if os.fspath(file).endswith("1.png"):
            raise RuntimeError("unheard of")
        return real(file, **options)

    monkeypatch.setattr(job, "read_picture", read)
    said = run(".")
    assert said.status == 1
    assert said.err == "napari-kmeans-quantizer: 1.png: RuntimeError: unheard of\n"
    assert "2 of 3 pictures done" in said.out


def test_ctrl_c_says_what_is_done_and_leaves_nothing_half_written(run, here, monkeypatch):
    """The second picture is interrupted in the middle of its work."""
    make(3)
    real = job.quantize_steps
    begun = []

    def steps(*arguments, **options):
        begun.append(1)
        if len(begun) == 2:
            signal.raise_signal(signal.SIGINT)
            while True:  # until it is told to end
                time.sleep(0.01)
                yield type("Step", (), {"fraction": 0.5})
        return (yield from real(*arguments, **options))

    monkeypatch.setattr(job, "quantize_steps", steps)
    said = run("0.png", "1.png", "2.png", "--jobs", 1, "--report", "report.csv")
    assert said.status == 130
    assert said.err.startswith("napari-kmeans-quantizer: interrupted: 1 of 3 pictures done, ")
    assert said.err.count("\n") == 1
    assert names(here) == ["0-16-colors.png", "0.png", "1.png", "2.png", "report.csv"]
    assert (here / "report.csv").read_text().count("\n") == 2


def test_ctrl_c_before_anything_is_read(run, photo, here, monkeypatch):
    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr("napari_kmeans_quantizer.cli.options.parsed", interrupted)
    assert run(photo) == (130, "", "napari-kmeans-quantizer: interrupted.\n")
    assert names(here) == ["photo.png"]


@posix
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_process_that_is_asked_to_end(here, number):
    """Whatever it was at, each result is whole or not there."""
    make(12, np.kron(PHOTO, np.ones((6, 6, 1), np.uint8)))
    process = subprocess.Popen(
        [*COMMAND, ".", "--jobs", "2"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    out = process.stdout.readline()
    process.send_signal(number)
    out += process.stdout.read()
    err = process.stderr.read()
    assert process.wait(300) == 130
    process.stdout.close()
    process.stderr.close()
    assert "Traceback" not in err
    done = sorted(path for path in names(here) if path.endswith("-colors.png"))
    assert len(done) == out.count("\n") < 12
    assert f"interrupted: {len(done)} of 12 picture" in err
    for path in done:
        opened(path)
    assert len(names(here)) == 12 + len(done)  # nothing temporary


@posix
def test_a_killed_process_has_replaced_nothing_by_half(here):
    make(1, np.kron(PHOTO, np.ones((12, 12, 1), np.uint8)))
    (here / "0-16-colors.png").write_bytes(b"precious")
    process = subprocess.Popen([*COMMAND, "0.png", "--force"], stdout=subprocess.PIPE)
    process.kill()
    process.communicate(timeout=300)
    assert (here / "0-16-colors.png").read_bytes() == b"precious"


def test_from_a_thread_there_are_no_signals(here):
    """As when another program calls it."""
    from napari_kmeans_quantizer.cli import main

    make(1)
    statuses = []
    thread = threading.Thread(target=lambda: statuses.append(main(["0.png", "-q"])))
    thread.start()
    thread.join(300)
    assert statuses == [0]


def test_as_a_process(photo, here):
    done = run_alone("photo.png", "-k", 4)
    assert done.returncode == 0
    assert done.stdout.startswith(b"photo.png -> photo-4-colors.png: 4 colors, ")
