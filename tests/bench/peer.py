"""anomalib's PatchCore with the project's backbone: the peer of the memory of good. It needs `pip install anomalib==2.7.*`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from inspector.vision.preprocess import Preprocessing, normalise
from inspector.vision.torchvision_compat import import_torchvision
from trainer.networks import backbone

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

_SHARE, _NEIGHBOURS = 0.1, 9


class Peer:
    """PatchCore (Roth et al., arXiv 2106.08265) as anomalib has it, with its usual settings and the given weights.

    Args:
        weights: ResNet-50 weights.
        good: Pictures to learn from, (S, S, 3) uint8 BGR.
        seed: Of the coreset.
    """

    def __init__(self, weights: Path, good: Sequence[NDArray[np.uint8]], seed: int) -> None:
        import_torchvision()  # anomalib imports it too, and fails where its operators do not fit torch
        try:
            from anomalib.models.image.patchcore.torch_model import PatchcoreModel
        except ImportError as error:
            sys.exit(f"--peer needs anomalib: pip install 'anomalib==2.7.*' in an environment of its own ({error})")
        torch.manual_seed(seed)
        self._model: Any = PatchcoreModel(
            layers=["layer2", "layer3"], backbone="resnet50", pre_trained=False, num_neighbors=_NEIGHBOURS
        )
        extractor = self._model.feature_extractor.feature_extractor
        own = backbone(weights, "average", 0).state_dict()
        missing, _ = extractor.load_state_dict(own, strict=False)
        if missing:
            sys.exit(f"anomalib's backbone lacks weights: {missing[:5]}")
        self._model.train()
        self._model.feature_extractor.eval()
        with torch.inference_mode():
            for picture in good:
                self._model(_tensor(picture))
        self._model.subsample_embedding(_SHARE)
        self._model.eval()

    def score(self, picture: NDArray[np.uint8]) -> float:
        """(S, S, 3) uint8 BGR → how anomalous it is."""
        with torch.inference_mode():
            return float(self._model(_tensor(picture)).pred_score)


def _tensor(picture: NDArray[np.uint8]) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(normalise(picture, Preprocessing(input_size=picture.shape[0]))))[None]
