"""Makes a finished Linux package lighter, without changing what it does: symbols, ICU's data, a third OpenBLAS."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_LEAST_BYTES = 200_000
#: Of ICU's data the window uses collation, upper and lower case, and time zones; languages other than English take
#: ICU's root, as Qt has its own tables of them. Left out: code pages, line breaking, names of units, countries …
_ICU_DROPPED = re.compile(
    r".*\.(cnv|dict)"
    r"|(brkitr|curr|lang|rbnf|region|translit|unit|zone)/(?!root\.|pool\.|res_index\.|en\.|supplementalData\.|tzdb).*"
    r"|coll/(?!root\.|ucadata|res_index|de|en|fr|es|it|cs|pl|sv|da|nb|no|fi|hu|tr|ru|pt|nl).*"
    r"|(?!en\.)[a-z]{2,3}(_\w+)?\.res"
)
_BLAS_TRIAL = """
import sys, cv2, numpy as np
rng = np.random.default_rng(0)
found = {}
for kind in (np.float32, np.float64):
    a, b = rng.normal(size=(160, 160)).astype(kind), rng.normal(size=(160, 3)).astype(kind)
    tall = rng.normal(size=(200, 150)).astype(kind)
    symmetric = a @ a.T + 160 * np.eye(160, dtype=kind)
    right = rng.normal(size=(200, 2)).astype(kind)
    found |= {
        f"gemm {kind.__name__}": cv2.gemm(a, a, 1.5, b @ b.T, 0.5),
        f"lu {kind.__name__}": cv2.solve(a, b, flags=cv2.DECOMP_LU)[1],
        f"det {kind.__name__}": np.array(np.log(abs(cv2.determinant(a / 8)))),
        f"cholesky {kind.__name__}": cv2.solve(symmetric, b, flags=cv2.DECOMP_CHOLESKY)[1],
        f"inverse {kind.__name__}": cv2.invert(symmetric, flags=cv2.DECOMP_CHOLESKY)[1],
        f"qr {kind.__name__}": cv2.solve(tall, right, flags=cv2.DECOMP_QR)[1],
        f"svd {kind.__name__}": cv2.SVDecomp(tall)[0],
    }
