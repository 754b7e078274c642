"""``.ci/again``: what failed by accident is named and passes, everything else fails."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_SCRIPT = Path(__file__).parents[1] / ".ci" / "again"
#: Fails the first time, and never again.
_ONCE = """
from pathlib import Path

def test_once():
    seen = Path(__file__).with_suffix(".seen")
    first = not seen.exists()
    seen.touch()
    assert not first

def test_good():
    pass
"""
_BAD = "def test_bad():\n    assert False\n"
_FOUR = "import pytest\n\n@pytest.mark.parametrize('n', range(4))\ndef test_bad(n):\n    assert False\n"


def again(folder: Path, text: str, ended: str | None) -> tuple[int, str]:
    """Run a test file, and then what failed of it; ``ended`` stands for the exit code of the first run."""
    (folder / "test_it.py").write_text(text)
    (folder / "pytest.ini").write_text("[pytest]\n")
    subprocess.run([sys.executable, "-m", "pytest", "-q"], cwd=folder, check=False, capture_output=True)
    if ended is not None:
        (folder / ".pytest_cache" / "ended").write_text(ended)
    bin_folder = Path(sys.executable).parent
    done = subprocess.run([_SCRIPT, bin_folder], cwd=folder, check=False, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def test_what_passes_alone_is_named_as_unstable(tmp_path: Path) -> None:
    code, said = again(tmp_path, _ONCE, "1")
    assert code == 0
    assert said.endswith("UNSTABLE: failed beside others, passed alone; mend:\ntest_it.py::test_once\n")


@pytest.mark.parametrize(
    ("text", "ended", "words"),
    [
        (_BAD, "1", "1 failed"),
        (_FOUR, "1", "4 tests to run once more"),
        (_ONCE, "2", "did not run to their end"),
        (_ONCE, None, "did not run to their end"),
        ("def test_good():\n    pass\n", "1", "0 tests to run once more"),
    ],
)
def test_everything_else_fails(tmp_path: Path, text: str, ended: str | None, words: str) -> None:
    code, said = again(tmp_path, text, ended)
    assert code != 0
    assert words in said
