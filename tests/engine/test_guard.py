"""The guard at the line: what has never been seen is REVIEW in the record, and the kept heatmap shows where."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from inspector.domain.config import ArchiveConfig, KeepPolicy
from inspector.domain.guard import in_force
from inspector.domain.prediction import heat_of
from inspector.domain.records import Thresholds
from inspector.engine.status import EngineStatus
from inspector.outputs.archive import PictureArchive
from inspector.pictures import read_picture
from tests.engine.fakes import BAD, GOOD, GOOD_SCALE, FakeClassifier, FakeSource, frame, make_job, strange_middle

if TYPE_CHECKING:
    from tests.engine.conftest import Rig

OTHER = 90  # grey of a part that passes by its score


def strange(image: np.ndarray) -> float:
    return 0.5 if abs(float(image.mean()) - GOOD) < 15 else 1.5


def script() -> FakeSource:
    return FakeSource([frame(number, grey) for number, grey in enumerate((GOOD, OTHER, BAD))])


def test_a_part_unlike_good_ones_is_reviewed_and_its_map_is_kept(rig: Rig, tmp_path: Path) -> None:
    archive = PictureArchive(tmp_path, ArchiveConfig(keep=KeepPolicy.FAILURES))
    assert rig.run(script(), classifier=FakeClassifier(strangeness=strange), archive=archive) == [
        "PASS", "REVIEW", "FAIL",
    ]  # fmt: skip
    passed, reviewed, failed = rig.log.committed
    limit = pytest.approx(1.0, abs=1e-3)
    assert [part.decision.strangeness for part in rig.log.committed] == [0.5, 1.5, 1.5]
    assert all(part.decision.thresholds.strange_from == limit for part in rig.log.committed)
    assert (passed.decision.reason, passed.picture) == ("", None)
    assert reviewed.decision.reason == "unlike good parts here: strangeness 1.5 ≥ 1"
    kept = [part.picture.heatmap_path for part in (reviewed, failed) if part.picture is not None]
    maps = [read_picture(path) for path in kept if path is not None]
    np.testing.assert_array_equal(maps[0], np.rint(255 * heat_of(strange_middle(1.5))).astype(np.uint8))
    assert maps[1].shape == (2, 2)  # the score decided


@pytest.mark.parametrize("strangeness", [None, strange])
def test_without_memory_or_with_the_guard_off_every_row_says_so(rig: Rig, strangeness: object) -> None:
    job = make_job(script(), rig.log, classifier=FakeClassifier(strangeness=strangeness))  # type: ignore[arg-type]
    rate = 0.005 if strangeness is None else 0.0
    recipe = job.recipe.model_copy(update={"guard_rate": rate})
    assert rig.run(script(), classifier=FakeClassifier(strangeness=strangeness), recipe=recipe) == [  # type: ignore[arg-type]
        "PASS", "PASS", "FAIL",
    ]  # fmt: skip
    assert {part.decision.thresholds.strange_from for part in rig.log.committed} == {None}


def test_the_status_tells_the_thresholds_in_force(rig: Rig) -> None:
    rig.run(script(), classifier=FakeClassifier(strangeness=strange))
    told: list[EngineStatus] = [status for status in rig.listener.states if status.thresholds is not None]
    wanted = in_force(None, Thresholds(fail_at=0.5), GOOD_SCALE, 0.005)
    assert {status.thresholds for status in told} == {wanted}
    own = replace(wanted, strange_from=7.0)
    assert in_force(own, wanted, GOOD_SCALE, 0.005) == own
