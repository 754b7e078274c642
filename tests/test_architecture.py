"""The rules of the house that no linter knows: what may be imported where, and where colours and words live."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HEAVY = {"torch", "torchvision", "pytorch_grad_cam", "nncf", "sklearn"}
#: The modules of the station that are about torch; everything else there must import it lazily or not at all.
TORCH_MODULES = {
    "inspector/vision/network.py",
    "inspector/vision/locator.py",
    "inspector/vision/memory.py",
    "inspector/vision/pooling.py",
    "inspector/vision/export.py",
    "inspector/vision/torch_backend.py",
    "inspector/vision/torch_slots.py",
}


def _modules(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def _imported_at_module_level(tree: ast.Module) -> set[str]:
    """Top-level packages imported when the module is, TYPE_CHECKING blocks left out."""
    packages: set[str] = set()
    pending: list[ast.stmt] = list(tree.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Import):
            packages |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            packages.add(node.module.split(".")[0])
        elif isinstance(node, ast.If) and "TYPE_CHECKING" not in ast.unparse(node.test):
            pending += node.body + node.orelse
        elif isinstance(node, ast.Try):
            pending += node.body + node.orelse + node.finalbody
    return packages


def test_torch_is_imported_lazily_outside_its_own_modules() -> None:
    offenders = [
        path.relative_to(ROOT).as_posix()
        for path in _modules("inspector")
        if _imported_at_module_level(ast.parse(path.read_text(encoding="utf-8"))) & HEAVY
    ]
    assert set(offenders) <= TORCH_MODULES


@pytest.mark.parametrize(
    "module", ["inspector.app", "inspector.__main__", "inspector.assembly", "inspector.engine.engine"]
)
def test_the_windows_path_never_imports_torch(module: str) -> None:
    code = f"import sys, {module}; print(sorted({HEAVY!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("device", "platform", "order"),
    [("cuda", "win32", "torch PySide6"), ("auto", "win32", "torch PySide6"), ("cpu", "win32", "PySide6"),
     ("auto", "linux", "PySide6")],
)  # fmt: skip
def test_where_torch_will_judge_on_windows_it_is_loaded_before_qt(
    tmp_path: Path, device: str, platform: str, order: str
) -> None:
    """Windows refuses torch in a process that has loaded Qt (WinError 1114); elsewhere it may come when it is needed."""
    (tmp_path / "torch").mkdir()
    (tmp_path / "torch" / "__init__.py").write_text("", encoding="utf-8")  # what counts is when it is imported
    code = (
        "import sys\n"
        "from functools import partial\n"
        "from pathlib import Path\n"
        "from inspector.vision import backends\n"
        "backends._nvidia_driver_sees_gpu = lambda: True\n"
        f"backends.load_torch_before_qt = partial(backends.load_torch_before_qt, platform={platform!r})\n"
        "import inspector.app\n"
        "from inspector.paths import Home\n"
        "inspector.app._show = lambda *_: 0\n"
        f"home = Home(root=Path({str(tmp_path / 'home')!r}))\n"
        "from inspector.domain.devices import DeviceKind\n"
        "from inspector.overrides import Overrides\n"
        f"said = Overrides(device=DeviceKind({device!r}))\n"
        "inspector.app.main(inspector.app.AppOptions(home=home, overrides=said))\n"
        "print(*[name for name in sys.modules if name in ('torch', 'PySide6')])\n"
    )
    paths = os.pathsep.join([str(tmp_path), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=True,
        env={**os.environ, "PYTHONPATH": paths, "QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    assert done.stdout.strip() == order


def test_colours_are_named_in_the_palette_only() -> None:
    colour = re.compile(r"""["']#[0-9a-fA-F]{6,8}["']|QColor\(\s*\d""")
    offenders = [
        f"{path.relative_to(ROOT).as_posix()}:{number}"
        for path in _modules("inspector")
        if path.name != "palette.py"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if colour.search(line)
    ]
    assert offenders == []


def test_a_score_is_compared_with_a_threshold_in_the_policy_only() -> None:
    names = {"fail_at", "review_from", "threshold"}
    comparing = [
        f"{path.relative_to(ROOT).as_posix()}:{node.lineno}"
        for path in _modules("inspector", "trainer")
        if path.name not in {"policy.py", "thresholds.py"}  # the rule, and the range of the thresholds themselves
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Compare)
        and any(isinstance(operator, ast.Lt | ast.LtE | ast.Gt | ast.GtE) for operator in node.ops)
        and names & {ast.unparse(side).rpartition(".")[2] for side in (node.left, *node.comparators)}
    ]
    assert comparing == []


