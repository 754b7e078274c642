"""A stand-in for ``python -m trainer`` that does in no time what the real one does in minutes; run as a script.

What it does is named by the data set's folder: "crash" dies after two epochs (and goes on when it is resumed), "hold"
waits after the second for a command, "fail" fails; everything else runs to its end. Of "suspects" every label looks
wrong that nobody has judged. A machine that holds "gpus" has two of them. The budget that is asked for by default does not reach all of "scarce", of which a checkpoint is kept.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from trainer.evaluation import (  # noqa: E402
    ConfusionCounts,
    Evaluation,
    Growth,
    LabelAudit,
    ModelEvaluation,
    ReviewBandFigures,
    Suspect,
    Unseen,
)
from trainer.protocol import (  # noqa: E402 - run as a script, it has to find the packages first
    Command,
    DataContents,
    Epoch,
    Failed,
    Finding,
    Paused,
    Progress,
    Result,
    RunFolder,
    Started,
    TrainRequest,
)

#: How this program is run.
COMMAND = (sys.executable, str(Path(__file__).resolve()))
EPOCHS = 6
CONFUSION = ConfusionCounts(defective_found=7, defective_passed=0, good_rejected=1, good_passed=22)


def figures(**changes: Any) -> Evaluation:
    """Figures as `trainer.evaluate` gives them."""
    whole = Evaluation(
        threshold=0.47,
        pictures=30,
        confusion=CONFUSION,
        accuracy=29 / 30,
        precision=0.875,
        recall=1.0,
        f1=0.933,
        auroc=0.991,
        average_precision=0.98,
        escape_rate=0.0,
        escape_rate_95=(0.0, 0.354),
        overkill_rate=1 / 23,
        overkill_rate_95=(0.008, 0.21),
        ece=0.02,
        review=ReviewBandFigures(
            starts=None, pictures=0, fraction=0.0, good=0, defective=0, escape_rate=0.0, escape_rate_95=(0.0, 0.354)
        ),
        per_category={},
        per_defect_type={},
    )
    return whole.model_copy(update=changes)


class Run:
    """One training."""

    def __init__(self, path: str) -> None:
        self.folder = RunFolder(Path(path))
        self.request = self.folder.request()
        self.mode = Path(self.request.data).name
        self.scarce = self.mode == "scarce" and self.request.budget_s < 900

    def say(self, report: Any) -> None:
        with self.folder.reports_file.open("a", encoding="utf-8") as file:
            file.write(report.model_dump_json() + "\n")

    def epoch(self, number: int) -> None:
        self.say(
            Progress(
                stage=f"epoch {number} of {EPOCHS}, layer4", done=5, total=5, seconds_left=10.0 * (EPOCHS - number)
            )
        )
        self.say(
            Epoch(
                setting="layer4, 448 px",
                epoch=number,
                epochs=EPOCHS,
                training_loss=1.0 / number,
                validation_loss=1.1 / number,
                validation_f1=1.0 - 0.5 / number,
                threshold=0.47,
                confusion=CONFUSION,
                best=True,
            )
        )

    def wait_for(self, *commands: Command) -> Command:
        """Follow pause and go-on until one of the commands comes."""
        tick = threading.Event()
        paused = False
        while (command := self.folder.command()) not in commands:
            if (command is Command.PAUSE) is not paused:
                paused = not paused
                self.say(Paused(paused=paused))
            tick.wait(0.02)
        return command

    def finish(self) -> None:
        from tests.bundles import make_bundle

        bundle = make_bundle(Path(self.request.out), seed=self.request.seed)
        report = bundle / "report"
        report.mkdir()
        (report / "report.html").write_text("<h1>Report</h1>", encoding="utf-8")
        (report / "split.csv").write_text("path,part\n", encoding="utf-8")
        samples(report / "samples.png")
        scores = {"good/0.png": 0.1, "broken/0.png": 0.9}
        predictions = [
            {"name": name, "defect": name.split("/")[0], "category": "", "p_defective": p} for name, p in scores.items()
        ]
        metrics = json.dumps({"threshold": 0.47, "predictions": predictions})
        (report / "metrics.json").write_text(metrics, encoding="utf-8")
        self.say(
            Result(
                bundle=str(bundle),
                method="layer4",
                threshold=0.47,
                validation=figures(),
                test=figures(),
                split={"train": 200, "validation": 30, "test": 30},
                stages={"features": 1.0, "epochs": 2.0},
                seconds=3.0,
                growth=growth() if self.mode == "worse" else None,
                labels=suspects(self.request) if self.mode == "suspects" else None,
                untried=("layer4, 448 px, mix pooling",) if self.scarce else (),
                effort_for_all_s=900.0 if self.scarce else None,
                unseen=Unseen(good=23, effort_s=700.0) if self.scarce else None,
            )
        )

    def work(self) -> int:
        process = psutil.Process()
        self.say(Started(pid=process.pid, created=process.create_time(), time=time.time()))
        if self.mode == "fail":
            self.say(Failed(what="there is no good picture", next_step="Add some."))
            return 1
        self.say(data_contents())
        resumed = self.folder.checkpoints.is_dir()
        if self.scarce:
            self.folder.checkpoints.mkdir()
        for number in range(3 if resumed else 1, EPOCHS + 1):
            self.epoch(number)
            if number == 2 and self.mode == "crash":
                self.folder.checkpoints.mkdir()
                with self.folder.reports_file.open("a", encoding="utf-8") as file:
                    file.write('{"kind": "epo')
                print("MemoryError: 12 GB wanted", file=sys.stderr, flush=True)
                os._exit(9)
            if number == 2 and self.mode == "hold":
                if self.wait_for(Command.STOP, Command.CANCEL) is Command.CANCEL:
                    self.say(Failed(what="cancelled", next_step="", cancelled=True))
                    return 1
                break
        self.finish()
        return 0


def suspects(request: TrainRequest) -> LabelAudit:
    """Every picture whose label nobody has judged."""
    data = Path(request.data)
    judged: set[str] = set()
    if request.corrections:
        with Path(request.corrections).open(encoding="utf-8", newline="") as file:
            judged = {row["sha256"] for row in csv.DictReader(file) if row["judged"]}
    rows: list[Suspect] = []
    for path in sorted(data.rglob("*.png")):
        sha256, kind = hashlib.sha256(path.read_bytes()).hexdigest(), path.parent.name
        if sha256 in judged:
            continue
        evidence = f"labelled {kind}; 0.97 defective when it was not learnt from"
        rows.append(
            Suspect(
                rank=len(rows) + 1,
                name=path.relative_to(data).as_posix(),
                path=str(path),
                sha256=sha256,
                part="train",
                label=kind,
                wrong=True,
                against=0.97,
                p_defective=0.97,
                strangeness=2.0,
                evidence=evidence,
            )
        )
    return LabelAudit(pictures=30, wrong=len(rows), wrong_in_test=0, suspects=tuple(rows))


def growth() -> Growth:
    """A model that is worse than the one it goes on from."""
    return Growth(stages=(), worse="It is worse than before: of 9 defective parts 2 would pass, 0 with before.")


def data_contents() -> DataContents:
    """What every data set here holds."""
    return DataContents(
        layout="one folder per label",
        counts={"train": {"good": 150, "broken": 30}, "test": {"good": 23, "broken": 7}},
        masks=37,
    )


def samples(path: Path) -> None:
    """Draw a grid of pictures."""
    import cv2
    import numpy as np

    grid = np.full((260, 1040, 3), 40, np.uint8)
    for place in range(8):
        cv2.circle(grid, (65 + 130 * place, 65), 55, (150, 150, 150), -1)
        cv2.circle(grid, (65 + 130 * place, 195), 55, (90, 90, 200), -1)
    cv2.imwrite(str(path), grid)


def inspect_data(data: Path, options: list[str]) -> int:
    """Say what a data set holds; of “odd-words” two words are to be explained."""
    if data.name == "odd-words" and not {"--defective=monday", "--no-label=old stock"} <= set(options):
        fault = {"what": "it is not known …", "next_step": "--good …", "words": ["monday", "old stock"]}
        print(json.dumps({"error": fault}))
        return 1
    if data.name == "empty":
        print(json.dumps({"error": {"what": f"there is no picture in {data}", "next_step": "Choose another folder."}}))
        return 1
    pictures = sorted(str(path) for path in data.rglob("*.png"))
    kinds = {
        "good": [path for path in pictures if "good" in path],
        "broken": [path for path in pictures if "good" not in path],
    }
    findings = [
        Finding(
            severity="warning",
            code="near-duplicates",
            what="2 near duplicates across parts of the split",
            action="They are kept together",
            files=pictures[:2],
        )
    ]
    if data.name == "sixteen-bit":
        depth = [option for option in options if option == "--bit-depth" or option.isdigit()]
        findings.append(Finding(severity="error", code="bit-depth", what=f"Looked at with {depth}", action="Set it"))
    if data.name == "one-class":
        findings.append(
            Finding(severity="error", code="no-defects", what="There is no defective picture", action="Add some")
        )
    answer = {
        "found": data_contents().model_copy(update={"pictures": kinds}).model_dump(mode="json"),
        "findings": [one.model_dump(mode="json") for one in findings],
        "preview": pictures[:2],
        "devices": 2 if data.name == "gpus" else 1,
    }
    print(json.dumps(answer))
    return 0


def main(arguments: list[str]) -> int:
    """Run a command."""
    if arguments[0] == "worker":
        Path(arguments[1], "options.json").write_text(json.dumps(arguments[2:]), encoding="utf-8")
        return Run(arguments[1]).work()
    if arguments[0] == "inspect-data":
        return inspect_data(Path(arguments[1]), arguments[2:])
    if arguments[0] == "evaluate":
        worse = figures(f1=0.8, escape_rate=0.1, escape_rate_95=(0.02, 0.3), auroc=0.95, threshold=0.5)
        verdicts = {"good/0.png": 0.1, "broken/0.png": 0.2}
        answer = ModelEvaluation(
            **dict(worse), model=Path(arguments[1]).name, bundle=arguments[1], pointing={}, verdicts=verdicts
        )
        print(answer.model_dump_json())
        return 0
    print("what?", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
