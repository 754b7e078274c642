"""What was kept of a part, read back: the heatmap for every class, or nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from inspector.domain.heatmap import HeatmapKind
from inspector.domain.records import ArchivedPicture, Decision, Thresholds, Verdict
from inspector.outputs.archive import PictureArchive
from inspector.outputs.kept import kept_kind, kept_prediction
from inspector.pictures import encode_picture
from inspector.vision.overlay import WHOLE_PICTURE, fit_to_picture
from tests.outputs.samples import inspection
from tests.outputs.test_archive_limits import ALL, keep, with_maps

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.domain.records import Inspection


def of_part(picture: ArchivedPicture | None, verdict: Verdict = Verdict.FAIL) -> Inspection:
    return replace(inspection(1, verdict), picture=picture)


def test_a_kept_heatmap_is_read_back_for_every_class(tmp_path: Path) -> None:
    judged = with_maps(0.0, 0.5, 1.0)
    archived = keep(PictureArchive(tmp_path, ALL), prediction=judged)
    whole = of_part(archived)
    prediction = kept_prediction(whole)
    assert prediction is not None
    assert prediction.classes == whole.classes
    assert prediction.probabilities.dtype == np.float32
    np.testing.assert_array_equal(prediction.probabilities, np.array(whole.probabilities, np.float32))
    assert prediction.maps.dtype == np.float32
    for shown in (*prediction.maps, prediction.heatmap):
        np.testing.assert_allclose(shown, judged.heatmap, atol=0.5 / 255)
    assert (prediction.preprocess_ms, prediction.inference_ms) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("p_defective", "strangeness", "verdict", "kind"),
    [
        (0.9, None, Verdict.FAIL, HeatmapKind.GRAD_CAM),
        (0.9, 0.4, Verdict.FAIL, HeatmapKind.DEFECT),
        (0.1, 1.5, Verdict.REVIEW, HeatmapKind.UNLIKE_GOOD),
    ],
)
def test_a_heatmap_kept_before_its_name_said_what_it_is_is_told_by_the_verdict(
    tmp_path: Path, p_defective: float, strangeness: float | None, verdict: Verdict, kind: HeatmapKind
) -> None:
    archived = keep(PictureArchive(tmp_path, ALL), prediction=with_maps(0.0, 0.5, 1.0))
    assert archived is not None
    assert archived.heatmap_path is not None
    whole = of_part(replace(archived, heatmap_path=archived.heatmap_path.rename(tmp_path / "1.heatmap.png")))
    points = Thresholds(fail_at=0.5, strange_from=None if strangeness is None else 1.0)
    decision = Decision(
        verdict=verdict, reason="r", p_defective=p_defective, thresholds=points, strangeness=strangeness
    )
    prediction = kept_prediction(replace(whole, decision=decision))
    assert prediction is not None
    assert prediction.shows is kind


@pytest.mark.parametrize("wanted", HeatmapKind)
def test_a_kept_heatmap_says_by_its_name_what_it_is(tmp_path: Path, wanted: HeatmapKind) -> None:
    plane = np.array([[0.0, 1.0], [0.0, 0.0]], np.float32)
    judged = replace(with_maps(0.0, 0.5, 1.0), strangeness_map=plane, defect_map=plane.T, wanted=wanted)
    whole = of_part(keep(PictureArchive(tmp_path, ALL), prediction=judged))
    prediction = kept_prediction(whole)
    assert prediction is not None
    assert (judged.shows, prediction.shows, kept_kind(whole)) == (wanted, wanted, wanted)
    np.testing.assert_allclose(prediction.heatmap, judged.heatmap, atol=0.5 / 255)


@pytest.mark.parametrize(
    ("map_box", "wide"),
    [
        ((0.0, -0.5, 1.0, 1.5), True),  # a letterbox: the map goes beyond the picture
        ((0.25, 0.0, 0.75, 1.0), True),  # the centre was cut out: the map is a part of the picture
        ((-0.1, 0.07, 1.1, 0.93), False),
    ],
)
def test_a_kept_heatmap_lies_where_it_lay_on_the_picture(
    tmp_path: Path, map_box: tuple[float, float, float, float], wide: bool
) -> None:
    size = (160, 80) if wide else (80, 80)
    plane = np.zeros((14, 14), np.float32)
    plane[6:8, 3:5] = 1.0
    judged = replace(with_maps(0.0), maps=np.stack([plane] * 2), map_box=map_box)
    kept = kept_prediction(of_part(keep(PictureArchive(tmp_path, ALL), prediction=judged)))
    assert kept is not None
    assert kept.map_box == WHOLE_PICTURE
    lay = fit_to_picture(judged.heatmap, *size, map_box=map_box, full_scale=1.0)
    lies = fit_to_picture(kept.heatmap, *size, map_box=kept.map_box, full_scale=1.0)
    assert float(np.abs(lay - lies).mean()) < 0.01
    assert float(np.abs(lay - lies).max()) < 0.3
    stretched = fit_to_picture(judged.heatmap, *size, full_scale=1.0)  # as it would lie without its place
    assert float(np.abs(lay - stretched).max()) > 0.5


def test_a_heatmap_in_colour_is_read_by_its_first_channel(tmp_path: Path) -> None:
    coloured = tmp_path / "c.png"
    coloured.write_bytes(encode_picture(np.full((2, 2, 3), (51, 102, 204), np.uint8), ".png"))
    prediction = kept_prediction(of_part(ArchivedPicture(path=coloured, sha256="", heatmap_path=coloured)))
    assert prediction is not None
    np.testing.assert_allclose(prediction.maps, np.full((2, 2, 2), 0.2), rtol=1e-6)


def test_without_a_heatmap_or_a_prediction_there_is_nothing_to_draw(tmp_path: Path) -> None:
    absent = tmp_path / "absent.png"
    without = ArchivedPicture(path=absent, sha256="", heatmap_path=None)
    gone = ArchivedPicture(path=absent, sha256="", heatmap_path=absent)
    assert kept_prediction(of_part(None)) is None
    assert kept_prediction(of_part(without)) is None
    assert kept_prediction(of_part(gone)) is None
    assert kept_prediction(of_part(gone, Verdict.ERROR)) is None
