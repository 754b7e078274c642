"""anomalib's PatchCore with the project's backbone: the peer of the memory of good. It needs `pip install anomalib==2.7.*`.

``python -m tests.bench.peer --model BUNDLE --good FOLDER --pictures FOLDER --weights FILE`` compares processor time for a picture, on
one thread each and in turns: the bundle's graphs with map and verdict, and the peer that remembers the same good pictures.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from inspector.pictures import find_pictures, read_picture
from inspector.vision.bundle import Bundle
from inspector.vision.graph import GRAPH_FILE, INT8_GRAPH_FILE
from inspector.vision.preprocess import Preprocessing, fit, normalise
from inspector.vision.torchvision_compat import import_torchvision
from tests.bench.memory_cost import request_of
from trainer.networks import backbone

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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


def _graph(bundle: Bundle, file: str) -> Callable[[NDArray[np.uint8]], object]:
    request = request_of(bundle, file, memory=True)
    return lambda square: request.infer([square[None]])


def main() -> None:
    """Measure, and print a line for each graph."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="a bundle with a memory of good")
    parser.add_argument("--good", type=Path, required=True, help="the good pictures that it has learnt from")
    parser.add_argument("--pictures", type=Path, required=True, help="a folder of pictures that are judged")
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=30)
    parsed = parser.parse_args()
    torch.set_num_threads(1)
    bundle = Bundle.load(parsed.model)
    preprocessing = bundle.manifest.preprocessing
    good = [fit(read_picture(path), preprocessing) for path in find_pictures(parsed.good, recursive=True)]
    peer = Peer(parsed.weights, good, 0)
    pictures = [read_picture(path) for path in find_pictures(parsed.pictures, recursive=True)[: parsed.rounds]]
    ways: dict[str, Callable[[NDArray[np.uint8]], object]] = {"peer": peer.score}
    for file in (GRAPH_FILE, INT8_GRAPH_FILE):
        if file in bundle.manifest.files:
            ways[file] = _graph(bundle, file)
    spent: dict[str, list[float]] = {way: [] for way in ways}
    for number, picture in enumerate([pictures[0], *pictures]):
        for way, judge in ways.items():
            began_s = time.process_time()
            judge(fit(picture, preprocessing))
            if number:  # the first warms up
                spent[way].append(1e3 * (time.process_time() - began_s))
    for way, times in spent.items():
        ratio = statistics.median(theirs / ours for theirs, ours in zip(spent["peer"], times, strict=True))
        print(json.dumps({"way": way, "ms": round(statistics.median(times), 1), "times as fast": round(ratio, 2)}))


if __name__ == "__main__":
    main()
