"""``inspector bench`` and ``inspector devices``: how fast this machine is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.cli.common import EXIT_OK, add_json, add_places, emit, home_of, positive, say

if TYPE_CHECKING:
    import argparse

    from inspector.domain.records import Image


def add_commands(commands: argparse._SubParsersAction[Any]) -> None:
    """Add ``bench``, ``devices`` and ``cameras``."""
    parser = commands.add_parser(
        "bench",
        help="measure verdicts with heatmap per second",
        description="Judge the same pictures with every back end and precision of this machine, and with eager torch "
        "and pytorch-grad-cam, in turn within one run. With --json: best_images_per_s, reference_images_per_s, ratio, "
        "verdict_flips, rows and more.",
    )
    parser.add_argument("--model", default="demo", help="model bundle: its name, or its folder (default: demo)")
    parser.add_argument("--images", type=Path, help="folder of pictures (default: parts of the demo line)")
    parser.add_argument("--count", type=positive, default=32, help="at most this many pictures (default: 32)")
    parser.add_argument("--rounds", type=positive, default=3, help="rounds (default: 3)")
    add_places(parser)
    add_json(parser)
    parser.set_defaults(command=bench)
    listing = commands.add_parser("devices", help="list where the network can run")
    add_json(listing)
    listing.set_defaults(command=devices)
    cams = commands.add_parser("cameras", help="list the cameras of this machine")
    add_json(cams)
    cams.set_defaults(command=cameras)


def bench(parsed: argparse.Namespace) -> int:
    """Measure."""
    from inspector import assembly  # noqa: PLC0415
    from inspector.vision.benchmark import run_benchmark  # noqa: PLC0415

    bundle = assembly.model_store(home_of(parsed)).load(parsed.model)
    report = run_benchmark(
        bundle,
        _pictures(parsed.images, parsed.count),
        rounds=parsed.rounds,
        progress=lambda done, rounds, what: say(f"round {done + 1}/{rounds}: {what}"),
    )
    if parsed.json:
        emit(report.as_dict())
        return EXIT_OK
    print(f"{report.model}, {report.images} pictures, input {report.input_size}², {report.cpu_count} cores")
    for row in report.rows:
        flips = "" if row.verdict_flips is None else f"{row.verdict_flips} flips"
        how = f"{row.backend:26}{row.device:8.8}{row.precision:6}×{row.batch:<3}"
        print(f"{how}{row.images_per_s:8.1f} pictures/s  {flips}")
    print(
        f"best {report.best_images_per_s:.1f}/s, reference {report.reference_images_per_s:.1f}/s, "
        f"ratio {report.ratio:.1f}"
    )
    if report.note:
        print(report.note)
    return EXIT_OK


def _pictures(folder: Path | None, count: int) -> list[Image]:
    from inspector.pictures import find_pictures, read_picture  # noqa: PLC0415

    if folder is not None:
        return [read_picture(path) for path in find_pictures(folder, recursive=True)[:count]]
    from inspector.sources.demo_scene import DemoScene  # noqa: PLC0415

    scene = DemoScene(seed=1, defect_rate=0.3)
    return [scene.part(number).bgr for number in range(1, count + 1)]


def devices(parsed: argparse.Namespace) -> int:
    """List devices."""
    from dataclasses import asdict  # noqa: PLC0415

    from inspector.vision.backends import list_devices  # noqa: PLC0415

    found = list_devices()
    if parsed.json:
        emit({"devices": [asdict(device) for device in found]})
    else:
        for device in found:
            print(f"{device.name:6}{device.backend:10}{device.description}  ({', '.join(device.precisions)})")
    return EXIT_OK


def cameras(parsed: argparse.Namespace) -> int:
    """List cameras."""
    from inspector.sources.cameras import list_cameras  # noqa: PLC0415

    found = list_cameras()
    if parsed.json:
        emit({"cameras": [{"source": f"camera:{camera.index}", "label": camera.label} for camera in found]})
    elif found:
        for camera in found:
            print(f"camera:{camera.index}  {camera.label}")
    else:
        say("no camera found")
    return EXIT_OK
