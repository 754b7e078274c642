"""``python -m tests.bench.replay --model BUNDLE --pictures FOLDER``: how fast recorded parts are judged again.

Each picture of the folder is judged by the model and kept as the archive keeps it (PNG). The record then holds so many
parts, each with a file of its own in the archive, linked to one of these; so the disk's cache holds more of them than it
would of as many different ones. Then ``inspector replay`` judges all again, as a process of its own.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector import assembly
from inspector.domain.config import QualityLimits
from inspector.domain.ids import new_id
from inspector.domain.records import ArchivedPicture, Thresholds
from inspector.engine.inspect import inspect_picture
from inspector.outputs.result_log import SqliteResultLog
from inspector.paths import Home
from inspector.pictures import read_picture, write_picture
from tests.outputs.samples import START, inspection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.domain.records import Inspection

_GOAL_PARTS, _GOAL_S = 100_000, 900.0
_POINTS = Thresholds(fail_at=0.5, review_from=0.2)


def main(argv: Sequence[str] | None = None) -> int:
    """Make the record, judge again, print; 1 where a verdict differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True, help="folder of a trained model")
    parser.add_argument("--pictures", type=Path, required=True, help="folder with pictures, folders in it too")
    parser.add_argument("--parts", type=int, default=10_000)
    asked = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        home = Home(root=Path(folder))
        distinct = record(home, asked.model, asked.pictures, asked.parts)
        figures = {"parts": asked.parts, "pictures": distinct, **judge_again(home)}
    print("\n".join(f"{name:22}{value}" for name, value in figures.items()))
    return 1 if figures["differ"] or figures["judged"] != asked.parts else 0


def record(home: Home, bundle: Path, pictures: Path, parts: int) -> int:
    """Make a station's record of so many parts; return of how many different pictures."""
    shutil.copytree(bundle, home.models / bundle.name)
    files = sorted(path for path in pictures.rglob("*") if path.suffix.lower() in {".png", ".jpg"})
    with closing(assembly.load_classifier(bundle.name, home, thresholds=_POINTS)) as model:
        first = [_first(model, home, path, number) for number, path in enumerate(files[:parts], 1)]
    with closing(SqliteResultLog(home.log)) as log:
        for number, part in enumerate(itertools.islice(itertools.cycle(first), parts), 1):
            log.append(_copy(part, number))
    return len(first)


def _first(model: Any, home: Home, path: Path, number: int) -> Inspection:
    picture = read_picture(path)
    decision = inspect_picture(model, picture, _POINTS, QualityLimits())[0]
    kept = home.archive / "2026" / "01" / "31" / "any" / f"{number}.png"
    write_picture(kept, picture)
    sha256 = hashlib.sha256(kept.read_bytes()).hexdigest()
    part = replace(inspection(number), decision=decision, model=model.identity)
    return replace(part, picture=ArchivedPicture(path=kept, sha256=sha256, heatmap_path=None))


def _copy(part: Inspection, number: int) -> Inspection:
    assert part.picture is not None
    name = new_id()
    linked = part.picture.path.with_name(f"{name}.png")
    os.link(part.picture.path, linked)
    return replace(
        part,
        id=name,
        part_number=number,
        time_utc=START + timedelta(seconds=number),
        picture=replace(part.picture, path=linked),
    )


def judge_again(home: Home) -> dict[str, Any]:
    """Run ``inspector replay`` over all parts."""
    command = [sys.executable, "-m", "inspector", "replay", "--since", "2026-01-01", "--home", str(home.root), "--json"]
    begun_s = time.perf_counter()
    said = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    passed_s = time.perf_counter() - begun_s
    pace = said["judged"] / passed_s
    return {
        "judged": said["judged"],
        "differ": said["differ"],
        "exact": said["exact"],
        "largest_difference": said["largest_difference"],
        "passed_s": round(passed_s, 1),
        "pictures_per_s": round(pace, 1),
        f"minutes_of_{_GOAL_PARTS}": round(_GOAL_PARTS / pace / 60.0, 1),
        "wanted_per_s": round(_GOAL_PARTS / _GOAL_S, 1),
    }


if __name__ == "__main__":
    sys.exit(main())
