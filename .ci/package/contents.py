"""What goes into a package and what stays out; used by build_spec.spec."""

# ruff: noqa: SIM905 - long lists read better as text

from __future__ import annotations

import importlib.util
import sys
from fnmatch import fnmatch
from pathlib import Path

#: OpenVINO opens these by name at run time, so that no analysis finds them; without the first it has no device.
_OPENVINO = ("intel_cpu_plugin", "ir_frontend")
_OPENVINO_TRAINER = ("pytorch_frontend",)
#: 52 MB that few stations use: an archive of their own, to be unpacked over the package.
_OPENVINO_DEVICES = ("intel_gpu_plugin", "intel_npu_plugin")

#: Of no use in a package, wherever they are imported. pyarrow: 80 MB for manifests in Parquet; CSV does as well.
#: aiobotocore and what it needs: 70 MB for object stores, which a packaged program does not read.
#: Dask: workers need the same Python as whoever sends them work, and get the program by pip.
NEVER = """
    IPython PyInstaller _pytest _tkinter aiobotocore aiohttp boto3 botocore
    black dask distributed ensurepip grimp hypothesis idlelib importlinter lib2to3 moto mypy mypyc
    numba onnx onnxruntime openvino_telemetry pandas pip pkg_resources py_spy pyarrow pydoc_data pygments pypylon pytest
    readline ruff s3fs setuptools tests tkinter turtledemo
""".split()
#: What only the trainer needs.
TRAINER_ONLY = """
    fontTools joblib matplotlib mpmath narwhals networkx nncf pytorch_grad_cam scipy sklearn sympy torch
    torchvision ttach
""".split()
#: Codecs of TIFF and JPEG 2000, which imagecodecs opens by name, with what they import of it; its others stay out.
CODECS = [
    f"imagecodecs.{name}" for name in "_imagecodecs _shared _shared_cython _imcd _zlib _deflate _jpeg8 _jpeg2k".split()
]
#: What psycopg and SQLAlchemy import by name.
POSTGRESQL = [
    "psycopg_binary",
    "psycopg_binary._psycopg",
    "psycopg_binary.pq",
    "sqlalchemy.dialects.postgresql.psycopg",
]
#: What only the window and the line need.
WINDOW_ONLY = """
    PySide6 aiosqlite alembic asyncua keyring mako paho psycopg psycopg_binary pymodbus pyqtgraph serial shiboken6
    snap7 sqlalchemy wait_for2 zxingcpp
""".split()
#: Parts of Qt that the window does not use.
QT_UNUSED = [
    f"PySide6.Qt{name}"
    for name in [
        "Concurrent",
        "DBus",
        "Designer",
        "Help",
        "OpenGL",
        "OpenGLWidgets",
        "PrintSupport",
        "Qml",
        "Quick",
        "QuickControls2",
        "QuickTest",
        "QuickWidgets",
        "Sql",
        "SvgWidgets",
        "Test",
        "UiTools",
        "Xml",
    ]
]

