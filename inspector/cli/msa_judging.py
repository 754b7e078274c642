"""``inspector msa judge`` and ``inspector msa station``: the appraisers of a study at work."""

from __future__ import annotations

import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

from inspector.cli.common import (
    EXIT_OK,
    add_json,
    add_places,
    emit,
    home_of,
    one_line,
    say,
    settings_in_force,
    text_argument,
)
from inspector.cli.sign_in import named, needs
from inspector.domain.counts import counted
from inspector.domain.text import PERSON
from inspector.people.roles import Permission

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Generator
    from pathlib import Path

    from inspector.msa.plan import StudyPart
    from inspector.msa.sitting import AppraiserSitting, BlindTrial, StationAnswer
    from inspector.msa.study import Study

_ANSWERS = {"g": False, "good": False, "d": True, "defective": True}
_PAUSE = frozenset({"p", "pause", "q", ""})


def add_commands(group: argparse._SubParsersAction[Any]) -> None:
    """Add ``judge`` and ``station`` to ``msa``."""
    judge = group.add_parser(
        "judge",
        help="judge the parts of a study, blind",
        description="For each part its picture is written into one file, whose path is told; “g”, “d” or “p” (pause) "
        "is read from stdin. With --json a JSON object tells of each part. The window shows the pictures itself.",
    )
    judge.add_argument("study", help="its name")
    judge.add_argument("--appraiser", type=text_argument(PERSON), default="", help="who judges (default: the user)")
    needs(judge, Permission.REVIEW)
    judge.set_defaults(command=judge_parts)
    station = group.add_parser(
        "station",
        help="have the station judge, by the model and thresholds in force",
        description="From the study's pictures, whose repeats are identical by design; or with --live from the parts "
        "themselves: each is named, shown to the running line, and Enter takes what was recorded.",
    )
    station.add_argument("study", help="its name")
    station.add_argument("--live", action="store_true", help="the parts are shown to the running line")
    needs(station, Permission.STUDY)
    station.set_defaults(command=station_judges)
    for parser in (judge, station):
        add_places(parser, log=True)
        add_json(parser, "one JSON object for each part, and one at the end")


def judge_parts(parsed: argparse.Namespace) -> int:
    """Judge."""
    from inspector.msa.sitting import AppraiserSitting
    from inspector.msa.study import open_study

    root = home_of(parsed).root
    study = open_study(root, parsed.study)
    name = named(parsed.actor, parsed.appraiser, "--appraiser")
    sitting = AppraiserSitting(root, study, _person(study, name), parsed.actor.known_by.value)
    shown: Path | None = None
    try:
        while (trial := sitting.trial()) is not None:
            if shown is not None and shown.suffix != trial.suffix:
                shown.unlink(missing_ok=True)
            shown = _show(parsed, study, trial)
            begun_s = time.monotonic()
            answer = _asked()
            if answer is None:
                break
            sitting.say(defective=answer, took_s=time.monotonic() - begun_s)
    finally:
        sitting.end()
        if shown is not None:
            shown.unlink(missing_ok=True)
    return _tell_progress(parsed, sitting)


def station_judges(parsed: argparse.Namespace) -> int:
    """Have the station judge."""
    from inspector.msa.plan import STATION
    from inspector.msa.sitting import AppraiserSitting
    from inspector.msa.sitting import station_judges as judged
    from inspector.msa.study import open_study

    root = home_of(parsed).root
    study = open_study(root, parsed.study)
    sitting = AppraiserSitting(root, study, STATION, "station")
    try:
        with closing(_judging(parsed, study, sitting)) as judge:
            for done in judged(sitting, next(judge)):
                if not parsed.live and done % len(study.plan.parts) == 0:
                    say(f"{done} of {sitting.total} judged")
    except EOFError:
        say("paused")
    finally:
        sitting.end()
    return _tell_progress(parsed, sitting)


# --- inside -----------------------------------------------------------------------------------------------------------


def _person(study: Study, name: str) -> str:
    """Return a person's name; the station judges by another command."""
    from inspector.msa.plan import STATION
    from inspector.msa.study import StudyError

    if study.plan.appraiser(name) == STATION:
        raise StudyError("the station does not judge by hand", f"See inspector msa station {study.plan.name}.")
    return name


def _show(parsed: argparse.Namespace, study: Study, trial: BlindTrial) -> Path:
    """Write the picture into a file whose name tells nothing."""
    from inspector.files import write_bytes

    path = study.folder / f"shown{trial.suffix}"
    write_bytes(path, trial.content)
    if parsed.json:
        emit({"trial": trial.place, "of": trial.total, "picture": str(path)})
    else:
        print(f"{trial.place} of {trial.total}: {path}  good (g), defective (d) or pause (p)?", flush=True)
    return path


def _asked() -> bool | None:
    """Return what is said of a part; None to pause."""
    for line in sys.stdin:
        word = line.strip().casefold()
        if word in _ANSWERS:
            return _ANSWERS[word]
        if word in _PAUSE:
            return None
        say("g is good, d is defective, p pauses")
    return None


def _judging(
    parsed: argparse.Namespace, study: Study, sitting: AppraiserSitting
) -> Generator[Callable[[bytes, StudyPart], StationAnswer]]:
    """Yield what judges a part of the study; what it holds is released when it is closed."""
    from inspector import assembly
    from inspector.msa.station import answer_of
    from inspector.trial import TrialJudge

    home = home_of(parsed)
    settings = settings_in_force(parsed)
    if parsed.live:
        yield lambda _, part: _shown_to_line(parsed, study, sitting, part)
        return
    recipe = assembly.find_recipe(study.plan.recipe, home)
    judge = TrialJudge(home, lambda: settings)
    try:
        yield lambda content, part: answer_of(judge.judge_content(content, part.file, recipe))
    finally:
        judge.close()


def _shown_to_line(
    parsed: argparse.Namespace, study: Study, sitting: AppraiserSitting, part: StudyPart
) -> StationAnswer:
    """Ask for a part to be shown to the running line, and take what it recorded of it.

    Raises:
        EOFError: Where nobody answers any more: it pauses.
    """
    from inspector import assembly
    from inspector.msa.station import shown_answer
    from inspector.msa.study import StudyError
    from inspector.outputs.base import LogQuery

    log = assembly.open_log(assembly.places(home_of(parsed), settings_in_force(parsed)).log, read_only=True)
    try:
        while True:
            newest = log.recent(LogQuery(), 1)
            after = log.sequence_of(newest[0].id) if newest else 0
            if parsed.json:
                told = {"trial": sitting.done + 1, "of": sitting.total, "part": part.number, "origin": part.origin}
                emit(told)
            else:
                print(
                    f"{sitting.done + 1} of {sitting.total}: show part {part.number} ({one_line(part.origin)}), Enter:"
                )
                sys.stdout.flush()
            if not sys.stdin.readline():
                raise EOFError
            try:
                return shown_answer(list(log.rows(LogQuery(after=after))), study.plan.recipe)
            except StudyError as error:
                say(str(error))
    finally:
        log.close()


def _tell_progress(parsed: argparse.Namespace, sitting: AppraiserSitting) -> int:
    if sitting.lost:
        say(f"{counted(len(sitting.lost), 'part')} left out, as the picture is gone: {sorted(sitting.lost)}")
    if parsed.json:
        emit({"appraiser": sitting.appraiser, "done": sitting.done, "total": sitting.total})
    else:
        print(f"{one_line(sitting.appraiser)}: {sitting.done} of {sitting.total}")
    return EXIT_OK