def test_no_module_is_longer_than_400_lines() -> None:
    lengths = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in _modules("inspector", "trainer", "tests")
    }
    assert {name: count for name, count in lengths.items() if count > 400} == {}


def test_a_widget_gets_its_colours_from_the_theme_and_not_once_for_all() -> None:
    """A style sheet of a widget keeps the colours of the palette in which it was written; see `set_tone`."""
    offenders = [
        f"{path.relative_to(ROOT).as_posix()}:{number}"
        for path in _modules("inspector/gui")
        if path.name != "theme.py"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if "setStyleSheet(" in line and "transparent" not in line
    ]
    assert offenders == []


def test_what_a_wheel_could_change_is_made_of_our_own_inputs() -> None:
    own = ROOT / "inspector" / "gui" / "widgets" / "inputs.py"
    turned = re.compile(
        r"\bQ(?:Font)?(?:ComboBox|SpinBox|DoubleSpinBox|Slider|Dial|\w*TimeEdit|DateEdit|TabBar|TabWidget)\("
    )
    offenders = [
        f"{path.relative_to(ROOT).as_posix()}:{number}"
        for path in _modules("inspector/gui")
        if path != own
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if turned.search(line)
    ]
    assert offenders == []


def test_tests_wait_for_events_and_never_sleep() -> None:
    sleeping = [
        path.relative_to(ROOT).as_posix()
        for path in _modules("tests")
        if any(
            isinstance(node, ast.Call) and ast.unparse(node.func) in {"time.sleep", "sleep", "qtbot.wait"}
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        )
    ]
    assert sleeping == []


def test_what_is_logged_is_heard_at_the_module_and_not_at_the_root() -> None:
    heard = [path.name for path in _modules("tests") if "cap" + "log" in path.read_text(encoding="utf-8")]
    assert heard == []  # other tests, and libraries, change the root's handlers


def test_tests_of_the_window_wait_until_it_was_told_how_the_line_is() -> None:
    asked = re.compile(r"(\w+)\.until\(lambda: (?!holds).*\bsession\.status\(\)")
    early = {(path.name, name) for path in _modules("tests/gui") for name in asked.findall(path.read_text("utf-8"))}
    assert early == {("test_first_start.py", "fresh")}  # `until_status` does: the line is ahead of the window


def _reaches_into_what_is_private(path: Path) -> bool:
    reaches = {
        ast.unparse(node)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr.startswith("_")
        and not node.attr.startswith("__")
        and ast.unparse(node.value) != "self"
    }
    return bool(reaches - {"os._exit"})


def test_tests_of_the_window_do_what_a_hand_does_and_look_at_what_is_shown() -> None:
    reaching = {
        path.relative_to(ROOT).as_posix()
        for path in [*_modules("tests/gui"), ROOT / "tests" / "screenshots.py"]
        if _reaches_into_what_is_private(path)
    }
    assert reaching == set()


def test_pages_ask_the_session_and_do_not_reach_into_its_workers() -> None:
    rooms = [f"inspector/gui/{room}" for room in ("live", "batch", "review", "operating_point", "training", "settings")]
    reaching = [
        f"{path.relative_to(ROOT).as_posix()}:{node.lineno}"
        for path in [*_modules(*rooms, "inspector/gui/first_start"), ROOT / "inspector" / "gui" / "window.py"]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr in {"work", "workers"}
        and ast.unparse(node.value).endswith("session")
    ]
    assert reaching == []


def test_every_package_in_pyproject_has_its_reason_in_the_architecture() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [
        *project["dependencies"],
        *(package for extra in project["optional-dependencies"].values() for package in extra),
    ]
    names = [re.split(r"[<>=\[;!~ ]", requirement)[0] for requirement in wanted]
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert [name for name in names if name != project["name"] and f"`{name}`" not in text] == []


def test_the_kinds_of_source_are_named_in_one_place() -> None:
    """What names a source is read and written by `SourceSpec`; nobody else looks at how a text begins."""
    named = re.compile(r"""["'](?:camera|video|folder|demo|rtsps?|rtmp):""")
    offenders = [
        f"{path.relative_to(ROOT).as_posix()}: {node.value}"
        for path in _modules("inspector")
        if path != ROOT / "inspector" / "domain" / "source.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and named.match(repr(node.value))
    ]
    assert offenders == []


