"""OpenCV's own complaints on stderr, which ours replace."""

from __future__ import annotations

import os

import cv2


def silence_opencv() -> None:
    """Keep OpenCV and FFmpeg off stderr, unless the user has asked for it with ``OPENCV_LOG_LEVEL``.

    Every cause that matters is raised as an error of ours; a lost camera alone would print a line per attempt.
    """
    if "OPENCV_LOG_LEVEL" not in os.environ:
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_FATAL)
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")  # AV_LOG_QUIET; read when the first stream is opened
