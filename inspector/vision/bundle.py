"""Model bundles on disk: read, verify, write in one step. A bundle is a folder; nothing in it is ever unpickled."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from inspector.domain.causes import cause_of
from inspector.domain.errors import BundleError
from inspector.files import DISK
from inspector.json_file import MAX_BYTES
from inspector.vision.graph import GRAPH_FILE, GRAPH_WEIGHTS_FILE, INT8_GRAPH_FILE, TORCH_WEIGHTS_FILE
from inspector.vision.manifest import (
    FORMAT_VERSION,
    MANIFEST_FILE,
    Manifest,
    ManifestFields,
    check_file_name,
    parse_manifest,
    seal_of,
)
from inspector.vision.preprocess import ColourOrder, Preprocessing, ResizePolicy

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "FORMAT_VERSION",
    "MANIFEST_FILE",
    "Bundle",
    "ColourOrder",
    "Manifest",
    "ManifestFields",
    "Preprocessing",
    "ResizePolicy",
    "load_manifest",
    "verify_bundle",
    "write_bundle",
]

_NEEDED = (GRAPH_FILE, GRAPH_WEIGHTS_FILE)
_PICKLES = frozenset({".pth", ".pt", ".pkl", ".pickle", ".ckpt", ".joblib"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A verified model bundle.

    Args:
        sha256: SHA-256 of the manifest file, hex; it stands for the whole bundle, as the manifest holds all hashes.
    """

    folder: Path
    manifest: Manifest
    sha256: str

    @staticmethod
    def load(folder: Path) -> Bundle:
        """Read a bundle and verify every file in it.

        Args:
            folder: The bundle's folder.

        Raises:
            BundleError: If the manifest cannot be used, or a file is missing, altered or of a forbidden kind; the text
                names the file.
        """
        manifest, digest = _read_manifest(folder)
        _verify_files(folder, manifest)
        return Bundle(folder=folder, manifest=manifest, sha256=digest)

    @property
    def graph_path(self) -> Path:
        """The OpenVINO graph (.xml)."""
        return self.folder / GRAPH_FILE

    @property
    def int8_graph_path(self) -> Path | None:
        """The graph with an int8 trunk (.xml); None where the bundle has none beside the float graph."""
        return self.folder / INT8_GRAPH_FILE if INT8_GRAPH_FILE in self.manifest.files else None

    @property
    def weights_path(self) -> Path | None:
        """The network's weights (.safetensors); None in a runtime-only bundle."""
        return self.folder / TORCH_WEIGHTS_FILE if TORCH_WEIGHTS_FILE in self.manifest.files else None


def load_manifest(folder: Path) -> Manifest:
    """Read a bundle's manifest; its format is checked, the other files are not looked at.

    Raises:
        BundleError: If there is none, or it cannot be used.
    """
    return _read_manifest(folder)[0]


def verify_bundle(folder: Path) -> Manifest:
    """Verify a bundle and return its manifest; see `Bundle.load`.

    Raises:
        BundleError: As `Bundle.load`.
    """
    return Bundle.load(folder).manifest


def write_bundle(
    folder: Path, fields: ManifestFields, files: Mapping[str, Path | bytes], *, overwrite: bool = False
) -> Bundle:
    """Write a bundle in one step: it is there whole, or not at all.

    Everything goes to a temporary folder beside the wanted one, is hashed, flushed to the disk, and renamed.

    Args:
        folder: The bundle's folder; its parents are made.
        fields: All of the manifest but the files' hashes.
        files: Content of every file (bytes, or a file to copy) by its path in the folder, as "graph.xml",
            "graph.bin", "weights.safetensors", "report/report.json". The graph is needed, the weights are not.
        overwrite: Replace a bundle that is there already.

    Returns:
        The bundle.

    Raises:
        BundleError: If the folder exists, a file is missing or not allowed, or the disk refuses.
    """
    missing = [name for name in _NEEDED if name not in files]
    if missing:
        raise BundleError(f"a bundle needs {' and '.join(missing)}", "Export the graph first.")
    if folder.exists() and not overwrite:
        raise BundleError(f"{folder} exists already", "Choose another name, or say that it shall be replaced.")
    try:
        for name in files:
            check_file_name(name)
        folder.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".part", dir=folder.parent))
        try:
            staging.chmod(0o755)  # mkdtemp makes it private
            digests = {name: _put(content, staging / name) for name, content in files.items()}
            manifest = Manifest(**dict(fields), files=digests)
            stated = manifest.model_dump(mode="json")
            sealed = {**stated, "seal": seal_of(stated)}
            _put((json.dumps(sealed, indent=2, ensure_ascii=False) + "\n").encode(), staging / MANIFEST_FILE)
            _swap(staging, folder)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    except OSError as error:
        raise BundleError(
            f"the bundle {folder} cannot be written: {cause_of(error)}", "Free space or fix permissions."
        ) from error
    except (ValidationError, ValueError) as error:
        raise BundleError(f"the bundle {folder} cannot be written: {error}", "Correct what is named.") from error
    return Bundle.load(folder)


def _read_manifest(folder: Path) -> tuple[Manifest, str]:
    path = folder / MANIFEST_FILE
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise BundleError(
            f"{folder} is not a model bundle: it has no {MANIFEST_FILE}", "Name a bundle's folder."
        ) from error
    except OSError as error:
        raise BundleError(f"the manifest {path} cannot be read: {cause_of(error)}", "Check its permissions.") from error
    return parse_manifest(raw, where=path), hashlib.sha256(raw).hexdigest()


def _verify_files(folder: Path, manifest: Manifest) -> None:
    for name in _NEEDED:
        if name not in manifest.files:
            raise BundleError(f"the bundle {folder} lists no {name}", "Export the model again.")
    for name, wanted in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise BundleError(f"the bundle {folder} lacks the file {name}", "Restore the bundle.")
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise BundleError(f"the file {path} cannot be read: {cause_of(error)}", "Check its permissions.") from error
        if digest != wanted:
            raise BundleError(
                f"the file {name} in the bundle {folder} has been altered (its SHA-256 differs from the manifest's)",
                "Restore the bundle from where it was made; do not inspect with it.",
            )
    for path in folder.iterdir():
        if path.suffix.lower() in _PICKLES:
            raise BundleError(
                f"the bundle {folder} holds {path.name}, a pickle, which can run code when it is loaded",
                "Remove the file; import it with “inspector model import” where its weights are wanted.",
            )


def _put(content: Path | bytes, target: Path) -> str:
    """Write one file through to the disk and return its SHA-256."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, Path):
        shutil.copyfile(content, target)
    else:
        target.write_bytes(content)
    with target.open("rb+") as file:
        os.fsync(file.fileno())
        return hashlib.file_digest(file, "sha256").hexdigest()


def _swap(staging: Path, folder: Path) -> None:
    """Rename the new folder into place; an old one is put aside first and removed after, or put back on failure."""
    aside: Path | None = None
    if folder.exists():
        aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".old", dir=folder.parent))
        folder.rename(aside / folder.name)
    try:
        staging.rename(folder)
    except OSError:
        if aside is not None:
            (aside / folder.name).rename(folder)
        raise
    finally:
        if aside is not None:
            shutil.rmtree(aside, ignore_errors=True)
    DISK.flush_folder(folder.parent)
