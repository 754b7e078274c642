"""What comes in and goes out passes one place each: JSON is read, files are written and replaced there only."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_READS_JSON = {"load", "loads", "JSONDecoder"}
_VALIDATES_JSON = {"model_validate_json", "validate_json", "parse_raw", "from_json"}
#: Files that are written in place, and why no half of one is taken for the whole.
_IN_PLACE = {
    "inspector/files.py": "the one place",
    "inspector/batch/results.py": "rows are added; one that is cut short is cut off",
    "inspector/outputs/ahead.py": "a copy of a log that is set aside, before anything is changed",
    "inspector/outputs/salvage.py": "a copy that is mended, read, and removed",
    "inspector/outputs/lock.py": "a lock; who holds it is a note for people",
    "inspector/outputs/beside.py": "opened to bring it to the disk; nothing is written",
    "inspector/backup/restore.py": "in a folder that gets its name when it is whole",
    "inspector/runs/processes.py": "/proc",
    "inspector/runs/side_process.py": "what a process says, line by line",
    "inspector/runs/trainings.py": "a line that is cut short is cut off",
    "inspector/runs/work_folder.py": "what a process says, line by line",
    "inspector/vision/bundle.py": "in a folder that gets its name when it is whole",
    "inspector/vision/weights.py": "in a folder that gets its name when it is whole",
    "trainer/worker.py": "reports are added, line by line",
}
_WRITES = {"write_text", "write_bytes", "save_file", "write_table", "imwrite", "copyfile", "copy2", "savez"}


def _calls() -> list[tuple[str, ast.Call]]:
    return [
        (path.relative_to(ROOT).as_posix(), node)
        for room in ("inspector", "trainer")
        for path in sorted((ROOT / room).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    ]


def _name(call: ast.Call) -> tuple[str, bool]:
    """Return what is called, and whether as a method."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr, True
    return (call.func.id if isinstance(call.func, ast.Name) else ""), False


def _opens_for_writing(call: ast.Call) -> bool:
    name, is_method = _name(call)
    modes = call.args[0 if is_method else 1 :][:1] + [word.value for word in call.keywords if word.arg == "mode"]
    return name == "open" and any(
        isinstance(mode, ast.Constant) and isinstance(mode.value, str) and set(mode.value) & set("wax+")
        for mode in modes
    )


def test_json_is_read_by_the_guarded_reader_only() -> None:
    readers = [
        f"{path}:{call.lineno} {_name(call)[0]}"
        for path, call in _calls()
        if path != "inspector/json_file.py"
        and (
            _name(call)[0] in _VALIDATES_JSON
            or (
                _name(call)[0] in _READS_JSON
                and isinstance(call.func, ast.Attribute)
                and ast.unparse(call.func.value) == "json"
            )
        )
    ]
    assert readers == []


def test_files_are_written_by_the_one_atomic_write_only() -> None:
    written = {
        path: f"{path}:{call.lineno} {ast.unparse(call)[:60]}"
        for path, call in _calls()
        if _opens_for_writing(call) or (_name(call)[0] in _WRITES and (_name(call)[1] or _name(call)[0] == "save_file"))
    }
    assert [what for path, what in written.items() if path not in _IN_PLACE] == []
    assert sorted(_IN_PLACE) == sorted(written), "a reason that is no longer needed"


def test_openvinos_core_is_made_in_one_place_only() -> None:
    makers = [f"{path}:{call.lineno}" for path, call in _calls() if _name(call)[0] == "Core"]
    assert [maker.partition(":")[0] for maker in makers] == ["inspector/vision/openvino_core.py"]


def test_no_test_hides_a_module_of_python() -> None:
    """A script's own folder comes first where it looks for modules, as that of `tests/fake_trainer.py` does."""
    names = [path.stem for folder in (ROOT / "tests", ROOT / "tests" / "bench") for path in sorted(folder.iterdir())]
    assert [name for name in names if name in sys.stdlib_module_names] == []
