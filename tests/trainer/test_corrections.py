"""Labels that people have judged: they hold instead of the data's, are said, kept, and used again."""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.bench.common import last
from trainer.cli import main
from trainer.corrections import as_judged, corrected, read_corrections
from trainer.dataset import Dataset, DatasetError, Sample
from trainer.examine import examine
from trainer.loop import train
from trainer.protocol import CORRECTION_COLUMNS, Finding, Result, TrainRequest


def dataset() -> Dataset:
    kinds = {"a": "good", "b": "good", "c": "crack", "d": "crack"}
    return Dataset("test", tuple(Sample(Path(n), n, kind, sha256=f"0{n}", mask=Path("m")) for n, kind in kinds.items()))


def written(folder: Path, *rows: str, head: str = "sha256,judged,judged_type,by,reason") -> str:
    file = folder / "judged.csv"
    file.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return str(file)


def test_what_people_say_holds_and_the_last_word_counts(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        "0a,good,,Ada,",
        "0A,defective,dent,Ada,seen under light",
        "0c,GOOD,,Ben,",
        "0d,defective,,Ben,",
        "0b,,,,",
    )
    said = corrected(dataset(), file)
    assert {sample.name: sample.defect for sample in said.dataset.samples} == {
        "a": "dent", "b": "good", "c": "good", "d": "crack",
    }  # fmt: skip
    assert [sample.name for sample in said.dataset.samples if sample.judged] == ["a", "c", "d"]
    assert [sample.mask for sample in said.dataset.samples] == [Path("m"), Path("m"), None, Path("m")]
    assert said.changed == ["a", "c"]
    (finding,) = said.findings()
    assert finding.what == f"2 labels were corrected by review, 1 was judged right: see {file}."
    assert (finding.severity, finding.files) == ("note", ["a", "c"])
    rows = list(csv.DictReader(said.dataset.corrections.splitlines()))
    assert tuple(rows[0]) == CORRECTION_COLUMNS
    assert (rows[0]["was"], rows[0]["judged"], rows[0]["judged_type"]) == ("good", "defective", "dent")
    assert (rows[0]["by"], rows[0]["reason"]) == ("Ada", "seen under light")


def test_what_a_bundle_keeps_says_the_same_again(tmp_path: Path) -> None:
    first = corrected(dataset(), written(tmp_path, "0a,defective,dent,Ada,'=1", "0c,good,,Ben,"))
    kept = tmp_path / "corrections.csv"
    kept.write_text(first.dataset.corrections, encoding="utf-8")
    assert as_judged(dataset(), kept) == first.dataset
    assert as_judged(dataset(), "") == dataset()


def test_corrections_of_other_pictures_are_a_warning(tmp_path: Path) -> None:
    file = written(tmp_path, "ff,good,,Ada,", "fe,good,,Ada,")
    said = corrected(dataset(), file)
    assert (said.dataset, said.elsewhere) == (dataset(), 2)
    (finding,) = said.findings()
    assert (finding.severity, finding.code) == ("warning", "corrections-elsewhere")
    assert finding.what == f"No label was corrected: of 2 pictures judged in {file} none is here."


def test_a_picture_that_is_gone_is_counted(tmp_path: Path) -> None:
    said = corrected(dataset(), written(tmp_path, "ff,good,,Ada,", "0c,good,,Ada,"))
    assert "1 label was corrected by review; 1 picture that was judged is not here: see" in said.findings()[0].what


@pytest.mark.parametrize(
    ("rows", "head", "words"),
    [
        (("0a,perhaps,,,",), "sha256,judged,judged_type,by,reason", "row 2: “perhaps” is neither good nor defective"),
        ((",good,,,",), "sha256,judged,judged_type,by,reason", "there is no sha256"),
        (("a,good",), "path,label", "lack the column sha256 or judged"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, rows: tuple[str, ...], head: str, words: str) -> None:
    with pytest.raises(DatasetError, match=words):
        read_corrections(Path(written(tmp_path, *rows, head=head)))


def test_no_file_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="missing.csv cannot be read"):
        read_corrections(tmp_path / "missing.csv")
    (tmp_path / "picture.csv").write_bytes(bytes(range(256)) * 8)
    with pytest.raises(DatasetError, match="picture.csv"):
        read_corrections(tmp_path / "picture.csv")


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("parts")
    rng = np.random.default_rng(0)
    for label in ("good", "stain"):
        (folder / label).mkdir()
        for number in range(12):
            image = rng.normal(110, 12, (72, 72))
            if (label == "stain") != (number == 7):
                image[:, 36:] += 90
            cv2.imwrite(str(folder / label / f"{number:02}.png"), image.clip(0, 255).astype(np.uint8))
    return folder


def test_a_training_uses_says_and_keeps_them(
    pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = list(train(TrainRequest(data=str(pictures), out=str(tmp_path / "plain"), method="baseline-svm")))[-1]
    assert isinstance(plain, Result)
    assert not (tmp_path / "plain" / "report" / "corrections.csv").exists()
    split = (tmp_path / "plain" / "report" / "split.csv").read_text().splitlines()
    hashes = {row["path"]: row["sha256"] for row in csv.DictReader(split)}
    file = written(tmp_path, f"{hashes['good/07.png']},defective,stain,Ada,", f"{hashes['stain/07.png']},good,,Ada,")
    asked = TrainRequest(data=str(pictures), out=str(tmp_path / "m"), method="baseline-svm", corrections=file)
    reports = list(train(asked))
    assert any(isinstance(one, Finding) and one.code == "corrected" and "2 labels" in one.what for one in reports)
    rows = list(csv.DictReader((tmp_path / "m" / "report" / "split.csv").read_text().splitlines()))
    labels = {row["path"]: row["label"] for row in rows}
    assert (labels["good/07.png"], labels["stain/07.png"]) == ("defective", "good")
    assert sorted(path.name for path in (pictures / "good").iterdir())[7] == "07.png"
    assert "2 labels were corrected by review" in (tmp_path / "m" / "report" / "report.html").read_text("utf-8")
    kept = tmp_path / "m" / "report" / "corrections.csv"
    assert {row["by"] for row in csv.DictReader(kept.read_text().splitlines())} == {"Ada"}
    capsys.readouterr()
    # whoever judges the split again judges it with these labels
    assert main(["evaluate", str(tmp_path / "m"), "--split", str(kept.with_name("split.csv")), "--part", "train"]) == 0
    assert "AUROC 1.0000" in capsys.readouterr().out


def test_the_auditor_says_them_too(pictures: Path, tmp_path: Path) -> None:
    asked = TrainRequest(data=str(pictures), out="unused", corrections=written(tmp_path, "ff,good,,Ada,"))
    _, findings, _ = last(examine(asked))
    assert "corrections-elsewhere" in {finding.code for finding in findings}