found["eigen"] = np.sort(cv2.eigenNonSymmetric(symmetric)[0].ravel())
np.savez(sys.argv[1], **found)
"""


def lighten(folder: Path) -> None:
    """Make a package lighter; says what was gained.

    Args:
        folder: The package's folder, as PyInstaller has made it.
    """
    inside = folder / "_internal"
    _drop_dangling(inside)
    steps = (("symbols", _strip), ("ICU's data", _icu), ("OpenCV's OpenBLAS", _blas), ("the same twice", _share))
    for name, step in steps:
        before = _bytes(folder)
        step(inside)
        print(f"lighter by {(before - _bytes(folder)) / 1e6:.0f} MB: {name}", flush=True)


def _bytes(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _drop_dangling(inside: Path) -> None:
    """Remove links to libraries that were left out."""
    for path in inside.rglob("*"):
        if path.is_symlink() and not path.exists():
            path.unlink()


def _share(inside: Path) -> None:
    """Keep one of several equal libraries, and links to it."""
    seen: dict[str, Path] = {}
    for path in sorted(inside.rglob("*.so*")):
        if path.is_symlink() or path.stat().st_size < _LEAST_BYTES:
            continue
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        first = seen.setdefault(digest, path)
        if first is not path:
            path.unlink()
            path.symlink_to(os.path.relpath(first, path.parent))


# --- symbols for debuggers --------------------------------------------------------------------------------------------


def _strip(inside: Path) -> None:
    """Strip every library that can be loaded afterwards; those that auditwheel has rewritten sometimes cannot."""
    for path in sorted(inside.rglob("*.so*")):
        if path.is_symlink() or path.stat().st_size < _LEAST_BYTES:
            continue
        stripped = path.with_name(path.name + ".stripped")
        done = subprocess.run(
            ["strip", "--strip-unneeded", "-o", stripped, path], check=False, stderr=subprocess.DEVNULL
        )
        if done.returncode == 0 and stripped.stat().st_size < path.stat().st_size and _can_be_loaded(stripped):
            stripped.replace(path)
        else:
            stripped.unlink(missing_ok=True)


def _can_be_loaded(library: Path) -> bool:
    """Look whether the segments lie as the loader wants them: alike in the file and in memory, modulo the page."""
    data = library.read_bytes()
    if data[:5] != b"\x7fELF\x02":
        return False
    offset, size, count = (*struct.unpack_from("<Q", data, 32), *struct.unpack_from("<HH", data, 54))[0:3]
    for number in range(count):
        kind, _, at, address, _, _, _, align = struct.unpack_from("<IIQQQQQQ", data, offset + number * size)
        if kind == 1 and align > 1 and at % align != address % align:
            return False
    return True


# --- ICU --------------------------------------------------------------------------------------------------------------


def _icu(inside: Path) -> None:
    """Keep of ICU's data (a quarter of Qt) what is used; the format is that of ICU's ucmndata.h and udata.h."""
    library = next((inside / "PySide6" / "Qt" / "lib").glob("libicudata.so.*"), None)
    if library is None:
        return
    data = library.read_bytes()
    start = data.index(b"CmnD") - 12
    (header,) = struct.unpack_from("<H", data, start)
    toc = start + header
    (count,) = struct.unpack_from("<I", data, toc)
    entries = [struct.unpack_from("<II", data, toc + 4 + 8 * number) for number in range(count)]
    ends = [entry[1] for entry in entries[1:]] + [_symbol_end(library, data, start) - toc]
    kept: list[tuple[bytes, bytes]] = []
    for (name_at, item_at), end in zip(entries, ends, strict=True):
        name = data[toc + name_at : data.index(b"\0", toc + name_at)]
        if not _ICU_DROPPED.fullmatch(name.decode().partition("/")[2]):
            kept.append((name, data[toc + item_at : toc + end]))
    symbol = f"icudt{library.name.rsplit('.', 1)[1]}_dat"
    _link_icu(library, symbol, data[start:toc] + _icu_archive(kept))


def _symbol_end(library: Path, data: bytes, start: int) -> int:
    """Return where the one symbol of the library ends in the file."""
    said = subprocess.run(["readelf", "-Ws", "--dyn-syms", library], check=True, capture_output=True, text=True).stdout
    line = next(line for line in said.splitlines() if line.endswith("_dat"))
    size = int(line.split()[2], 0)
    assert start + size <= len(data)
    return start + size


def _icu_archive(items: list[tuple[bytes, bytes]]) -> bytes:
    """Return ICU's table of contents with its items: count, (name, item) by their places, names, items on 16 bytes."""
    names = b"".join(name + b"\0" for name, _ in items)
    name_at = 4 + 8 * len(items)
    item_at = -(-(name_at + len(names)) // 16) * 16
    table, body = [struct.pack("<I", len(items))], []
    for name, item in items:
        padded = item + b"\0" * (-len(item) % 16)
        table.append(struct.pack("<II", name_at, item_at))
        body.append(padded)
        name_at += len(name) + 1
        item_at += len(padded)
    head = b"".join(table) + names
    return head + b"\0" * (-len(head) % 16) + b"".join(body)


def _link_icu(library: Path, symbol: str, data: bytes) -> None:
    with tempfile.TemporaryDirectory() as place:
        (Path(place) / "icu.dat").write_bytes(data)
        source = (
            f'.section .rodata\n.globl {symbol}\n.type {symbol}, @object\n.balign 16\n{symbol}:\n.incbin "icu.dat"\n'
            f'.size {symbol}, .-{symbol}\n.section .note.GNU-stack,"",@progbits\n'
        )
        (Path(place) / "icu.S").write_text(source, encoding="ascii")
        command = ["cc", "-shared", "-nostdlib", f"-Wl,-soname,{library.name}", "-o", "made.so", "icu.S"]
        subprocess.run(command, check=True, cwd=place)
        shutil.copy(Path(place) / "made.so", library)


# --- OpenBLAS ---------------------------------------------------------------------------------------------------------


def _blas(inside: Path) -> None:
    """Put blas.c in the place of OpenCV's own OpenBLAS, if cv2 then computes what it computed before."""
    libraries = inside / "opencv_python_headless.libs"
    original = next(libraries.glob("libopenblas*"), None)
    numpys = next((inside / "numpy.libs").glob("libscipy_openblas64_*"), None)
    if original is None or numpys is None:
        return
    made = libraries / (original.name + ".made")
    command = ["cc", "-O2", "-shared", "-fPIC", f"-Wl,-soname,{original.name}", "-o", made, _HERE / "blas.c", numpys]
    subprocess.run([*command, "-Wl,-rpath,$ORIGIN/../numpy.libs", "-Wl,--allow-shlib-undefined"], check=True)
    before = _trial(inside, original.name, None)
    after = _trial(inside, original.name, made)
    if difference := _difference(before, after):
        made.unlink()
        sys.exit(f"package: with blas.c OpenCV computes something else: {difference}")
    made.replace(original)
    own = ("libgfortran-*", "libquadmath-*")  # of that OpenBLAS alone
    for path in (one for pattern in own for one in libraries.glob(pattern)):
        path.unlink()
    _drop_dangling(inside)


def _trial(inside: Path, name: str, instead: Path | None) -> Path:
    """Let the package's cv2 compute, in this Python, with its own OpenBLAS or another one; return what came out."""
    place = Path(tempfile.mkdtemp(prefix="blas-"))
    for part in ("cv2", "opencv_python_headless.libs", "numpy.libs"):
        shutil.copytree(inside / part, place / part, symlinks=True)
    numpy = Path(__import__("numpy").__file__).parent
    (place / "numpy").symlink_to(numpy)
    source = Path(__import__("cv2").__file__).parent
    shutil.copytree(source, place / "cv2", dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.so"))
    if instead is not None:
        shutil.copy(instead, place / "opencv_python_headless.libs" / name)
    out = place.with_suffix(".npz")
    subprocess.run([sys.executable, "-c", _BLAS_TRIAL, out], check=True, env={"PYTHONPATH": str(place)})
    shutil.rmtree(place)
    return out


def _difference(before: Path, after: Path) -> str:
    """Return where two trials differ by more than rounding; empty where they do not."""
    import numpy as np  # noqa: PLC0415 - of the environment that builds

    with np.load(before) as first, np.load(after) as second:
        for name in first.files:
            limit = 1e-2 if name.endswith("float32") else 1e-6
            if not np.allclose(first[name], second[name], rtol=limit, atol=limit):
                return f"{name}, by up to {np.abs(first[name] - second[name]).max():g}"
    for path in (before, after):
        path.unlink()
    return ""