#: Modules that hooks collect as a whole, and that no command of the trainer imports.
_UNUSED_MODULES = """
    *.tests *.tests.* alembic.testing* fsspec.implementations.* matplotlib.backends.backend_[!a]*
    matplotlib.backends.qt* narwhals._dask* narwhals._duckdb* narwhals._ibis* narwhals._polars*
    narwhals._spark_like* nncf.onnx* openvino.frontend.jax* openvino.frontend.tensorflow* pydantic.v1*
    scipy.cluster* scipy.conftest scipy.io* scipy.signal* sklearn.cluster*
    sklearn.gaussian_process* sklearn.manifold* sklearn.mixture* sklearn.neural_network* sympy.physics*
    sympy.testing* sympy.vector* torch._inductor.codegen.* torch._inductor.fx_passes.* torch._inductor.kernel.*
    torch.distributed.elastic* torch.distributed.launcher* torch.distributed.pipelining*
    torch.testing._internal.opinfo* torch.testing._internal.generated* torch.testing._internal.codegen*
    torch.testing._internal.optests* torch.testing._internal.common_[!d]* torch.testing._internal.distributed.[!f]*
    torch.testing._internal.j* torch.utils.benchmark* torch.utils.tensorboard*
""".split()
#: Not tests, whatever it is called: what templates may ask of a value.
_USED_MODULES = {"jinja2.tests"}
#: Files that hooks collect, and that nothing opens.
_UNUSED_FILES = """
    PySide6/Qt/translations/[!q]* PySide6/Qt/translations/qt[!b]* PySide6/Qt/translations/qtbase_[!dz]*
    PySide6/Qt/translations/qtbase_d[!e]* PySide6/Qt/translations/qtbase_zh_TW*
    PySide6/Qt/plugins/egldeviceintegrations/* PySide6/Qt/plugins/iconengines/*
    PySide6/Qt/plugins/generic/*
    PySide6/Qt/plugins/imageformats/* PySide6/Qt/plugins/networkinformation/*
    PySide6/Qt/plugins/platforminputcontexts/* PySide6/Qt/plugins/platformthemes/* PySide6/Qt/plugins/tls/*
    PySide6/Qt/plugins/platforms/*eglfs* PySide6/Qt/plugins/platforms/*linuxfb*
    PySide6/Qt/plugins/platforms/*minimal* PySide6/Qt/plugins/platforms/*vkkhr* PySide6/Qt/plugins/platforms/*vnc*
    PySide6/Qt/plugins/platforms/*wayland*
    PySide6/Qt/plugins/wayland-* *libQt6Wl* *libQt6Wayland* *libwayland-*
    PySide6/opengl32sw.dll *libQt6EglF* *libQt6OpenGL* *libQt6SvgW* pyqtgraph/icons/* cv2/data/*
    matplotlib/mpl-data/images/* matplotlib/mpl-data/sample_data/* matplotlib/mpl-data/stylelib/*
    matplotlib/mpl-data/fonts/afm/* matplotlib/mpl-data/fonts/pdfcorefonts/*
    matplotlib/mpl-data/fonts/ttf/DejaVuSans-*Obl* matplotlib/mpl-data/fonts/ttf/DejaVuSansMono*
    matplotlib/mpl-data/fonts/ttf/DejaVuSerif* matplotlib/mpl-data/fonts/ttf/STIX* matplotlib/mpl-data/fonts/ttf/cm*
    *openvino_jax_frontend* *openvino_tensorflow*frontend* openvino/frontend/jax/* openvino/frontend/tensorflow/*
    */tbb.pc PIL/_avif* PIL/_webp* PIL/_imagingft* PIL/_imagingcms* PIL/_imagingtk* PIL/_imagingmath*
    pillow.libs/libavif* pillow.libs/libfreetype* pillow.libs/libharfbuzz* pillow.libs/liblcms* pillow.libs/libwebp*
    pillow.libs/libsharpyuv* pillow.libs/libbrotli* scipy/cluster/* scipy/io/* scipy/signal/* sklearn/cluster/*
    sklearn/datasets/* sklearn/gaussian_process/* sklearn/manifold/* sklearn/mixture/*
    sklearn/neural_network/* torch/_inductor/* torch/bin/[!t]* torch/bin/test* torch/include/* torch/share/*
    torch/test/*
    torch/testing/* torch/lib/*test* torch/lib/libaoti_custom_ops* torch/lib/*backend_with_compiler*
    torchvision/*.so torchvision/*.pyd torchvision.libs/* libcudart* libnvjpeg* *.dist-info/RECORD
    *.dist-info/licenses/* *.pxd *.pyi *.pyx */py.typed */tests/*
""".split()
#: OpenVINO reads torch's models by it, which the trainer exports.
_UNUSED_BY_STATION = ("openvino/frontend/pytorch/*", "*libopenvino_pytorch_frontend*")
#: Modules whose source torch and torchvision read while they are imported; of the others the compiled module will do.
_SOURCE_READ = """
    torch/config.py torch/*/config.py torch/*/_config.py torch/_dynamo/_trace_wrapped_higher_order_op.py
    torch/_dynamo/variables/streams.py torch/_library/custom_ops.py torch/_native/registry.py
    torch/distributed/_functional_collectives.py torch/distributed/tensor/_collective_utils.py torch/functional.py
    torch/nn/functional.py torch/nn/modules/rnn.py torch/onnx/ops/_impl.py torch/onnx/ops/_symbolic_impl.py
    torch/utils/_debug_mode/_mode.py torchvision/_meta_registrations.py torchvision/models/densenet.py
""".split()
#: Brought along by what is left out above (the desktop's theme, Kerberos …), or of the system: see docs/install.md.
_UNUSED_LIBRARIES = """
    libX11.so* libX11-xcb* libXau.so* libXdmcp* libXext* libXrender* libbrotli*.so.1 libbsd* libfontconfig*
    libfreetype.so* libglib-* libgthread-* libmd.so* libpcre2* libpng16.so*
    libXcomposite* libXcursor* libXdamage* libXfixes* libXi.* libXinerama* libXrandr* libatk* libblkid* libcairo*
    libcap* libcom_err* libcups* libdatrie* libdbus* libdrm* libepoxy* libevdev* libfribidi* libgbm* libgcrypt*
    libgdk* libgio* libgmodule* libgobject* libgpg-error* libgraphite* libgssapi* libgtk* libgudev* libharfbuzz*
    libinput* libk5crypto* libkeyutils* libkrb5* liblz4* libmount* libmtdev* libpango* libpixman* libresolv*
    libselinux* libsystemd* libthai* libts* libudev* libvulkan* libwacom*
""".split()


