"""Only the user may: data folder, training folder and the window's socket."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from inspector.cli import main
from inspector.gui.single import SingleWindow
from inspector.private import ForeignError, make_private, refuse_foreign
from trainer.protocol import Command, RunFolder, TrainRequest
from trainer.worker import work

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(autouse=True)
def open_hearted() -> object:
    """Run with the umask of a system that lets everybody read."""
    before = os.umask(0o002)
    yield
    os.umask(before)


def test_a_data_folder_of_an_earlier_version_is_tightened_at_the_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    for folder in (elsewhere, home, home / "recipes", home / "trainings"):
        folder.mkdir(mode=0o775)
    for name in ("settings.json", "results.sqlite3", "lot.json"):
        (home / name).write_text("{}" if name.endswith("json") else "")
    (home / "pictures").symlink_to(elsewhere)
    assert main(["recipe", "list", "--home", str(home)]) == 0
    assert {_mode(home), _mode(home / "recipes"), _mode(home / "trainings")} == {0o700}
    assert {_mode(home / name) for name in ("settings.json", "results.sqlite3", "lot.json")} == {0o600}
    assert _mode(elsewhere) == 0o775
    capsys.readouterr()


def test_a_folder_that_is_no_data_folder_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.txt").touch(mode=0o664)
    tmp_path.chmod(0o775)
    make_private(tmp_path)
    assert (_mode(tmp_path), _mode(tmp_path / "a.txt")) == (0o775, 0o664)


def test_what_tells_a_training_is_the_users_alone(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "trainings" / "1")
    folder.write_request(TrainRequest(data="pictures", out="model"))
    folder.tell(Command.PAUSE)
    assert _mode(folder.path) == 0o700
    assert (_mode(folder.request_file), _mode(folder.command_file)) == (0o600, 0o600)


@pytest.mark.parametrize("name", ["", "request.json", "command"])
def test_a_training_that_others_could_have_told_does_not_begin(tmp_path: Path, name: str) -> None:
    folder = RunFolder(tmp_path / "1")
    folder.write_request(TrainRequest(data="pictures", out="model"))
    folder.tell(Command.RUN)
    (folder.path / name).chmod(0o772 if not name else 0o662)
    with pytest.raises(ForeignError, match=r"others may write .*\(mode 772|662\)\. .*chmod go-w"):
        work(folder)
    assert not folder.reports_file.exists()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a file away")
def test_what_belongs_to_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "command").touch(mode=0o600)
    os.chown(tmp_path / "command", 12345, 12345)
    with pytest.raises(ForeignError, match="another user \\(number 12345\\)"):
        refuse_foreign(tmp_path / "command")


def test_nobody_else_can_speak_to_the_window(tmp_path: Path, qapp: object) -> None:
    single = SingleWindow(tmp_path)
    assert single.is_first()
    try:
        assert _mode(Path(single.address)) & 0o077 == 0
        assert Path(single.address).stat().st_uid == os.getuid()
    finally:
        single.release()
