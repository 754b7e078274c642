"""The scores that a bundle keeps of its pictures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from inspector.domain.errors import BundleError
from inspector.vision.scores import SCORES_FILE, PictureScore, ScorePart, read_scores, scores_csv

ONE = PictureScore(
    path="crack/a,b.png", label="defective", defect_type="crack", category="", part=ScorePart.VALIDATION,
    how="out of fold", p_defective=0.1 + 0.2, sha256="00",
)  # fmt: skip


def _write(folder: Path, data: bytes) -> None:
    (folder / SCORES_FILE).parent.mkdir(parents=True, exist_ok=True)
    (folder / SCORES_FILE).write_bytes(data)


def test_scores_come_back_with_every_digit(tmp_path: Path) -> None:
    rows = [
        ONE,
        replace(ONE, path="good/ä.png", label="good", part=ScorePart.TEST, p_defective=1e-12, strangeness=1 / 3),
    ]
    _write(tmp_path, scores_csv(rows))
    assert read_scores(tmp_path) == rows
    assert [one.defective for one in rows] == [True, False]


def test_scores_of_before_have_no_strangeness(tmp_path: Path) -> None:
    lines = scores_csv([ONE]).decode().splitlines()
    _write(tmp_path, "\n".join(line.rpartition(",")[0] for line in lines).encode())
    assert read_scores(tmp_path) == [ONE]


@pytest.mark.parametrize("wrong", ["nan", "inf", "-0.1", "much"])
def test_a_strangeness_that_is_none_is_refused_by_its_line(tmp_path: Path, wrong: str) -> None:
    _write(tmp_path, scores_csv([ONE, replace(ONE, strangeness=7.0)]).replace(b",7.0", b"," + wrong.encode()))
    with pytest.raises(BundleError, match="line 3 of the scores"):
        read_scores(tmp_path)


def test_a_bundle_without_scores_says_how_to_get_some(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"keeps no scores.*Train it again.*a batch of labelled folders"):
        read_scores(tmp_path)


@pytest.mark.parametrize("wrong", ["nan", "1.5", "-0.1", "", "much"])
def test_a_row_that_is_no_score_is_refused_by_its_line(tmp_path: Path, wrong: str) -> None:
    _write(tmp_path, scores_csv([ONE, ONE]).replace(b"0.30000000000000004", wrong.encode(), 1))
    with pytest.raises(BundleError, match="line 2 of the scores"):
        read_scores(tmp_path)


@pytest.mark.parametrize(
    ("old", "new"), [(b",defective,", b",bad,"), (b"validation", b"training"), (b"sha256", b"sha")]
)
def test_another_table_is_refused(tmp_path: Path, old: bytes, new: bytes) -> None:
    _write(tmp_path, scores_csv([ONE]).replace(old, new, 1))
    with pytest.raises(BundleError, match="cannot be used"):
        read_scores(tmp_path)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    _write(tmp_path, b"\xff\xfe")
    with pytest.raises(BundleError, match="cannot be read"):
        read_scores(tmp_path)
