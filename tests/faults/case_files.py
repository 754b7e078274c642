"""Files that were damaged or changed before the start, and a second station on the same log."""

from __future__ import annotations

import hashlib
import json
import math
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

import cv2

from inspector.sources.demo_scene import DemoScene
from inspector.vision.manifest import MANIFEST_FILE
from tests.faults import record
from tests.faults.rig import Case, Rig
from tests.faults.station import ROOT

_RECIPE = "Faults"
_RUN = ("run", "--recipe", _RECIPE, "--headless", "--json", "--max-parts", "1")


def _written(rig: Rig) -> list[record.Row]:
    """Let a station write some rows."""
    first = rig.well(lot="before")
    first.wait_parts(2)
    rig.end(first)
    return rig.rows()


def _damaged(damage: Callable[[Rig, bytes], None], *, says: str, keeps: bool) -> Callable[[Rig], None]:
    """Return a run: rows are written, the log is damaged, and the next station says so and goes on."""

    def run(rig: Rig) -> None:
        before = _written(rig)
        damage(rig, rig.log.read_bytes())
        rig.findings.tries += 1
        station = rig.well(lot="after")
        station.wait_parts(1)
        rig.end(station)
        program_log = rig.home / "logs" / "inspector.log"
        said = "\n".join(station.errors)
        said += program_log.read_text(encoding="utf-8") if program_log.exists() else ""
        rig.expect(says in said, f"“{says}” was not said: {station.errors[-6:]}")
        if keeps:
            there = {row.id for row in rig.rows()}
            rig.findings.lost += sum(row.id not in there for row in before)

    return run


def _flip(rig: Rig, whole: bytes) -> None:
    """Damage a page of the table of parts, which holds the newest rows."""
    page = int.from_bytes(whole[16:18], "big")
    marked = [at for at in range(page, len(whole), page) if b"demo:" in whole[at : at + page]]
    at = marked[-1]
    rig.log.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF, *whole[at + 1 : at + 8]]) + whole[at + 8 :])


def _empty(rig: Rig, _: bytes) -> None:
    rig.log.write_bytes(b"")


def _second_station(rig: Rig) -> None:
    first = rig.well(lot="first")
    link = rig.folder / "link.sqlite3"
    link.symlink_to(rig.log)
    for log, unlocked in ((rig.log, False), (link, False), (rig.log, True)):
        if unlocked:
            for path in rig.log.parent.glob("results.sqlite3.lock"):
                path.unlink()
        rig.findings.tries += 1
        done = rig.inspector(
            "run", "--recipe", _RECIPE, "--home", str(rig.home), "--log", str(log), "--headless", "--max-parts", "1"
        )
        rig.expect(done.returncode == 1, f"a second station was let in: {done.returncode} {done.stderr[-300:]}")
    rig.end(first)


