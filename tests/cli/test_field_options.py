"""Options that are fields of a recipe: what is taken, what is refused, and what becomes of them."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from inspector.cli import main
from inspector.cli.field_options import add_source_options, given_source_options, source_options
from inspector.domain.errors import RecipeError
from inspector.domain.heatmap import HeatmapKind
from inspector.domain.source_options import CameraDriver, SourceOptions
from inspector.recipes.recipe import load_recipe
from inspector.sources import check
from inspector.sources.cameras import CameraInfo
from tests.bundles import make_bundle


def parsed(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_source_options(parser)
    return parser.parse_args(arguments)


def test_every_option_of_a_source_can_be_given() -> None:
    camera = parsed("--width-px", "640", "--height-px", "480", "--fps", "12.5", "--exposure", "-6", "--backend", "v4l2")
    assert source_options(camera, "camera:0", SourceOptions()) == SourceOptions(
        width_px=640, height_px=480, fps=12.5, exposure=-6.0, backend=CameraDriver.V4L2
    )
    folder = parsed("--no-recursive", "--no-existing", "--polling")
    assert source_options(folder, "folder:in", SourceOptions()) == SourceOptions(
        recursive=False, existing=False, polling=True
    )
    demo = parsed("--seed", "7", "--defect-rate", "0.5", "--as-fast-as-possible", "--fps", "60")
    assert source_options(demo, "demo:", SourceOptions()) == SourceOptions(
        seed=7, defect_rate=0.5, as_fast_as_possible=True, fps=60.0
    )


def test_what_is_not_given_stays() -> None:
    before = SourceOptions(width_px=640, seed=9, as_fast_as_possible=True)
    assert given_source_options(parsed()) == {}
    assert source_options(parsed(), "camera:0", before) is before
    assert source_options(parsed("--no-as-fast-as-possible"), "demo:", before) == SourceOptions(width_px=640, seed=9)


@pytest.mark.parametrize(
    ("arguments", "source", "says"),
    [
        (("--seed", "1"), "folder:/a", "--seed is an option of demo, and the source is folder:/a. Leave it out."),
        (("--fps", "1"), "video:/a.mp4", "--fps is an option of camera, genicam, aravis, basler and demo, and the source is video:/a.mp4."),
        (("--polling",), "rtsp://u:pw@cam/1", "--polling is an option of folder, and the source is rtsp://u:***@cam/1."),
    ],
)  # fmt: skip
def test_an_option_that_the_source_does_not_take_is_refused(arguments: tuple[str, ...], source: str, says: str) -> None:
    with pytest.raises(RecipeError) as caught:
        source_options(parsed(*arguments), source, SourceOptions())
    assert str(caught.value).startswith(says)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--width-px", "7"), "it must be between 16 and 20000, got 7"),
        (("--width-px", "wide"), "'wide' is not a whole number"),
        (("--seed", "-1"), "it must be at least 0, got -1"),
        (("--defect-rate", "1.5"), "it must be between 0 and 1, got 1.5"),
        (("--fps", "fast"), "'fast' is not a number"),
        (("--backend", "magic"), "invalid choice: 'magic'"),
    ],
)
def test_a_value_that_the_field_does_not_take_is_wrong_usage(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], says: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        parsed(*arguments)
    assert ended.value.code == 2
    assert says in capsys.readouterr().err


def test_the_help_says_whose_option_it_is_and_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parsed("--help")
    lines = " ".join(capsys.readouterr().out.split())
    for words in (
        "--width-px N camera, genicam, aravis, basler: width, pixels",
        "--recursive, --no-recursive folder: sub-folders too",
        "video, demo: do not pace; no frame is dropped",
        "--defect-rate X demo: fraction of defective parts, 0 to 1",
    ):
        assert words in lines


def test_a_new_recipe_has_the_options_that_were_given(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "list_cameras", lambda: [CameraInfo(source="camera:2", label="Front")])
    home = tmp_path / "home"
    make_bundle(home / "models" / "tiny")
    new = ["recipe", "new", "Cap", "--source", "camera:2", "--model", "tiny", "--home", str(home), "--json"]
    assert main([*new, "--seed", "3"]) == 1
    assert "--seed is an option of demo" in json.loads(capsys.readouterr().out)["error"]["what"]
    assert main([*new, "--exposure", "2.5", "--heatmap", "grad-cam"]) == 0
    recipe = load_recipe(Path(json.loads(capsys.readouterr().out)["path"]))
    assert (recipe.source_options, recipe.heatmap) == (SourceOptions(exposure=2.5), HeatmapKind.GRAD_CAM)
