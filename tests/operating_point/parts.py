"""A small bundle that keeps scores of labelled pictures, for tests of operating points."""

from __future__ import annotations

import csv
import hashlib
import io
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.vision.bundle import ManifestFields, load_manifest, write_bundle
from inspector.vision.manifest import MemoryNote
from inspector.vision.scores import SCORES_FILE, PictureScore, ScorePart, scores_csv
from tests.bundles import make_bundle
from tests.engine.fakes import GOOD_SCALE

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Scored:
    """A picture: its name within the data, P(defective), whether it is tested, and how strange it looks."""

    name: str
    p: float
    test: bool = False
    strangeness: float | None = None
    heat_outside: bool | None = None

    @property
    def defect(self) -> str:
        return self.name.partition("/")[0]


#: good: 0.1 0.2 0.4; crack: 0.3 0.8; dent: 0.9; tested: one of each
USUAL = (
    Scored("good/0.png", 0.1), Scored("good/1.png", 0.2), Scored("good/2.png", 0.4),
    Scored("crack/0.png", 0.3), Scored("crack/1.png", 0.8), Scored("dent/0.png", 0.9),
    Scored("good/3.png", 0.15, test=True), Scored("crack/2.png", 0.7, test=True),
)  # fmt: skip


#: The same with a strangeness, but for one; the limit of `GOOD_SCALE` is 1.
STRANGE = tuple(
    replace(scored, strangeness=strangeness)
    for scored, strangeness in zip(USUAL, (0.5, 1.1, None, 1.5, 0.7, 2.0, 0.6, 0.8), strict=True)
)
MEMORY = MemoryNote(pictures=200, rows=10, dimensions=8, position=0.0, good_scale=GOOD_SCALE, beyond=1)


def scored_bundle(folder: Path, data: Path, scored: Sequence[Scored] = USUAL, memory: MemoryNote | None = None) -> Path:
    """Write a bundle with the scores and the split of pictures that lie (or lay) in a folder."""
    with tempfile.TemporaryDirectory() as plain:
        source = make_bundle(Path(plain) / folder.name, memory=memory)
        fields = ManifestFields(
            **load_manifest(source).model_dump(exclude={"files", "seal", "format_version", "training"}),
            training={"request": {"data": str(data)}},
        )
        files: dict[str, Path | bytes] = {name: source / name for name in ("graph.xml", "graph.bin")}
        report = {SCORES_FILE: scores_csv(map(_row, scored)), "report/split.csv": _split(data, scored)}
        write_bundle(folder, fields, files | report)
    return folder


def _row(one: Scored) -> PictureScore:
    return PictureScore(
        path=one.name,
        label="good" if one.defect == "good" else "defective",
        defect_type=one.defect,
        category="",
        part=ScorePart.TEST if one.test else ScorePart.VALIDATION,
        how="int8",
        p_defective=one.p,
        sha256="",
        strangeness=one.strangeness,
        heat_outside=one.heat_outside,
    )


def _split(data: Path, scored: Sequence[Scored]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(("path", "split", "sha256"))
    for one in scored:
        file = data / one.name
        digest = hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""
        writer.writerow((one.name, "test" if one.test else "train", digest))
    return text.getvalue().encode()
