"""Makes what a package is proven with: parts, in every kind of file, and videos, a backbone (`pictures.py FOLDER`)."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PARTS = 24
#: Folders of the first parts, a good and a defective one, in every kind of file.
KINDS = ("kinds-good", "kinds-defective")
_IN_A_ROW = 12
#: Frames of the videos, and their containers with the codecs.
_FRAMES, VIDEOS = 260, {"line.avi": "MJPG", "line.mp4": "mp4v"}


#: TIFFs of a colour picture, as tifffile writes them; what is “refused” holds a codec that is not taken.
_TIFFS: dict[str, dict[str, Any]] = {
    "plain": {},
    "lzw": {"compression": "lzw", "predictor": True},
    "deflate": {"compression": "zlib", "predictor": True},
    "packbits": {"compression": "packbits"},
    "jpeg": {"compression": "jpeg"},
    "planar": {"compression": "lzw", "planarconfig": "separate"},
    "tiled": {"compression": "zlib", "tile": (64, 64)},
    "tiled-jpeg": {"compression": "jpeg", "tile": (64, 64)},
    "refused-jpeg2000": {"compression": "jpeg2000"},
    "refused-zstd": {"compression": "zstd"},
}
#: Files that Pillow writes, with the mode of the picture.
_PILLOW = {
    "colour.jpg": "RGB",
    "grey.jpg": "L",
    "cmyk.jpg": "CMYK",
    "colour.png": "RGB",
    "palette.png": "P",
    "grey.png": "L",
    "colour.bmp": "RGB",
    "colour.gif": "RGB",
    "colour.tga": "RGB",
    "grey.pgm": "L",
    "colour.ppm": "RGB",
    "line.pbm": "1",
    "colour.webp": "RGB",
    "lab.tif": "LAB",
    "refused-fax.tif": "1",
}


def make_kinds(folder: Path, rgb: NDArray[Any]) -> None:
    """Write a picture in every kind of file that is read, and in some that are refused.

    Args:
        folder: Where they go; it is made.
        rgb: (H, W, 3) uint8.
    """
    import cv2  # noqa: PLC0415 - of the environment that builds
    import imagecodecs  # noqa: PLC0415
    import numpy as np  # noqa: PLC0415
    import tifffile  # noqa: PLC0415
    from PIL import Image as Pillow  # noqa: PLC0415

    folder.mkdir(parents=True)
    wide = rgb.astype(np.uint16) * 257
    for name, options in _TIFFS.items():
        for bits, pixels in ((8, rgb), (16, wide)):
            if bits == 8 or "jpeg" not in name:
                planar = options.get("planarconfig") == "separate"
                given = np.ascontiguousarray(np.moveaxis(pixels, -1, 0)) if planar else pixels
                tifffile.imwrite(folder / f"{name}-{bits}.tif", given, photometric="rgb", **options)
    tifffile.imwrite(folder / "reversed-16.tif", 65_535 - wide[..., 1], photometric="miniswhite", compression="lzw")
    for name, pixels in {"colour": rgb, "colour-16": wide, "grey-16": wide[..., 1]}.items():
        (folder / f"{name}.jp2").write_bytes(bytes(imagecodecs.jpeg2k_encode(pixels, level=0)))
        bgr = pixels[..., ::-1] if pixels.ndim == 3 else pixels
        (folder / f"{name}-cv.png").write_bytes(cv2.imencode(".png", bgr)[1].tobytes())
    for name, mode in _PILLOW.items():
        options = {"compression": "group4"} if "fax" in name else {}
        Pillow.fromarray(rgb).convert(mode).save(folder / name, **options)
    half = io.BytesIO()
    Pillow.fromarray(rgb).save(half, "JPEG")
    (folder / "refused-half.jpg").write_bytes(half.getvalue()[: half.tell() // 2] + b"\xff\xd9")


def make_pictures(folder: Path, *, backbone: bool) -> None:
    """Render parts: `set` (good, defective) is for training, `all` holds the first twelve; `KINDS` and `VIDEOS`.

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
        if number < len(KINDS):
            make_kinds(folder / KINDS[number], np.ascontiguousarray(image[..., ::-1]))
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
