"""``inspector msa`` from plan to report, with the station as an appraiser."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from inspector import assembly
from inspector.cli import main
from inspector.recipes.recipe import save_recipe
from tests.bundles import make_bundle
from tests.msa.studies import make_pictures
from tests.outputs.samples import inspection

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path) -> Path:
    make_bundle(tmp_path / "home" / "models" / "tiny")
    recipe = assembly.recipe_for("tiny", f"folder:{tmp_path}").model_copy(update={"name": "Lids"})
    save_recipe(recipe, tmp_path / "home" / "recipes")
    (tmp_path / "home" / "settings.json").write_text(json.dumps({"recipe": "Lids"}), encoding="utf-8")
    make_pictures(tmp_path / "labelled")
    return tmp_path / "home"


def call(home: Path, *arguments: str) -> int:
    return main(["msa", *arguments, "--home", str(home)])


def answers(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def new(home: Path, *more: str) -> int:
    folder = str(home.parent / "labelled")
    return call(home, "new", "Lids", "--folder", folder, "--appraiser", "Ada", "--repeats", "2", *more)


def test_from_plan_to_report(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert new(home, "--json") == 0
    (plan,) = answers(capsys)
    assert (plan["parts"], plan["defective"], plan["appraisers"]) == (7, 3, ["Ada", "Station"])
    assert call(home, "station", "Lids") == 0
    monkeypatch.setattr("sys.stdin", io.StringIO("g\n" * 5 + "what\np\n"))
    assert call(home, "judge", "Lids", "--appraiser", "Ada") == 0
    monkeypatch.setattr("sys.stdin", io.StringIO("good\n" * 9))
    assert call(home, "judge", "Lids", "--appraiser", "ada") == 0
    assert not list(home.glob("msa/Lids/shown*"))
    capsys.readouterr()
    assert call(home, "report", "Lids", "--json") == 0
    (result,) = answers(capsys)
    ada, station = result["appraisers"]
    assert (ada["miss_rate"]["value"], ada["miss_rate"]["grade"], ada["grade"]) == (1.0, "fail", "fail")
    assert (station["grade"], station["effectiveness"]["value"]) == ("pass", 1.0)
    assert station["kappa_reference"]["value"] == 1.0
    assert not result["station"]["live"]
    assert result["station"]["sigma"] == 0.0
    assert any("identical by design" in note for note in result["notes"])
    assert (home / "msa" / "Lids" / "report.html").exists()
    assert main(["log", "verify", str(home / "msa" / "Lids" / "judgements.csv"), "--home", str(home)]) == 0


def test_an_appraiser_is_told_neither_name_nor_number_of_a_part(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    new(home, "--no-station")
    capsys.readouterr()
    monkeypatch.setattr("sys.stdin", io.StringIO("g\nd\n"))
    call(home, "judge", "Lids", "--appraiser", "Ada", "--json")
    *trials, end = answers(capsys)
    assert {tuple(sorted(trial)) for trial in trials} == {("of", "picture", "trial")}
    assert {trial["picture"] for trial in trials} == {str(home / "msa" / "Lids" / "shown.png")}
    assert end == {"appraiser": "Ada", "done": 2, "total": 14}


def test_the_station_judges_parts_that_are_shown_to_the_line(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = str(home.parent / "labelled")
    assert call(home, "new", "Lids", "--folder", folder, "--repeats", "1") == 0
    log = assembly.open_log(home / "results.sqlite3")

    class Hand:
        """Shows the part that was asked for; the second one too late at first, the last one twice at first."""

        shown = 0

        def readline(self) -> str:
            self.shown += 1
            for _again in range({2: 0, 8: 2}.get(self.shown, 1)):
                log.append(inspection(self.shown, recipe="Lids"))
            return "\n"

    monkeypatch.setattr("sys.stdin", Hand())
    capsys.readouterr()
    assert call(home, "station", "Lids", "--live", "--json") == 0
    told = capsys.readouterr()
    assert json.loads(told.out.splitlines()[-1]) == {"appraiser": "Station", "done": 7, "total": 7}
    assert "no part was recorded since this one was asked for" in told.err
    assert "2 parts were recorded since this one was asked for" in told.err
    log.close()
    assert call(home, "report", "Lids", "--json") == 0
    (result,) = answers(capsys)
    assert result["station"]["live"]


def test_another_model_in_the_midst_of_a_study_is_refused(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new(home)
    from inspector.msa.sitting import AppraiserSitting, StationAnswer
    from inspector.msa.study import open_study

    study = open_study(home, "Lids")
    sitting = AppraiserSitting(home, study, "Station", "station")
    sitting.station_says(
        StationAnswer(verdict="PASS", p_defective=0.1, reason="", judge="model old (abc), FAIL from 0.5")
    )
    sitting.end()
    assert call(home, "station", "Lids") == 1
    assert "the station began this study with model old" in capsys.readouterr().err


def test_one_picture_is_judged_identically(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In short; without --times the command judges 10,000 times."""
    picture = str(home.parent / "labelled" / "scratch" / "0.png")
    assert call(home, "repeat", picture, "--times", "60", "--json") == 0
    (told,) = answers(capsys)
    assert (told["times"], told["identical"], told["scores"]) == (60, True, 1)
    assert told["verdicts"] == {"FAIL": 60}


def test_reviewed_parts_of_the_record_can_be_chosen(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(home, "new", "Lids", "--reviewed", "--appraiser", "Ada") == 1
    assert "result log" in capsys.readouterr().err
