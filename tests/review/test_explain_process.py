"""A deep look as a process: its command, its reports as they come, its failures in words, and its end."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import psutil
import pytest

from inspector.review import explain_process
from inspector.review.explain_process import DeepLookError, ExplainProcess
from tests.waits import until
from trainer.explain_protocol import Explained
from trainer.protocol import Progress

if TYPE_CHECKING:
    from pathlib import Path


def everything(look: ExplainProcess) -> list[object]:
    """Ask until it is over."""
    reports: list[object] = []

    def over() -> bool:
        reports.extend(look.poll())
        return look.over

    try:
        until(over)
    finally:
        look.cancel()
    return reports


def fake(script: str) -> tuple[str, ...]:
    """A trainer that does as the script says."""
    return (sys.executable, "-c", script)


END = '{"kind":"explained","picture":"p","model":"m","model_sha256":"s","p_defective":0.5,"explained_class":"d"}'
EXPLAINED = Explained(picture="p", model="m", model_sha256="s", p_defective=0.5, explained_class="d")
STEPS = f"""
import pathlib, sys, threading
print('{{"kind":"progress","stage":"maps","done":1,"total":2,"seconds_left":null}}', flush=True)
sys.stdout.write('{{"kind":"progress","stage":"maps","do')
sys.stdout.flush()
while not pathlib.Path(sys.argv[5], "go").exists():
    threading.Event().wait(0.01)
print('ne":2,"total":2,"seconds_left":null}}', flush=True)
print('{END}')
"""


def test_reports_come_while_the_process_runs(tmp_path: Path) -> None:
    look = ExplainProcess(tmp_path / "m", tmp_path / "p.png", tmp_path, command=fake(STEPS))
    reports: list[object] = []

    def asked() -> list[object]:
        reports.extend(look.poll())
        return reports

    until(asked)
    assert reports == [Progress(stage="maps", done=1, total=2)]
    assert look.poll() == []  # half a line is none
    (tmp_path / "go").touch()
    assert everything(look) == [Progress(stage="maps", done=2, total=2), EXPLAINED]
    assert look.over
    assert look.poll() == []


@pytest.mark.parametrize(
    ("methods", "layers", "words"),
    [
        ((), (), []),
        (["closed-form", "grad-cam"], (), ["--methods", "closed-form", "grad-cam"]),
        ((), ["layer3"], ["--layers", "layer3"]),
        (["grad-cam"], ["layer3", "layer4"], ["--methods", "grad-cam", "--layers", "layer3", "layer4"]),
    ],
)
def test_the_trainer_is_asked_for_the_wanted_maps(
    tmp_path: Path, methods: list[str], layers: list[str], words: list[str]
) -> None:
    script = f"import pathlib, sys; pathlib.Path(sys.argv[5], 'asked').write_text(repr(sys.argv[1:])); print('{END}')"
    model, picture = tmp_path / "a model", tmp_path / "a picture.png"
    look = ExplainProcess(model, picture, tmp_path, methods=methods, layers=layers, command=fake(script))
    assert everything(look) == [EXPLAINED]
    asked = ["explain", str(model), str(picture), "--out", str(tmp_path), "--json", *words]
    assert (tmp_path / "asked").read_text() == repr(asked)


def test_without_a_command_it_is_this_program_s_own_trainer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explain_process, "trainer_command", lambda: fake(f"print('{END}')"))
    assert everything(ExplainProcess(tmp_path, tmp_path, tmp_path)) == [EXPLAINED]


def test_a_package_without_a_trainer_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explain_process, "has_trainer", lambda: False)
    with pytest.raises(DeepLookError) as caught:
        ExplainProcess(tmp_path, tmp_path, tmp_path)
    assert caught.value.what == "a deep look is the trainer's, and this package has none"
    assert caught.value.next_step == "Use the full package."
    assert everything(ExplainProcess(tmp_path, tmp_path, tmp_path, command=fake(f"print('{END}')"))) == [EXPLAINED]


LONG = "nonsense " * 20


@pytest.mark.parametrize(
    ("script", "what", "next_step"),
    [
        (
            """print('{"error": {"what": "there is no picture none.png", "next_step": "Look"}}')""",
            "there is no picture none.png",
            "Look",
        ),
        (
            "import sys; print('first\\nout of luck', file=sys.stderr); sys.exit(3)",
            "the deep look ended with code 3: out of luck",
            "Try again.",
        ),
        ("import sys; sys.exit(4)", "the deep look ended with code 4: it said nothing", "Try again."),
        (
            "import sys; sys.stderr.buffer.write(b'caf\\xe9'); sys.exit(5)",
            "the deep look ended with code 5: caf\N{REPLACEMENT CHARACTER}",
            "Try again.",
        ),
        (f"print({LONG!r})", f"the deep look answered with {LONG.encode()[:80]!r}", "Try again."),
    ],
)
def test_a_failure_is_told_in_the_trainer_s_words(tmp_path: Path, script: str, what: str, next_step: str) -> None:
    look = ExplainProcess(tmp_path, tmp_path, tmp_path, command=fake(script))
    with pytest.raises(DeepLookError) as caught:
        everything(look)
    assert (caught.value.what, caught.value.next_step) == (what, next_step)
    assert look.over
    assert look.poll() == []


def test_what_cannot_be_started_says_so(tmp_path: Path) -> None:
    with pytest.raises(DeepLookError, match="cannot be started") as caught:
        ExplainProcess(tmp_path, tmp_path, tmp_path, command=(str(tmp_path / "nothing"),))
    cause = caught.value.__cause__
    assert (caught.value.what, caught.value.next_step) == (cause.what, cause.next_step)  # type: ignore[union-attr]


def test_a_cancelled_look_leaves_no_process(tmp_path: Path) -> None:
    before = set(psutil.Process().children())
    look = ExplainProcess(tmp_path, tmp_path, tmp_path, command=fake("import threading; threading.Event().wait(60)"))
    (process,) = set(psutil.Process().children()) - before
    assert look.poll() == []
    look.cancel()
    look.cancel()
    assert look.over is True
    assert look.poll() == []
    assert not process.is_running()
