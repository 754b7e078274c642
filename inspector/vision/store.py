"""Finds model bundles by name in the folders where they are kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.domain.causes import cause_of
from inspector.domain.errors import BundleError
from inspector.vision.bundle import Bundle, load_manifest
from inspector.vision.manifest import MANIFEST_FILE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.vision.manifest import Manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelEntry:
    """One bundle in the store.

    Args:
        name: The name by which `ModelStore.find` finds it: that of its folder.
        manifest: What it says; None where it cannot be read.
        fault: Why it cannot be read; empty where it can. The files' hashes are not looked at here.
    """

    name: str
    folder: Path
    manifest: Manifest | None
    fault: str


class ModelStore:
    """The folders of model bundles; nothing is cached, so a new bundle is seen at once. Any thread may call.

    Args:
        folders: Where bundles are looked for, first hit wins (the user's own before those that ship).
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(folders)

    def list(self) -> list[ModelEntry]:
        """Return every bundle, by name; one with a bad manifest too, or without any, with its fault."""
        entries: dict[str, ModelEntry] = {}
        for folder in (*self._bundle_folders(), *self._other_folders()):
            if folder.name not in entries:
                entries[folder.name] = _entry(folder)
        return sorted(entries.values(), key=lambda entry: entry.name.casefold())

    def find(self, name_or_path: str | Path) -> Path:
        """Return the folder of a bundle.

        Args:
            name_or_path: The name of a bundle in the store, or a bundle's folder anywhere.

        Raises:
            BundleError: If there is none; the text lists what there is.
        """
        text = str(name_or_path)
        for folder in self._bundle_folders():
            if folder.name == text:
                return folder
        path = Path(text).expanduser()
        if text and (path / MANIFEST_FILE).is_file():
            return path
        if path.is_file() or path.suffix in {".pth", ".pt"}:
            raise BundleError(f"{text} is a file, not a model bundle", "Import it with “inspector model import”.")
        known = ", ".join(dict.fromkeys(folder.name for folder in self._bundle_folders())) or "none"
        places = ", ".join(map(str, self._folders)) or "no folder"
        raise BundleError(
            f"there is no model “{text}”; known are: {known} (in {places})",
            "Name one of these or a bundle's folder.",
        )

    def load(self, name_or_path: str | Path) -> Bundle:
        """Find a bundle and verify it.

        Raises:
            BundleError: If there is none, or it is damaged.
        """
        return Bundle.load(self.find(name_or_path))

    def _bundle_folders(self) -> tuple[Path, ...]:
        return tuple(path for path in self._kept() if (path / MANIFEST_FILE).is_file())

    def _other_folders(self) -> tuple[Path, ...]:
        """Return the folders that are no bundle: one whose manifest was lost would vanish without a word."""
        return tuple(path for path in self._kept() if path.is_dir() and not (path / MANIFEST_FILE).is_file())

    def _kept(self) -> tuple[Path, ...]:
        paths: tuple[Path, ...] = ()
        for folder in self._folders:
            try:
                children = sorted(folder.iterdir())
            except OSError:  # a store folder need not exist
                continue
            paths += tuple(path for path in children if not path.name.startswith("."))
        return paths


def sha256_of(folder: Path) -> str:
    """Return what stands for a bundle in the log; its other files are not looked at.

    Args:
        folder: The bundle's.

    Returns:
        As `Bundle.sha256`.

    Raises:
        BundleError: If there is no manifest, or it cannot be read.
    """
    try:
        return hashlib.sha256((folder / MANIFEST_FILE).read_bytes()).hexdigest()
    except OSError as error:
        raise BundleError(
            f"the manifest of {folder} cannot be read: {cause_of(error)}", "Check its permissions."
        ) from error


def _entry(folder: Path) -> ModelEntry:
    if not (folder / MANIFEST_FILE).is_file():
        fault = f"there is no {MANIFEST_FILE} in it, so it is no model. Restore that file, or take the folder away."
        return ModelEntry(name=folder.name, folder=folder, manifest=None, fault=fault)
    try:
        return ModelEntry(name=folder.name, folder=folder, manifest=load_manifest(folder), fault="")
    except BundleError as error:
        return ModelEntry(name=folder.name, folder=folder, manifest=None, fault=str(error))
