"""``python -m tests.bench.proof_story``: from an escape to a dossier, with the real programs on real pictures.

MVTec AD bottle (``--data``). Three models are trained: one that knows broken bottles alone, one that knows large breaks
alone, one that knows all. The first is in force. A contaminated bottle passes, is confirmed and locked; the second model
loses it and is refused. The guard is switched on; the third model runs as a shadow of the live parts, is promoted, and is rolled back by the blind audit,
as fainter contaminations come, which it passes: contaminated bottles, faded into a good one. Then station and people are
studied (MSA), the dossier is filled and printed, and its numbers are counted again in record and files.

Every step is a command of the station in a process of its own. It prints a line for each, and ends with 1 where one is
not as it should be. With ``--keep`` the data folder stays, to be looked at: ``inspector --home FOLDER/home``.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import hashlib
import json
import shutil
import subprocess
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.domain.statistics import clopper_pearson_upper
from inspector.domain.strangeness import DEFAULT_RATE
from inspector.dossier.criteria import EXAMPLE
from inspector.programs import station_command
from inspector.shadow.place import MOST_WAITING, ShadowPlace
from tests.bench.proof_station import (
    BROKEN,
    DIRT,
    GOOD_TRAINED,
    LARGE,
    RECIPE,
    TRAINED,
    Story,
    StoryError,
    pixels,
)

if TYPE_CHECKING:
    from collections.abc import Callable


_LIMIT = 5.0


def begin(story: Story) -> None:
    """Save the recipe with the first model, without the guard."""
    save(story, model="broken", guard_rate=0.0)


def save(story: Story, *, model: str, guard_rate: float) -> None:
    """Save the recipe."""
    recipe = {
        "format_version": 1,
        "name": RECIPE,
        "source": f"folder:{story.folder / 'line-1'}",
        "model": model,
        "guard_rate": guard_rate,
        "archive": {"keep": "all"},
        "failing": {"escapes_above": _LIMIT},
    }
    (story.folder / "line-1").mkdir(exist_ok=True)
    file = story.folder / "recipe.json"
    file.write_text(json.dumps(recipe), encoding="utf-8")
    story.call("recipe", "save", str(file), "--why", "as the story wants it")


def escape(story: Story) -> str:
    """Inspect; a contaminated bottle passes; it is confirmed and locked, with a broken one. Return its id."""
    spare = {"": [*story.good()[GOOD_TRAINED : GOOD_TRAINED + 6], *story.defective(DIRT)[TRAINED:]]}
    broken = story.defective(BROKEN)[TRAINED:11]
    folder = story.place("line-1", spare)
    for number, path in enumerate(broken):
        shutil.copy(path, folder / f"{90 + number}-{BROKEN}.png")
    rows = story.inspect(folder, "L1")
    dirt = {path.read_bytes() for path in story.defective(DIRT)}
    passed = [part for part, name, verdict in rows if verdict == "PASS" and (folder / name).read_bytes() in dirt]
    failed = [part for part, name, verdict in rows if verdict != "PASS" and BROKEN in name]
    story.holds(f"of {len(rows)} bottles {len(passed)} contaminated ones pass: the model has not learnt them", passed)
    story.holds(f"{len(failed)} of {len(broken)} broken bottles do not pass", failed)
    for part in passed:
        story.call("review", "judge", part, "defective", "--type", DIRT, "--queue", "failures")
    for part in failed:
        story.call("review", "judge", part, "defective", "--type", BROKEN, "--queue", "failures")
    said = story.ask("regression", "lock", "--recipe", RECIPE)
    recorded = story.ask_record("SELECT kind FROM regression_events WHERE event = 'locked'")
    kinds = sorted(kind for (kind,) in recorded)
    story.holds(
        f"{said['locked']} parts are locked by the record: {kinds.count('escape')} escapes, {kinds.count('defect')} defects",
        said["locked"] == len(recorded) == len(passed) + len(failed),
    )
    return passed[0]


def refuse(story: Story) -> None:
    """A candidate that loses an old escape is refused; the recipe stays as it is."""
    said = story.ask("model", "promote", "large", "--recipe", RECIPE, "--why", "a try", code=1)
    story.holds(f"refused: {said['error']['what']}", "loses" in said["error"]["what"])
    model = story.ask("recipe", "show", RECIPE)["model"]
    story.holds(f"the recipe keeps {model}", model == "broken")


def shadow(story: Story) -> None:
    """The guard is switched on, the better model sees the live parts, and is promoted."""
    save(story, model="broken", guard_rate=DEFAULT_RATE)
    story.call("shadow", "start", "all", "--recipe", RECIPE)
    parts = [*story.good()[30:36], *story.defective(DIRT)[TRAINED:], *story.defective(LARGE)[TRAINED:]]
    folder = story.folder / "line-2"
    folder.mkdir(exist_ok=True)
    line = [*station_command(), "run", "--headless", "--recipe", RECIPE, "--lot", "L2", "--source", f"folder:{folder}"]
    with subprocess.Popen(
        [*line, "--home", str(story.home)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            place, shadow_id = ShadowPlace(story.log), story.ask_record("SELECT shadow FROM shadow_events")[-1][0]
            inspected = "SELECT count(*) FROM inspections WHERE lot = 'L2'"
            for number, path in enumerate(parts, 1):
                shutil.copy(path, folder / f"{number:02}.png")
                story.wait(partial(story.counts, inspected, number))
                story.wait(lambda: len(place.waiting(shadow_id)) < MOST_WAITING // 2)
            story.wait(lambda: not place.waiting(shadow_id))
            story.wait(partial(story.counts, "SELECT count(*) FROM shadow_judgements", 1))
        finally:
            process.terminate()
            process.wait(60.0)
    dirt = {path.read_bytes() for path in story.defective(DIRT)} | {
        path.read_bytes() for path in story.defective(LARGE)
    }
    statement = (
        "SELECT s.inspection_id, i.source_path FROM shadow_judgements s JOIN inspections i ON i.id = s.inspection_id"
    )
    for part, path in story.ask_record(f"{statement} WHERE s.in_force_verdict <> s.verdict"):
        truth = "defective" if Path(path).read_bytes() in dirt else "good"
        story.call("review", "judge", part, truth, "--queue", "shadow")
    report = story.ask("shadow", "report")
    again = dict(story.ask_record("SELECT in_force_verdict || verdict, count(*) FROM shadow_judgements GROUP BY 1"))
    told = {row["in_force"] + row["verdict"] if "verdict" in row else row["in_force"] + row["candidate"]: row["parts"]
            for row in report["verdicts"]}  # fmt: skip
    story.holds(
        f"the shadow has judged {report['judged']} of {report['inspected']} live parts, {report['differing']} otherwise",
        report["judged"] and again == {pair: count for pair, count in told.items() if count},
    )
    right = report["mcnemar"]
    story.holds(
        f"of the judged differences the candidate is right on {right['only_candidate_right']}, the model in force on "
        f"{right['only_in_force_right']} (p = {right['p_value']:.3g})",
        right["only_candidate_right"] > right["only_in_force_right"],
    )
    said = story.ask("model", "promote", "all", "--recipe", RECIPE, "--why", "knows contaminations")
    story.holds(f"promoted: {said['regression']}", story.ask("recipe", "show", RECIPE)["model"] == "all")


def roll_back(story: Story) -> None:
    """Fainter contaminations pass; the blind audit finds them, and the model before comes back."""
    folder = story.faint(10)
    rows = story.inspect(folder, "L3")
    escaped = {part for part, name, verdict in rows if verdict == "PASS" and "faint" in name}
    story.holds(f"{len(escaped)} of 10 faint contaminations pass under the new model", len(escaped) >= 5)
    truths = {part: "defective" if "faint" in name else "good" for part, name, _ in rows}
    judged = 0
    entries = story.ask("review", "audit", "--lot", "L3", "--sample", "100")["entries"]
    for entry in entries:
        part = entry["inspection_id"]
        story.call("review", "judge", part, truths[part], "--queue", "audit", "--lot", "L3", "--sample", "100")
        judged += 1
        if "rolled back by itself" in story.told[-1]:
            break
    recipe = story.ask("recipe", "show", RECIPE)
    made = story.ask("model", "promotions", "--recipe", RECIPE)["promotions"]
    story.holds(
        f"after {judged} blind judgements the station rolls back to {recipe['model']} by itself: {made[-1]['why']}",
        (recipe["model"], made[-1]["who"], made[-1]["rollback"]) == ("broken", "station", True),
    )


def study(story: Story) -> dict[str, Any]:
    """Two people and the station judge the same bottles three times; one of the people overlooks small breaks."""
    parts = {"good": story.good()[40:50], BROKEN: story.defective(BROKEN)[:5], LARGE: story.defective(LARGE)[:5]}
    folder = story.place("study", parts)
    people = ("--appraiser", "Ada", "--appraiser", "Ben")
    story.call("msa", "new", "Bottles-1", "--folder", str(folder), *people, "--repeats", "3", "--recipe", RECIPE)
    bad = {pixels(path): path.parent.name for path in folder.rglob("*.png") if path.parent.name != "good"}
    for name in ("Ada", "Ben"):
        _judge(story, name, bad)
    story.call("msa", "station", "Bottles-1")
    result: dict[str, Any] = story.ask("msa", "report", "Bottles-1")
    with (story.home / "msa" / "Bottles-1" / "judgements.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    story.holds(
        f"the study has {len(rows)} judgements of {len(result['appraisers'])} appraisers: "
        + ", ".join(f"{own['name']} {own['grade']}" for own in result["appraisers"]),
        len(rows) == 20 * 3 * 3,
    )
    return result


def _judge(story: Story, name: str, bad: dict[str, str]) -> None:
    command = [*station_command(), "msa", "judge", "Bottles-1", "--appraiser", name, "--json"]
    with subprocess.Popen(
        [*command, "--home", str(story.home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for line in process.stdout:
            told = json.loads(line)
            if "picture" not in told:
                continue
            kind = bad.get(pixels(Path(told["picture"])), "")
            overlooked = name == "Ben" and kind == BROKEN and told["trial"] % 2
            process.stdin.write("d\n" if kind and not overlooked else "g\n")
            process.stdin.flush()


def dossier(story: Story) -> None:
    """Lock criteria, fill and print the dossier, and count its numbers again."""
    criteria = EXAMPLE.model_dump() | {
        "title": "Validation of the inspection of bottles",
        "intended_use": "Sorts out broken bottles before filling.",
        "most_escapes": 0.2,
        "most_overkill": 0.2,
        "left_out_passes": None,
        "msa_study": "Bottles-1",
    }
    file = story.folder / "criteria.json"
    file.write_text(json.dumps(criteria), encoding="utf-8")
    story.call("dossier", "begin", "Bottles 2026", "--criteria", str(file), "--recipe", RECIPE)
    parts = {
        "good": story.good()[36:],
        BROKEN: story.defective(BROKEN)[TRAINED:],
        LARGE: story.defective(LARGE)[TRAINED:],
    }
    test = story.place("test", parts)
    answer = story.call("dossier", "run", "Bottles 2026", "--test", str(test), "--json", code=3)
    result = json.loads(answer)
    for line in result["lines"]:
        print(f"       {line['stage']:12} {line['shown']:9} {line['name']}: {line['said']}", flush=True)
    story.holds(f"the dossier is filled: {result['conclusion']}", Path(result["pdf"]).stat().st_size > 10_000)
    _count_again(story, test, {line["name"]: line["said"] for line in result["lines"]})


def _count_again(story: Story, test: Path, said: dict[str, str]) -> None:
    """Find the dossier's numbers again: by the command under its table, by hashes of files, by the record itself."""
    out = story.folder / "batch"
    story.call("batch", str(test), "--recipe", RECIPE, "--recursive", "--out", str(out))
    with (out / "results.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [(Path(row["path"]).parts[0], row["verdict"]) for row in csv.DictReader(file)]
    defective = [verdict for kind, verdict in rows if kind != "good"]
    good = [verdict for kind, verdict in rows if kind == "good"]
    for name, wrong, of in (
        ("Escapes", sum(verdict in {"PASS", "ERROR"} for verdict in defective), len(defective)),
        ("Overkill", sum(verdict != "PASS" for verdict in good), len(good)),
    ):
        bound = f"{wrong} of {of}; the bound is {100 * clopper_pearson_upper(wrong, of):.2f} %"
        story.holds(f"{name.lower()}, counted again by inspector batch: {bound}", said[name].startswith(bound))
    locked = story.ask("regression", "list", "--recipe", RECIPE)["parts"]
    rows_locked = story.ask_record("SELECT count(DISTINCT inspection_id) FROM regression_events")[0][0]
    story.holds(
        f"regression set: {said['Regression set']} The record has {rows_locked}",
        f"{rows_locked} locked part" in said["Regression set"] and len(locked) == rows_locked,
    )
    with (story.home / "dossiers" / "Bottles 2026" / "test.csv").open(encoding="utf-8", newline="") as file:
        listed = {row["sha256"] for row in csv.DictReader(file)}
    here = {hashlib.sha256(path.read_bytes()).hexdigest() for path in test.rglob("*.png")}
    story.holds(f"test.csv names the {len(here)} pictures by the hashes that they have", listed == here)
    story.call("report", "--lot", "L1", "--out", str(story.folder / "reports"))
    figures = json.loads(next((story.folder / "reports").rglob("report.json")).read_text(encoding="utf-8"))
    again = dict(story.ask_record("SELECT verdict, count(*) FROM inspections WHERE lot = 'L1' GROUP BY verdict"))
    told = {name: share["count"] for name, share in figures["verdicts"].items() if share["count"]}
    story.holds(f"the report of the lot has the record's counts: {told}", told == again)
    entries = story.ask_record("SELECT count(*) FROM chain")[0][0]
    story.holds(f"the chain's {figures['chain']['entries']} rows hold, {entries} now", figures["chain"]["whole"])


_STEPS: dict[str, Callable[[Story], object]] = {
    "begin": begin,
    "escape": escape,
    "refuse": refuse,
    "shadow": shadow,
    "roll-back": roll_back,
    "study": study,
    "dossier": dossier,
}


def main() -> int:
    """Tell the story."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="MVTec AD bottle: train/good, test/…")
    parser.add_argument("--weights", default="", help="backbone weights (default: torchvision's)")
    parser.add_argument("--step", choices=list(_STEPS), help="go on from here in a folder that was kept")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="work there, and leave it; models there are taken")
    arguments = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = arguments.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        story = Story(folder=folder.absolute(), data=arguments.data)
        try:
            story.train(arguments.weights)
            names = list(_STEPS)
            for name in names[names.index(arguments.step) if arguments.step else 0 :]:
                _STEPS[name](story)
        except StoryError as error:
            print(f"the story ends here: {error}")
            return 1
    print("The whole story holds.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
