"""A log with parts and their pictures, for tests of reviews."""

from __future__ import annotations

import hashlib
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from inspector.domain.config import ArchiveConfig, KeepPolicy
from inspector.domain.ids import new_id
from inspector.domain.records import ArchivedPicture, Verdict
from inspector.domain.review import Judgement, QueueKind, Review
from inspector.outputs.result_log import SqliteResultLog
from inspector.pictures import encode_picture
from tests.outputs.samples import START, inspection

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from inspector.domain.records import Inspection

KEEP_ALL = ArchiveConfig(keep=KeepPolicy.ALL)


def keep_all(recipe: str, version: int) -> ArchiveConfig:
    """What every recipe's version kept."""
    assert recipe, version
    return KEEP_ALL


def fill(folder: Path, verdicts: Sequence[Verdict], *, kept: bool = True) -> tuple[Path, list[Inspection]]:
    """Make ``folder/log.sqlite3`` with parts of these verdicts, each with a picture of its own."""
    path = folder / "log.sqlite3"
    with closing(SqliteResultLog(path)) as log:
        rows = [with_picture(folder, inspection(n, verdict), kept=kept) for n, verdict in enumerate(verdicts, 1)]
        for row in rows:
            log.append(row)
    return path, rows


def with_picture(folder: Path, part: Inspection, *, kept: bool = True) -> Inspection:
    """Return the inspection with a picture in the archive: noise, by its number."""
    if not kept:
        return part
    pixels = np.random.default_rng(part.part_number).integers(0, 255, (40, 40, 3), dtype=np.uint8)
    data = encode_picture(pixels, ".png")
    picture = folder / "pictures" / part.decision.verdict.value.lower() / f"{part.id}.png"
    picture.parent.mkdir(parents=True, exist_ok=True)
    picture.write_bytes(data)
    archived = ArchivedPicture(path=picture, sha256=hashlib.sha256(data).hexdigest(), heatmap_path=None)
    return replace(part, picture=archived)


def said(
    part: str, judgement: Judgement | None = Judgement.GOOD, *, by: str = "Ada", blind: bool = False,
    queue: QueueKind = QueueKind.DIRECT, undoes: str | None = None, defect_type: str = "",
) -> Review:  # fmt: skip
    """A review of a part."""
    return Review(
        id=new_id(), inspection_id=part, time_utc=START, reviewer=by, judgement=judgement, queue=queue, blind=blind,
        undoes=undoes, defect_type=defect_type,
    )  # fmt: skip
