"""Makes a finished Linux package lighter, without changing what it does: symbols, ICU's data, what is there twice."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import struct
import subprocess
import tempfile
from pathlib import Path

_LEAST_BYTES = 200_000
#: Of ICU's data the window uses collation, upper and lower case, and time zones; languages other than English take
#: ICU's root, as Qt has its own tables of them. Left out: code pages, line breaking, transliteration, names of
#: characters, units, countries …
_ICU_DROPPED = re.compile(
    r".*\.(cnv|dict)"
    r"|translit/.*|unames\.icu"
    r"|(brkitr|curr|lang|rbnf|region|unit|zone)/(?!root\.|pool\.|res_index\.|en\.|supplementalData\.|tzdb).*"
    r"|coll/(?!root\.|ucadata|res_index|de|en|fr|es|it|cs|pl|sv|da|nb|no|fi|hu|tr|ru|pt|nl).*"
    r"|(?!en\.)[a-z]{2,3}(_\w+)?\.res"
)


def lighten(folder: Path) -> None:
    """Make a package lighter; says what was gained.

    Args:
        folder: The package's folder, as PyInstaller has made it.
    """
    inside = folder / "_internal"
    _drop_dangling(inside)
    steps = (("symbols", _strip), ("ICU's data", _icu), ("OpenSSL twice", _openssl), ("the same twice", _share))
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


def _openssl(inside: Path) -> None:
    """Let PostgreSQL's client take Python's OpenSSL instead of its own, where it asks for nothing that this lacks."""
    place = inside / "psycopg_binary.libs"
    own = {path.name: path for path in place.glob("lib*") if re.match(r"lib(crypto|ssl)-", path.name)}
    others = {name: inside / re.sub(r"-\w+\.", ".", name, count=1) for name in own}
    if not own or not all(path.is_file() for path in others.values()):
        return
    has = set[str]().union(*(_versions(path, "def") for path in others.values()))
    asked = set[str]().union(*(_versions(path, "need") for path in place.glob("lib*") if path.name not in own))
    if asked <= has:
        for name, path in own.items():
            path.unlink()
            path.symlink_to(os.path.relpath(others[name], place))


def _versions(library: Path, kind: str) -> set[str]:
    """Return the versions of OpenSSL whose symbols a library has (“def”) or asks for (“need”)."""
    said = subprocess.run(["readelf", "-VW", library], check=True, capture_output=True, text=True).stdout
    sections = re.split(r"\nVersion (symbols|definition|needs) section", said)
    wanted = {"def": "definition", "need": "needs"}[kind]
    return {
        version
        for name, text in zip(sections[1::2], sections[2::2], strict=True)
        if name == wanted
        for version in re.findall(r"OPENSSL_[\w.]+", text)
    }


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
