"""Makes what a package is proven with: parts and videos of the demo line, a backbone (`pictures.py FOLDER`)."""

from __future__ import annotations

import sys
from pathlib import Path

_PARTS = 24
_IN_A_ROW = 12
#: Frames of the videos, and their containers with the codecs.
_FRAMES, VIDEOS = 260, {"line.avi": "MJPG", "line.mp4": "mp4v"}


def make_pictures(folder: Path, *, backbone: bool) -> None:
    """Render parts: all of `set` (good, defective) are for training, `all` holds the first twelve; and `VIDEOS`.

    Args:
        folder: Where they go.
        backbone: Make a backbone and a network of two classes too, of random weights; their verdicts mean nothing.
    """
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    import cv2  # noqa: PLC0415 - of the environment that builds
    import numpy as np  # noqa: PLC0415

    from inspector.sources.demo_part import DEFECTS, render_part  # noqa: PLC0415

    rng = np.random.default_rng(1)
    for number in range(_PARTS):
        defect = DEFECTS[number % len(DEFECTS)] if number % 2 else None
        part = render_part(rng, defect)
        covered = part.alpha[..., None]
        image = (part.bgr * covered + 50 * (1 - covered)).astype(np.uint8)
        kind = "defective" if defect else "good"
        for place in [folder / "set" / kind, *([folder / "all"] if number < _IN_A_ROW else [])]:
            place.mkdir(parents=True, exist_ok=True)
            (place / f"{number:02}.png").write_bytes(cv2.imencode(".png", image)[1].tobytes())
    _make_videos(folder)
    if backbone:
        from torch import manual_seed  # noqa: PLC0415

        from inspector.vision.torchvision_compat import import_torchvision  # noqa: PLC0415

        manual_seed(1)
        for name, classes in (("backbone.npz", 1000), ("network.npz", 2)):
            state = import_torchvision().models.resnet50(weights=None, num_classes=classes).state_dict()
            np.savez(folder / name, **{key: value.numpy() for key, value in state.items()})


def _make_videos(folder: Path) -> None:
    import cv2  # noqa: PLC0415

    from inspector.recipes.recipe import SourceOptions  # noqa: PLC0415
    from inspector.sources.demo import DemoSource  # noqa: PLC0415

    source = DemoSource(SourceOptions(as_fast_as_possible=True))
    source.open()
    writers = []
    for _ in range(_FRAMES):
        frame = source.read(1.0)
        assert frame is not None
        if not writers:
            size = frame.image.shape[1::-1]
            writers = [
                cv2.VideoWriter(str(folder / name), cv2.VideoWriter.fourcc(*code), 30, size)
                for name, code in VIDEOS.items()
            ]
        for writer in writers:
            writer.write(frame.image)
    source.close()
    for writer in writers:
        writer.release()


if __name__ == "__main__":
    import importlib.util

    make_pictures(Path(sys.argv[1]), backbone=importlib.util.find_spec("torch") is not None)
