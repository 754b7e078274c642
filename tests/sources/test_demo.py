"""The demo line: the same seed gives the same frames, with the truth; and the shipped model judges it."""

from __future__ import annotations

import math
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from inspector.assembly import demo_recipe
from inspector.domain.errors import SourceError
from inspector.domain.part_code import CodeKinds
from inspector.domain.records import Frame, Origin
from inspector.domain.source_options import SourceOptions
from inspector.domain.trigger import make_trigger
from inspector.pictures.codes import read_codes
from inspector.sources.demo import DemoSource
from inspector.sources.demo_part import DEFECTS, SPRITE_PX, render_part
from inspector.sources.demo_scene import MIDDLE, DemoScene
from inspector.vision.backends import load_classifier
from inspector.vision.bundle import Bundle

ROOT = Path(__file__).resolve().parents[2]


def test_frames_depend_on_seed_and_number_alone() -> None:
    line, other = DemoScene(seed=5, defect_rate=0.2), DemoScene(seed=5, defect_rate=0.2)
    for number in (300, 10, 299):
        first, truth = line.render(number)
        assert first.shape == (1024, 1280, 3)
        if number == 299:
            again, same = other.render(number)
            np.testing.assert_array_equal(first, again)
            assert truth == same
    assert not np.array_equal(line.render(300)[0], DemoScene(seed=6, defect_rate=0.2).render(300)[0])


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_changes_the_part_inside_its_box_and_nowhere_far_from_it(defect: str) -> None:
    for seed in range(3):
        part = render_part(np.random.default_rng(seed), defect)
        assert part.defect_box is not None
        assert part.defect_mask.sum() > 60
        rows, columns = np.nonzero(part.defect_mask)
        box = part.defect_box
        assert (columns.min(), rows.min()) == (box.x, box.y)
        assert (columns.max() + 1, rows.max() + 1) == (box.x + box.width, box.y + box.height)


def test_the_defect_rate_is_kept() -> None:
    scene = DemoScene(seed=1, defect_rate=0.25)
    defects = [scene.plan(number).defect for number in range(1, 2001)]
    assert 0.22 < sum(defect is not None for defect in defects) / 2000 < 0.28
    assert set(defects) == {None, *DEFECTS}


def test_tags_say_which_part_it_is_and_lie_outside_of_what_is_judged() -> None:
    scene, plain = DemoScene(seed=5, defect_rate=0.2, tags=True), DemoScene(seed=5, defect_rate=0.2)
    read = 0
    for number in range(100, 300, 20):
        image, truth = scene.render(number)
        codes = read_codes(image, CodeKinds.DATA_MATRIX)
        whole = [part.part for part in truth if part.part_box.x > 0 and part.part_box.x + part.part_box.width < 1280]
        assert {f"F-{part:06}" for part in whole} <= set(codes)
        read += len(whole)
        np.testing.assert_array_equal(image[190:], plain.render(number)[0][190:])
    assert read > 10
    tops = [scene.plan(number).top_px + SPRITE_PX // 2 - 200 for number in range(1, 1001)]
    assert min(tops) >= 190  # where the demo recipe cuts the highest part out


def test_an_indexed_belt_rests_with_a_part_in_the_middle_until_it_is_asked_for() -> None:
    source = DemoSource(SourceOptions(indexed=True, as_fast_as_possible=True))
    source.open()

    def middle(frame: Frame | None) -> list[int]:
        assert frame is not None
        boxes = [(part.part, part.part_box) for part in frame.truth]
        return [part for part, box in boxes if MIDDLE.x <= box.x and box.x + box.width <= MIDDLE.x + MIDDLE.width]

    assert [middle(source.read(1.0)) for _ in range(3)] == [[1], [1], [1]]
    for part in (1, 2, 3):
        source.ask_for_picture(f"T{part}", math.inf)
    seen = {}
    for _ in range(200):
        frame = source.read(1.0)
        assert frame is not None
        if frame.origin.trigger_id:
            seen[frame.origin.trigger_id] = middle(frame)
    assert seen == {"T1": [1], "T2": [2], "T3": [3]}
    source.ask_for_picture("late", -math.inf)  # its part leaves all the same
    source.ask_for_picture("next", math.inf)
    frames = [source.read(1.0) for _ in range(100)]
    assert [middle(frame) for frame in frames if frame is not None and frame.origin.trigger_id] == [[5]]
    assert all(frame.origin.trigger_id in {"", "next"} for frame in frames if frame is not None)


def test_without_what_draws_codes_there_are_no_tags(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zxingcpp", None)
    with pytest.raises(SourceError, match=r"the demo line's parts get no tags.*Install the extra"):
        DemoSource(SourceOptions(tags=True)).open()


def test_as_fast_as_possible_no_frame_is_left_out() -> None:
    source = DemoSource(SourceOptions(as_fast_as_possible=True))
    source.open()
    frames = [source.read(1.0) for _ in range(5)]
    assert [frame.sequence for frame in frames if frame is not None] == [0, 1, 2, 3, 4]
    assert source.live is False
    source.close()


def test_paced_it_keeps_its_rate_and_skips_what_is_overdue() -> None:
    source = DemoSource(SourceOptions(fps=200))
    source.open()
    frames: list[Frame] = []
    while len(frames) < 10:
        frame = source.read(1.0)
        if frame is not None:
            frames.append(frame)
    source.close()
    spent = frames[-1].origin.captured_s - frames[0].origin.captured_s
    assert spent >= (frames[-1].sequence - frames[0].sequence - 1.5) / 200
    assert source.read(0.0) is None or source.live


def test_the_shipped_model_judges_unseen_parts() -> None:
    bundle = Bundle.load(ROOT / "models" / "demo")
    assert bundle.weights_path is None
    assert sum(path.stat().st_size for path in bundle.folder.rglob("*") if path.is_file()) < 30_000_000
    classifier = load_classifier(bundle)
    recipe = demo_recipe()
    trigger = make_trigger(recipe.trigger, None)
    scene = DemoScene(seed=77, defect_rate=0.4)
    wanted = 12
    verdicts: dict[int, tuple[bool, bool]] = {}
    for number in range((scene.plan(wanted).behind_px + 1000) // scene.speed_px):
        image, truth = scene.render(number)
        frame = Frame(
            image=image,
            sequence=number,
            time_s=number / 30,
            truth=truth,
            origin=Origin(captured_at=datetime.now(UTC), captured_s=0.0, source="demo:"),
        )
        for part in trigger.update(frame):
            assert part.region is not None
            x = part.region.centre[0]
            near = min(part.frame.truth, key=lambda drawn: abs(drawn.part_box.centre[0] - x))
            p = classifier.predict(part.pixels()).p_defective
            assert near.part not in verdicts
            verdicts[near.part] = (near.defect is not None, p >= classifier.thresholds.fail_at)
    classifier.close()
    assert set(range(1, wanted + 1)) <= set(verdicts)
    assert sum(truth for truth, _ in verdicts.values()) >= 3
    assert all(truth == said for truth, said in verdicts.values())