#: Words that say nothing of an argument: alone, or with the argument's own name and type, they make no description.
_EMPTY_WORDS = frozenset(
    [
        "a",
        "all",
        "also",
        "an",
        "and",
        "are",
        "as",
        "asked",
        "at",
        "be",
        "by",
        "call",
        "each",
        "for",
        "from",
        "given",
        "here",
        "how",
        "in",
        "is",
        "it",
        "its",
        "kept",
        "likewise",
        "made",
        "name",
        "no",
        "none",
        "of",
        "on",
        "one",
        "or",
        "other",
        "same",
        "see",
        "shown",
        "some",
        "that",
        "the",
        "their",
        "there",
        "these",
        "this",
        "those",
        "to",
        "used",
        "value",
        "wanted",
        "what",
        "when",
        "where",
        "whether",
        "which",
        "who",
        "whom",
        "whose",
        "why",
        "with",
    ]
)


def _documented(path: Path) -> list[tuple[str, str, str, str]]:
    """Every described argument of a module: where, its name, its type as written, and the description."""
    rows = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        section = re.search(r"^Args:\n((?: {4}.*(?:\n|$)|\n(?= {4}))+)", ast.get_docstring(node) or "", re.MULTILINE)
        if section is None:
            continue
        given = [inner for inner in ast.walk(node) if isinstance(inner, ast.arg) and inner.annotation is not None]
        types = {
            argument.arg: ast.unparse(argument.annotation) for argument in given if argument.annotation is not None
        }
        if isinstance(node, ast.ClassDef):
            types |= {
                inner.target.id: ast.unparse(inner.annotation)
                for inner in node.body
                if isinstance(inner, ast.AnnAssign) and isinstance(inner.target, ast.Name)
            }
        place = f"{path.relative_to(ROOT).as_posix()}:{node.lineno}"
        for name, text in re.findall(r"^ {4}(\w+): ((?:.*)(?:\n {5,}.*)*)", section[1], re.MULTILINE):
            rows.append((place, name, types.get(name, ""), text))
    return rows


def _words(text: str) -> set[str]:
    """The words of a name, a type or a sentence, in the singular."""
    apart = re.sub(r"([a-z])([A-Z])", r"\1 \2", text).lower()
    return {word.removesuffix("s") for word in re.findall(r"[a-z]+", apart)}


def test_a_description_of_an_argument_says_something_or_is_left_out() -> None:
    empty = [
        f"{place} {name}: {text}"
        for path in _modules("inspector", "trainer")
        for place, name, kind, text in _documented(path)
        if not re.search(r"[0-9`\"“(<>≥≤=_]", text)
        and not _words(text) - _words(name) - _words(kind) - {word.removesuffix("s") for word in _EMPTY_WORDS}
    ]
    assert empty == []


def test_loop_variables_and_results_have_names_of_what_they_are() -> None:
    nameless = [
        f"{path.relative_to(ROOT).as_posix()}:{node.lineno} {name}"
        for path in _modules("inspector", "trainer")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Name | ast.arg)
        and not (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load))
        and (name := node.id if isinstance(node, ast.Name) else node.arg) in {"one", "found"}
    ]
    assert nameless == []


def test_every_class_has_a_name_of_its_own() -> None:
    places: dict[str, list[str]] = {}
    for path in _modules("inspector", "trainer"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name, []).append(path.relative_to(ROOT).as_posix())
    assert {name: files for name, files in places.items() if len(files) > 1} == {}


#: What only a command, or the program before its window, says; the words of folders are asked for in the window.
SAID_BY_COMMANDS = {
    "inspector/app.py",
    "inspector/assembly.py",
    "inspector/data_version.py",
    "inspector/outputs/lock.py",
    "trainer/cli.py",
    "trainer/commands.py",
    "trainer/options.py",
}


def test_errors_that_reach_the_window_name_no_options_of_the_command_line() -> None:
    offenders = []
    for path in _modules("inspector", "trainer"):
        name = path.relative_to(ROOT).as_posix()
        if name.startswith("inspector/cli/") or name in SAID_BY_COMMANDS:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not re.search(
                r"(Error|Fault|Finding|_finding)$", ast.unparse(node.func)
            ):
                continue
            texts = [str(part.value) for part in ast.walk(node) if isinstance(part, ast.Constant)]
            offenders += [f"{name}:{node.lineno}: {text}" for text in texts if re.search(r"(^|[ (])--[a-z]", text)]
    assert offenders == []
