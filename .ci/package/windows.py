"""The version resource that Windows shows in a program's properties."""

from __future__ import annotations

from typing import Any


def version_resource(version: str, name: str, what: str) -> Any:  # noqa: ANN401 - PyInstaller has no types
    """Return the resource of a program.

    Args:
        version: As ``1.2.3``.
        name: Of the executable, without suffix.
        what: Its description.
    """
    from PyInstaller.utils.win32.versioninfo import (  # noqa: PLC0415 - needs Windows
        FixedFileInfo,
        StringFileInfo,
        StringStruct,
        StringTable,
        VarFileInfo,
        VarStruct,
        VSVersionInfo,
    )

    numbers = (*(int(one) for one in version.split(".")[:3]), 0)
    texts = {
        "CompanyName": "Inspector",
        "FileDescription": what,
        "FileVersion": version,
        "InternalName": name,
        "LegalCopyright": "Apache License 2.0",
        "OriginalFilename": f"{name}.exe",
        "ProductName": "Inspector",
        "ProductVersion": version,
    }
    table = StringTable("040904B0", [StringStruct(key, text) for key, text in texts.items()])  # US English, Unicode
    return VSVersionInfo(
        ffi=FixedFileInfo(filevers=numbers, prodvers=numbers),
        kids=[StringFileInfo([table]), VarFileInfo([VarStruct("Translation", [0x0409, 1200])])],
    )
