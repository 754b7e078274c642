"""``python -m tests.bench.outlines --data FOLDER …``: half parts and other framing, by the part's outline alone.

For each set and split the outlines of some good pictures are summed up as a training does it. The other good ones are
measured, and views that are made of them: each in every way of its kind. ``--drawn`` adds products that are drawn. No network
is asked.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from inspector.domain.outline import outline_of, small_picture
from tests.bench.drawn_parts import draw
from tests.bench.wrong_views import VIEWS, coloured
from trainer.dataset import read_dataset
from trainer.outlines import good_outlines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

_DRAWN_GOOD = 60
_FOLDS = 5


def rows(
    name: str, pictures: list[NDArray[np.uint8]], count: int, seed: int, views: int
) -> Iterator[dict[str, object]]:
    """Yield what is known of a set, then a row for each kind of view."""
    order = np.random.default_rng(seed).permutation(len(pictures)).tolist()
    learnt = [outline_of(small_picture(pictures[place])) for place in order[:count]]
    folds = np.arange(count) if count < 2 * _FOLDS else np.arange(count) % _FOLDS
    known, _ = good_outlines(learnt, folds)
    base: dict[str, object] = {"set": name, "good pictures": count, "seed": seed, "outline": known is not None}
    if known is None:
        yield base
        return
    held = [known.strangeness(outline_of(small_picture(pictures[place]))) for place in order[count:]]
    yield base | {"good beyond": f"{sum(value >= 1 for value in held)} of {len(held)}"}
    for kind, ways in VIEWS.items():
        outlines = [
            outline_of(small_picture(way(pictures[place]))) for place in order[count : count + views] for way in ways
        ]
        strange = [known.strangeness(outline) >= 1.0 for outline in outlines]
        said = Counter(known.words(outline).split(" (")[0] for outline in outlines)
        yield base | {"kind": kind, "beyond": f"{sum(strange)} of {len(strange)}", "said": dict(said)}


def main() -> None:
    """Measure, and print a line for each set and kind of view."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, nargs="*", default=[], help="folders of labelled pictures")
    parser.add_argument("--drawn", nargs="*", default=[], choices=["pill", "screw"], help="products that are drawn")
    parser.add_argument("--counts", type=int, nargs="+", default=[5, 20], help="good pictures that are learnt from")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--views", type=int, default=12, help="held-out pictures that views are made of")
    parsed = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        drawn = [draw(Path(folder) / kind, kind, _DRAWN_GOOD, 1) for kind in parsed.drawn]
        for place in [*parsed.data, *drawn]:
            samples = [sample for sample in read_dataset(place, least=0).samples if not sample.defective]
            pictures = [coloured(sample.picture()) for sample in samples]
            for count in parsed.counts:
                for seed in parsed.seeds:
                    for told in rows(place.name, pictures, count, seed, parsed.views):
                        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
