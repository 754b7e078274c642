"""Reads weights from safetensors, numpy archives and torch files; never runs code from a file."""

from __future__ import annotations

import pickle
import warnings
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np

from inspector.domain.causes import cause_of
from inspector.domain.errors import BundleError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from torch import Tensor
    from torch.nn import Module

#: Ten times the weights of a ResNet-50.
MAX_BYTES = 1_000_000_000
_MOST_MEMBERS = 10_000
_WRAPPERS = ("state_dict", "model_state_dict", "model")
_PREFIXES = ("module.", "_orig_mod.", "backbone.", "model.")


def load_weights(path: Path) -> dict[str, Tensor]:
    """Read a state dict: torchvision's names, floats as float32.

    Args:
        path: A ``.safetensors``, ``.npz`` or torch (``.pth``, ``.pt``) file. A torch file may wrap the state dict as
            checkpoints do (``{"state_dict": …}``) and its names may carry the prefix of a wrapper (``module.``).

    Returns:
        Tensors on the CPU by name.

    Raises:
        BundleError: If the file cannot be read, is not a state dict, or is a pickle that would run code.
    """
    _check_size(path)
    try:
        match path.suffix.lower():
            case ".safetensors":
                raw = _load_safetensors(path)
            case ".npz":
                raw = _load_numpy(path)
            case _:
                raw = _load_torch(path)
    except OSError as error:
        raise BundleError(f"the weights {path} cannot be read: {cause_of(error)}", "Check the path.") from error
    return _plain_names(raw, path)


def _check_size(path: Path) -> None:
    """Refuse what would fill the memory before it could be seen to be no weights.

    Raises:
        BundleError: If the file, or what it expands to, is larger than any network's weights that we can use.
    """
    try:
        size = path.stat().st_size
        is_archive = zipfile.is_zipfile(path)
    except OSError as error:
        raise BundleError(f"the weights {path} cannot be read: {cause_of(error)}", "Check the path.") from error
    members: list[zipfile.ZipInfo] = []
    if is_archive and size <= MAX_BYTES:
        try:
            with zipfile.ZipFile(path) as archive:
                members = archive.infolist()
        except (zipfile.BadZipFile, NotImplementedError, OSError) as error:
            raise BundleError(f"{path} is a damaged archive: {cause_of(error)}", "Get the file again.") from error
    expanded = sum(member.file_size for member in members)
    if max(size, expanded) > MAX_BYTES or len(members) > _MOST_MEMBERS:
        raise BundleError(
            f"{path} holds {max(size, expanded):,} bytes in {max(1, len(members)):,} pieces; the weights of a "
            f"ResNet-50 are 100 MB in 320, and at most {MAX_BYTES:,} in {_MOST_MEMBERS:,} are read",
            "Save the weights of the network alone.",
        )


def save_weights(network: Module, path: Path) -> None:
    """Write a network's state dict as safetensors.

    Raises:
        OSError: If the file cannot be written.
    """
    from safetensors.torch import save_file  # lazily, as torch

    save_file({name: value.detach().cpu().contiguous() for name, value in network.state_dict().items()}, path)


def _load_safetensors(path: Path) -> Mapping[str, Any]:
    import safetensors  # lazily, as torch
    from safetensors.torch import load_file

    try:
        return load_file(path)  # type: ignore[no-any-return]
    except safetensors.SafetensorError as error:
        raise BundleError(f"{path} is not a safetensors file: {error}", "Get the file again.") from error


def _load_numpy(path: Path) -> Mapping[str, Any]:
    import torch  # seconds

    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            return {name: torch.from_numpy(archive[name]) for name in archive.files}
    except (ValueError, zipfile.BadZipFile, EOFError, TypeError) as error:
        raise BundleError(f"{path} is not an archive of plain arrays: {error}", "Get the file again.") from error


def _load_torch(path: Path) -> Mapping[str, Any]:
    import torch  # seconds

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch warns of foreign pickle protocols before it refuses them
            raw = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        if "weights_only" in str(error).lower() or "unsupported" in str(error).lower():
            raise BundleError(
                f"{path} is refused: it is a pickle that would run code when it is loaded, not a plain state dict",
                "Save the weights alone, torch.save(model.state_dict(), …), or as safetensors.",
            ) from error
        raise _not_torch(path) from error
    except (RuntimeError, EOFError, ValueError, KeyError, IndexError, AttributeError, zipfile.BadZipFile) as error:
        raise _not_torch(path) from error
    for name in _WRAPPERS:
        if isinstance(raw, dict) and isinstance(raw.get(name), dict):
            raw = raw[name]
    if not isinstance(raw, dict):
        raise BundleError(f"{path} holds a {type(raw).__name__}, not a state dict", "Save model.state_dict().")
    return raw


def _not_torch(path: Path) -> BundleError:
    return BundleError(f"{path} is not a torch file, or it is cut off or damaged", "Get the file again.")


def _plain_names(raw: Mapping[str, Any], path: Path) -> dict[str, Tensor]:
    import torch  # seconds

    result: dict[str, Tensor] = {}
    for name, value in raw.items():
        if not isinstance(name, str) or not isinstance(value, torch.Tensor):
            raise BundleError(f"{path} is not a state dict: its entry {name!r} is no array", "Save model.state_dict().")
        plain = name
        while prefix := next((p for p in _PREFIXES if plain.startswith(p)), ""):
            plain = plain.removeprefix(prefix)
        result[plain] = value.float() if value.is_floating_point() else value
    if not result:
        raise BundleError(f"{path} holds no weights", "Save model.state_dict().")
    return result