def _altered_model(rig: Rig) -> None:
    """Each file of a bundle, one after the other."""
    bundle = rig.home / "models" / "mine"
    shutil.copytree(ROOT / "models" / "demo", bundle)
    rig.recipe(model="mine")
    for path in sorted(bundle.iterdir()):
        if path.name == "manifest.json" or not path.is_file():
            continue
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2] + bytes([whole[len(whole) // 2] ^ 1]) + whole[len(whole) // 2 + 1 :])
        rig.findings.tries += 1
        done = rig.inspector(
            "run", "--recipe", _RECIPE, "--home", str(rig.home), "--headless", "--json", "--max-parts", "1"
        )
        rig.expect(
            done.returncode == 1 and not done.stdout and path.name in done.stderr,
            f"{path.name} was altered: {done.returncode} {done.stdout[:200]} {done.stderr[-300:]}",
        )
        path.write_bytes(whole)


def _weights_are_no_numbers(rig: Rig) -> None:
    """As a wrong export would leave it: the manifest has the hash of the graph that is there."""
    bundle = rig.home / "models" / "mine"
    shutil.copytree(ROOT / "models" / "demo", bundle)
    rig.recipe(model="mine")
    path, manifest = bundle / "graph.bin", bundle / MANIFEST_FILE
    whole, said = path.read_bytes(), manifest.read_text(encoding="utf-8")
    place = len(whole) // 2 & ~3
    spoilt = whole[:place] + struct.pack("<256f", *[math.nan] * 256) + whole[place + 1024 :]
    path.write_bytes(spoilt)
    before, now = (hashlib.sha256(content).hexdigest() for content in (whole, spoilt))
    rig.expect(before in said, "the manifest has no hash of the graph")
    manifest.write_text(said.replace(before, now), encoding="utf-8")
    rig.findings.tries += 1
    done = rig.inspector(*_RUN, "--home", str(rig.home))
    rig.expect(
        done.returncode == 1 and not done.stdout and "Traceback" not in done.stderr,
        f"judged by such weights: {done.returncode} {done.stdout[:200]} {done.stderr[-300:]}",
    )


def _manifest_by_hand(rig: Rig) -> None:
    """The files are whole: only the threshold that comes with the model is another one."""
    bundle = rig.home / "models" / "mine"
    shutil.copytree(ROOT / "models" / "demo", bundle)
    rig.recipe(model="mine")
    path = bundle / MANIFEST_FILE
    written = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(written | {"thresholds": {"fail_at": 0.999, "review_from": None}}), encoding="utf-8")
    rig.findings.tries += 1
    done = rig.inspector(*_RUN, "--home", str(rig.home))
    rig.expect(
        done.returncode == 1 and not done.stdout and "mine" in done.stderr and "Traceback" not in done.stderr,
        f"it runs: {done.returncode} {done.stdout[:200]} {done.stderr[-300:]}",
    )


def _recipe_by_hand(rig: Rig) -> None:
    """Where only signed recipes may run: a higher threshold lets defective parts pass."""
    rig.recipe()
    rig.settings('{"only_signed": true}')
    place = ("--home", str(rig.home))
    rig.expect(rig.inspector("recipe", "sign", _RECIPE, *place).returncode == 0, "it cannot be signed")
    path = rig.home / "recipes" / f"{_RECIPE}.json"
    written = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(written | {"thresholds": {"fail_at": 0.999}}), encoding="utf-8")
    rig.findings.tries += 1
    done = rig.inspector(*_RUN, *place)
    rig.expect(
        done.returncode == 1 and not done.stdout and f"{_RECIPE} is not as" in done.stderr,
        f"it runs: {done.returncode} {done.stdout[:200]} {done.stderr[-300:]}",
    )
    trail = rig.inspector("log", "trail", "--json", *place)
    rig.expect("thresholds" in trail.stdout and "outside" in trail.stdout, f"not in the trail: {trail.stdout[-300:]}")


def _cut_video(rig: Rig) -> None:
    """A video of the demo line that ends in the middle."""
    rig.recipe()
    video = rig.folder / "line.avi"
    _film(video)
    whole = video.read_bytes()
    video.write_bytes(whole[: len(whole) // 3])
    rig.findings.tries += 1
    done = rig.inspector(
        "run",
        "--source",
        f"video:{video}",
        "--model",
        "demo",
        "--home",
        str(rig.home),
        "--headless",
        "--json",
        "--as-fast-as-possible",
    )
    rig.expect(done.returncode == 1, f"exit code {done.returncode}: {done.stderr[-300:]}")
    rig.expect("not read" in done.stderr, f"not said: {done.stderr[-300:]}")


def _film(video: Path) -> None:
    scene = DemoScene(seed=record.SEED, defect_rate=record.DEFECT_RATE)
    writer = cv2.VideoWriter(str(video), cv2.VideoWriter.fourcc(*"MJPG"), 30.0, (1280, 1024))
    for frame in range(120):
        writer.write(scene.render(frame)[0])
    writer.release()


CASES = (
    Case(
        name="a page of the log is damaged",
        promises=(1, 3, 6),
        holds="said; what can be read is saved into a new log, the damaged one set aside",
        run=_damaged(_flip, says="damaged", keeps=True),
    ),
    Case(
        name="the log is empty (0 bytes)",
        promises=(1, 3),
        holds="said; it is set aside and a new log begun",
        run=_damaged(_empty, says="empty", keeps=False),
    ),
    Case(
        name="a second station on the same log",
        promises=(2,),
        holds="refused: by its name, by a link, and without its lock file",
        run=_second_station,
    ),
    Case(
        name="a bit of a model's file is flipped",
        promises=(2, 6),
        holds="refused with the file's name, for each file",
        run=_altered_model,
    ),
    Case(
        name="weights of a model are no numbers (NaN)",
        promises=(2, 6),
        holds="refused before a part is judged, though the hashes fit",
        run=_weights_are_no_numbers,
    ),
    Case(
        name="a threshold is edited by hand in a model's manifest",
        promises=(2, 5, 6),
        holds="refused with the model's name",
        run=_manifest_by_hand,
    ),
    Case(
        name="a threshold is edited by hand in a recipe's file",
        promises=(2, 5),
        holds="refused by name where only signed recipes run; in the audit trail with before and after",
        run=_recipe_by_hand,
    ),
    Case(
        name="a video is cut short",
        promises=(2, 3),
        holds="said with how many frames were not read; exit code 1",
        run=_cut_video,
        short=True,
    ),
)
