"""Where torchvision's ImageNet weights lie once they have been downloaded; the trainer puts them there."""

from __future__ import annotations

from pathlib import Path

import platformdirs

#: torchvision's ResNet50_Weights.IMAGENET1K_V2; the name ends with the first digits of the file's SHA-256.
IMAGENET_URL = "https://download.pytorch.org/models/resnet50-11ad3fa6.pth"


def weights_folder() -> Path:
    """Return the folder of downloaded weights in the platform's cache; it need not be there."""
    return Path(platformdirs.user_cache_dir("inspector-station", appauthor=False)) / "weights"


def imagenet_is_here() -> bool:
    """Return whether the weights have been downloaded; the trainer looks whether they are whole."""
    return (weights_folder() / IMAGENET_URL.rpartition("/")[2]).is_file()
