"""``python -m tests.bench.repeats``: one picture is judged 10,000 times, in every precision that the processor has.

It is judged from its file on, as ``inspector msa repeat`` does: a part of the demo line with a defect by the demo model, or
``--picture`` by ``--model``. The demo model has int8 alone. All repeats have to give the same verdict and, to the last bit, the same score. It ends with 1 where they do not.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import cv2

from inspector import assembly
from inspector.domain.devices import WantedPrecision
from inspector.domain.errors import DeviceError
from inspector.msa.station import repeated
from inspector.paths import Home
from inspector.settings import Settings
from inspector.trial import TrialJudge
from trainer.demo.crops import CROP_PX, make_crops


def main() -> int:
    """Judge and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=10_000)
    parser.add_argument(
        "--precision", choices=[kind.value for kind in WantedPrecision], action="append", help="default: all"
    )
    parser.add_argument("--model", type=Path, help="folder of a model (default: the demo model)")
    parser.add_argument("--picture", type=Path, help="for it")
    arguments = parser.parse_args()
    model = "demo" if arguments.model is None else str(arguments.model.absolute())
    kinds = [
        kind
        for kind in WantedPrecision
        if kind.value in (arguments.precision or {kind.value for kind in WantedPrecision})
    ]
    crops = make_crops(first_seed=900, scenes=1, parts_per_scene=30, defect_rate=0.5, size_px=CROP_PX)
    bad = next(number for number, kind in enumerate(crops.kinds) if kind != 0)
    identical = True
    with tempfile.TemporaryDirectory() as folder:
        picture, home = Path(folder) / "part.png", Home(root=Path(folder) / "home")
        cv2.imwrite(str(picture), crops.pictures[bad])
        picture, recipe = arguments.picture or picture, assembly.recipe_for(model, f"folder:{folder}")
        for kind in kinds:
            settings, begun_s = Settings(precision=kind), time.perf_counter()
            judge = TrialJudge(home, lambda settings=settings: settings)  # type: ignore[misc]
            try:
                ran_in = judge.judge_file(picture, recipe).model.precision
                *_, last = repeated(lambda: judge.judge_file(picture, recipe), arguments.times)  # noqa: B023 - at once
            except DeviceError as error:
                print(f"{kind.value:8}cannot run here: {error.what}")
                continue
            finally:
                judge.close()
            identical &= last.identical
            words = "identical" if last.identical else f"NOT identical: {last.low!r} to {last.high!r}"
            verdicts = ", ".join(f"{count:,} × {name}" for name, count in last.verdicts.items())
            print(
                f"{kind.value:8}ran in {ran_in}: {verdicts}, {last.scores} score, {words} ({last.low!r}); "
                f"{time.perf_counter() - begun_s:.0f} s",
                flush=True,
            )
    return 0 if identical else 1


if __name__ == "__main__":
    raise SystemExit(main())
