"""Video files: every frame with its own time, at the file's pace or as fast as possible."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from inspector.domain.errors import SourceCutShortError, SourceError
from inspector.domain.records import Frame
from inspector.domain.source_options import SourceOptions
from inspector.sources.capture import open_stream, open_video
from tests.sources.fakes import loss, read_to_end
from tests.waits import WAIT_S

if TYPE_CHECKING:
    from pathlib import Path

FAST = SourceOptions(as_fast_as_possible=True)


def film(path: Path, *, frames: int = 20, fps: float = 25.0, code: str = "MJPG") -> Path:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*code), fps, (64, 48))
    for number in range(frames):
        writer.write(np.full((48, 64, 3), min(250, 10 * number), np.uint8))
    writer.release()
    return path


@pytest.mark.parametrize(("name", "code"), [("a b 😀.avi", "MJPG"), ("line.mp4", "mp4v"), ("100%d.avi", "MJPG")])
def test_as_fast_as_possible_delivers_every_frame_in_order(name: str, code: str, tmp_path: Path) -> None:
    source = open_video(film(tmp_path / name, code=code), FAST)
    assert not source.live
    source.open()
    frames = read_to_end(source)
    source.close()
    assert [frame.sequence for frame in frames] == list(range(20))
    assert [round(frame.time_s, 3) for frame in frames if isinstance(frame, Frame)] == [n / 25 for n in range(20)]
    means = [frame.image.mean() for frame in frames if isinstance(frame, Frame)]
    assert np.abs(np.array(means) - 10 * np.arange(20)).max() < 5
    assert source.name == f"video:{tmp_path / name}"


def test_a_paced_video_takes_its_time(tmp_path: Path) -> None:
    source = open_video(film(tmp_path / "a.avi", frames=11, fps=50.0), SourceOptions())
    assert source.live
    started_s = time.perf_counter()
    source.open()
    frames = read_to_end(source)
    took_s = time.perf_counter() - started_s
    source.close()
    assert frames[-1].sequence == 10
    assert took_s >= 0.2


def test_a_slow_film_is_not_a_lost_one(tmp_path: Path) -> None:
    source = open_video(film(tmp_path / "slow.avi", frames=2, fps=0.5), SourceOptions(), silence_s=1.5)
    source.open()
    assert source.read(WAIT_S) is not None
    last = source.read(WAIT_S)
    source.close()
    assert last is not None
    assert last.sequence == 1


def test_closing_does_not_wait_for_the_next_frame(tmp_path: Path) -> None:
    source = open_video(film(tmp_path / "slow.avi", frames=2, fps=0.02), SourceOptions())
    source.open()
    assert source.read(WAIT_S) is not None
    started_s = time.perf_counter()
    source.close()
    assert time.perf_counter() - started_s < 25.0  # the next frame is due after 50 s
    assert source.left_behind == 0


def test_a_video_can_be_opened_again(tmp_path: Path) -> None:
    source = open_video(film(tmp_path / "a.avi", frames=3), FAST)
    for first in (0, 3):
        source.open()
        assert [frame.sequence for frame in read_to_end(source)] == [first, first + 1, first + 2]
        source.close()


@pytest.mark.parametrize(
    ("content", "what"),
    [(None, "there is no such file"), (b"", "it is no video"), (b"text" * 99, "it is no video")],
)
def test_what_is_no_video_is_refused(content: bytes | None, what: str, tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    if content is not None:
        path.write_bytes(content)
    source = open_video(path, FAST)
    with pytest.raises(SourceError, match=what):
        source.open()


def test_a_video_that_ends_early_says_how_many_frames_were_not_read(tmp_path: Path) -> None:
    path = film(tmp_path / "a.avi", frames=40)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    source = open_video(path, FAST)
    source.open()
    error = loss(source)
    source.close()
    said = re.search(r"it ended after (\d+) of 40 frames, (\d+) were not read", error.what)
    assert isinstance(error, SourceCutShortError)
    assert said is not None
    assert 0 < int(said[1]) < 40
    assert int(said[1]) + int(said[2]) == 40


def test_a_stream_that_is_not_there_is_refused_without_its_password() -> None:
    source = open_stream("http://user:secret@127.0.0.1:1/x")
    assert source.live
    with pytest.raises(SourceError) as caught:
        source.open()
    assert caught.value.what.startswith("http://user:***@127.0.0.1:1/x cannot be opened")
    assert "secret" not in str(caught.value)
