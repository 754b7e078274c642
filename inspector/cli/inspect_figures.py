"""What ``inspector inspect --json`` says of a file."""

from __future__ import annotations

from inspector.outputs.judged import PictureAnswer


class JudgedFile(PictureAnswer):
    """One judged file."""

    path: str
    overlay: str | None