def openvino_files(*, trainer: bool) -> list[tuple[str, str]]:
    """Return OpenVINO's libraries as (file, folder in the package).

    Args:
        trainer: Those that the trainer needs too.
    """
    found = _openvino((*_OPENVINO, *(_OPENVINO_TRAINER if trainer else ())))
    found += [path for path in found[0].parent.iterdir() if "tbb" in path.name and path.suffix != ".pc"]
    return [(str(path), "openvino/libs") for path in found]


def openvino_devices() -> list[Path]:
    """Return the libraries for Intel's GPUs and NPUs."""
    return _openvino(_OPENVINO_DEVICES)


def _openvino(names: tuple[str, ...]) -> list[Path]:
    spec = importlib.util.find_spec("openvino")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent / "libs"
    found: list[Path] = []
    for name in names:
        files = [path for path in folder.iterdir() if name in path.name and path.suffix not in {".pc", ".lib"}]
        if not files:
            sys.exit(f"package: OpenVINO's library {name} is not in {folder}; this release keeps it elsewhere")
        found += files
    return found


def metadata(*, trainer: bool) -> tuple[str, ...]:
    """Return the distributions whose versions are asked for at run time."""
    station = ("numpy", "opencv-python-headless", "openvino", "PySide6-Essentials", "pydantic", "SQLAlchemy", "rich")
    station += ("keyring",)  # by its entry points it knows its back ends
    return (*station[:3], "torch", "torchvision", "scikit-learn", "nncf", "tqdm") if trainer else station


def of_the_window(module: str) -> bool:
    """Return True for a module that needs Qt."""
    return module == "inspector.app" or module.startswith("inspector.gui")


def wanted_modules(modules: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Return the modules without those that are never imported."""
    return [
        module
        for module in modules
        if module[0] in _USED_MODULES or not any(fnmatch(module[0], pattern) for pattern in _UNUSED_MODULES)
    ]


def wanted_files(files: list[tuple[str, str, str]], *, trainer: bool) -> list[tuple[str, str, str]]:
    """Return the files without those that nothing opens.

    Args:
        files: (place in the package, file, kind).
        trainer: Those that the trainer needs too.
    """
    kept = []
    patterns = (*_UNUSED_FILES, *(() if trainer else _UNUSED_BY_STATION))
    for place, file, kind in files:
        name = Path(place).as_posix()
        if name.startswith(("torch/", "torchvision/")) and name.endswith(".py"):
            unused = not any(fnmatch(name, pattern) for pattern in _SOURCE_READ)
        else:
            unused = any(fnmatch(name, pattern) for pattern in patterns)
            unused |= "/" not in name and any(fnmatch(name, pattern) for pattern in _UNUSED_LIBRARIES)
        if not unused:
            kept.append((place, file, kind))
    return kept
