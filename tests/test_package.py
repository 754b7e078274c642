"""What the packages leave out is not what the programs import."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from inspector.pictures import PICTURE_SUFFIXES
from tests.pictures.test_pictures import scene

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".ci" / "package"
_THE_SAME_UNDER_ANOTHER_NAME = {".dib", ".jfif", ".jpe", ".jpeg", ".pnm", ".tiff"}

# Hides from an interpreter what a package does not hold, and imports what the trainer imports in the course of a training.
_AS_PACKAGED = """
import importlib.machinery, sys
from fnmatch import fnmatch
sys.path.insert(0, sys.argv[1])
import contents
tops = {*contents.NEVER, *contents.WINDOW_ONLY}

class Packaged(importlib.machinery.PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        left_out = name.split(".")[0] in tops or contents.wanted_modules([(name, "", "")]) == []
        return None if left_out else super().find_spec(name, path, target)

sys.meta_path[:] = [Packaged if one is importlib.machinery.PathFinder else one for one in sys.meta_path]
from inspector.vision.torchvision_compat import import_torchvision
import_torchvision()
import trainer.commands, trainer.compare, trainer.fit, trainer.loop, trainer.methods, trainer.report, trainer.worker
import trainer.crew, trainer.launch, trainer.ranks
import nncf, pytorch_grad_cam, sklearn.calibration, sklearn.svm
from nncf.quantization.advanced_parameters import AdvancedQuantizationParameters
import inspector.vision.importer, inspector.vision.benchmark.contenders
print("all imported")
"""

# The same for the station: what its pages in the browser and its database of many stations import when they are used.
_STATION_AS_PACKAGED = (
    _AS_PACKAGED.partition("from inspector.vision")[0].replace("contents.WINDOW_ONLY", "contents.TRAINER_ONLY")
    + """
import jinja2, uvicorn.lifespan.on, uvicorn.loops.auto, uvicorn.protocols.http.auto
import inspector.web.app, inspector.web.server
import harvesters.core, genicam.genapi, genicam.gentl, inspector.sources.gentl
import inspector.fleet.pusher, inspector.fleet.schema, inspector.fleet.versions
import inspector.mqtt.publisher, paho.mqtt.client
import inspector.pictures.codes, zxingcpp
import inspector.line.modbus, inspector.line.opcua, inspector.line.opcua_link, inspector.line.s7, inspector.line.text
import inspector.line.opcua_client
jinja2.Environment().from_string("{% if x is defined %}{{ x }}{% endif %}").render(x=1)
print("all imported")
"""
)

# Decodes pictures with the codecs and modules alone that a station's package holds.
_DECODES = """
import importlib.machinery, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import contents
held = {*contents.CODECS, "imagecodecs.imagecodecs"}
tops = {*contents.NEVER, *contents.TRAINER_ONLY}

class Packaged(importlib.machinery.PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        left_out = name.startswith("imagecodecs.") and name not in held or name.split(".")[0] in tops
        left_out |= contents.wanted_files([(name.replace(".", "/") + ".so", "", "")], trainer=False) == []
        return None if left_out else super().find_spec(name, path, target)

if sys.argv[3:] == ["packaged"]:
    sys.meta_path[:] = [Packaged if one is importlib.machinery.PathFinder else one for one in sys.meta_path]
from hashlib import sha256
from inspector.domain.errors import PictureError
from inspector.pictures import find_pictures, read_picture
for path in find_pictures(Path(sys.argv[2])):
    try:
        image = read_picture(path)
        print(path.name, *image.shape, sha256(image.tobytes()).hexdigest())
    except PictureError as error:
        print(path.name, error)
"""


def _module(name: str) -> ModuleType:
    """Import a module of the packaging by its file."""
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def contents() -> ModuleType:
    return _module("contents")


def _decoded(folder: Path, *how: str) -> dict[str, str]:
    """Return what came of each picture, by its name: shape and hash, or the refusal."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _DECODES, str(FOLDER), str(folder), *how],
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return dict(line.split(" ", 1) for line in done.stdout.splitlines())


def test_a_package_decodes_every_kind_with_the_codecs_that_it_holds(tmp_path: Path) -> None:
    _module("pictures").make_kinds(tmp_path / "kinds", scene()[..., ::-1])
    packaged = _decoded(tmp_path / "kinds", "packaged")
    assert packaged == _decoded(tmp_path / "kinds")
    assert {Path(name).suffix for name in packaged} >= {*PICTURE_SUFFIXES} - _THE_SAME_UNDER_ANOTHER_NAME
    assert {name for name, said in packaged.items() if str(tmp_path) in said} == {
        path.name for path in (tmp_path / "kinds").iterdir() if path.name.startswith("refused-")
    }


@pytest.mark.slow
@pytest.mark.parametrize("program", [_AS_PACKAGED, _STATION_AS_PACKAGED], ids=["trainer", "station"])
def test_a_program_can_import_what_it_needs_without_what_is_left_out(program: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program, str(FOLDER)],
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    assert done.stdout.strip().splitlines()[-1:] == ["all imported"], done.stderr


def test_no_module_of_the_station_imports_what_its_program_lacks(contents: ModuleType) -> None:
    """Directly, wherever in the module; torch and its like stand in the modules that only the trainer's program runs.

    That Dask or pypylon is missing is said in a sentence, and tested.
    """
    elsewhere = {"torch", "torchvision", "pytorch_grad_cam", "onnxruntime", "dask", "distributed", "pypylon"}
    lacks = {*contents.NEVER, *contents.TRAINER_ONLY} - elsewhere
    offenders = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in sorted((ROOT / "inspector").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in _imports(node)
        if name in lacks
    ]
    assert offenders == []


def _imports(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [one.name.split(".")[0] for one in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module.split(".")[0]]
    return []


def test_no_part_of_qt_is_left_out_that_the_window_imports(contents: ModuleType) -> None:
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "inspector").rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    parts = {node.module for node in nodes if node.module and node.module.startswith("PySide6.")}
    assert {"PySide6.QtWidgets", "PySide6.QtSvg"} <= parts
    assert not parts & set(contents.QT_UNUSED)
    libraries = [f"PySide6/Qt/lib/libQt6{part.removeprefix('PySide6.Qt')}.so.6" for part in sorted(parts)]
    kept = contents.wanted_files([(name, "", "BINARY") for name in libraries], trainer=False)
    assert [place for place, _, _ in kept] == libraries


def test_files_and_libraries_that_are_used_are_kept(contents: ModuleType) -> None:
    kept = [
        "openvino/libs/libopenvino_intel_cpu_plugin.so", "PySide6/Qt/plugins/platforms/libqxcb.so", "torch/lib/libtorch_cpu.so",
        "torch/bin/torch_shm_manager", "torch/nn/functional.py", "resources/icons/inspector.png", "models/demo/graph.bin",
        "PySide6/Qt/translations/qtbase_de.qm", "resources/opcua/Opc.Ua.MachineVision.NodeSet2.xml", "resources/opcua/LICENSE.txt",
        "libxcb-cursor.so.0", "inspector/outputs/migrations/env.py", "torch/_inductor/config.py",
    ]  # fmt: skip
    dropped = [
        "torch/include/ATen/core/x.h", "torch/bin/protoc", "torch/nn/modules/loss.py", "libgtk-3.so.0", "torchvision/_C.so",
        "PySide6/Qt/translations/qtbase_fr.qm", "PySide6/Qt/translations/qt_de.qm", "openvino/libs/libopenvino_tensorflow_frontend.so.2641",
    ]  # fmt: skip
    found = contents.wanted_files([(name, "", "DATA") for name in kept + dropped], trainer=True)
    assert [place for place, _, _ in found] == kept
    exporting = "openvino/libs/libopenvino_pytorch_frontend.so.2641"
    assert contents.wanted_files([(exporting, "", "BINARY")], trainer=True)
    assert not contents.wanted_files([(exporting, "", "BINARY")], trainer=False)


@pytest.mark.skipif(sys.platform == "win32", reason="links are made of Linux packages alone")
@pytest.mark.parametrize("asked", ["OPENSSL_3.0.0", "OPENSSL_3.2.0"])
def test_postgresql_takes_pythons_openssl_where_that_has_what_it_asks_for(
    asked: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lighten = _module("lighten")
    place = tmp_path / "psycopg_binary.libs"
    place.mkdir()
    for path in ("libcrypto.so.3", "libssl.so.3"):
        (tmp_path / path).write_text("Python's")
    for path in ("libcrypto-3a0647ea.so.3", "libssl-6a9b88ec.so.3", "libpq-e9b5c9ac.so.5.18"):
        (place / path).write_text("its own")
    versions = {"def": {"OPENSSL_3.0.0", "OPENSSL_3.0.9"}, "need": {asked}}
    monkeypatch.setattr(lighten, "_versions", lambda _, kind: versions[kind])
    lighten._openssl(tmp_path)
    takes = "Python's" if asked in versions["def"] else "its own"
    assert (place / "libcrypto-3a0647ea.so.3").read_text() == takes
    assert (place / "libssl-6a9b88ec.so.3").read_text() == takes
    assert (place / "libpq-e9b5c9ac.so.5.18").read_text() == "its own"


def test_every_plug_in_that_openvino_needs_is_collected(contents: ModuleType) -> None:
    names = {Path(file).name.split(".")[0] for file, _ in contents.openvino_files(trainer=True)}
    assert any("intel_cpu_plugin" in name for name in names)
    assert any("ir_frontend" in name for name in names)
    assert any("pytorch_frontend" in name for name in names)
    assert any("tbb" in name for name in names)
    assert not any("gpu" in name for name in names)
    assert any("gpu" in path.name for path in contents.openvino_devices())


def test_the_style_sheet_names_files_in_quotes() -> None:
    """A package may lie in a folder with spaces; unquoted, the whole style sheet is then refused."""
    text = (ROOT / "inspector" / "gui" / "theme.py").read_text(encoding="utf-8")
    assert "url(" in text
    assert text.count("url(") == text.count('url("')
