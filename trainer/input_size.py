"""What a memory of good looks at, and in which size: told by good pictures with small defects drawn onto them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from inspector.vision.memory import MemoryOfGood
from inspector.vision.preprocess import Preprocessing, ResizePolicy, fit
from trainer.augment import PRESETS
from trainer.cache import OpenVinoExtractor
from trainer.cells import choose, flat, strangest
from trainer.dataset import TRAIN, VAL
from trainer.framing import WHOLE, framing_of, words_of
from trainer.networks import backbone
from trainer.protocol import Progress
from trainer.pseudo_defects import KINDS, marred

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from numpy.typing import NDArray

    from inspector.domain.records import Image
    from inspector.vision.network import InspectionNetwork
    from trainer.dataset import Dataset
    from trainer.framing import Framing
    from trainer.methods import Context
    from trainer.protocol import Report, TrainRequest

#: The usual size, and the one that is tried beside it.
SMALL, LARGE = 224, 448
#: Good pictures that are asked, at most, and how many pictures with a defect are made of them, at least two of each.
ASKED, MARRED = 8, 16
#: A larger input is taken where it tells so many more of the pairs of a defect and a good picture apart, …
BETTER_BY = 0.03
#: … and where that is more than so many standard errors: an escape costs more than a slower line, which is told.
_STANDARD_ERRORS = 1.0
#: Pictures that are smaller show no more in a larger input.
_LEAST_SIDE_PX = 336
_FOLDS = 4
_ROWS = 512
_SEED = 19


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a size tells apart.

    Args:
        better: (M,) of each picture with a defect, the share of good ones that look less strange than it.
        cost_s: Processor time of a picture.
    """

    better: NDArray[np.float64]
    cost_s: float


def chosen_view(dataset: Dataset, context: Context, judges: str) -> Generator[Report, None, tuple[int, Framing, str]]:
    """Choose size and square by the good pictures that are not tested; the value is both, and why.

    A size that is asked for is kept.

    Args:
        dataset: Already split; its test part is not touched.
        judges: The backbone that will judge, see `trainer.plan.Plan.backbone`: training goes on from its graph.

    Raises:
        PictureError: If a picture cannot be read.
        CancelledError: If cancelled.
    """
    rng = np.random.default_rng(_SEED)
    pictures, framing = parts_of(dataset, context.request, rng)
    asked = context.request.input_size
    if asked is not None and framing == WHOLE:
        return asked, WHOLE, ""
    largest = max(min(picture.shape[:2]) for picture in pictures) * (framing.part_side or 1.0)
    why = ""
    if asked is None and largest < _LEAST_SIDE_PX:
        what = "the pictures' shorter side has" if framing == WHOLE else "the square around the part has a side of"
        asked, why = SMALL, f"Input of {SMALL} pixels: {what} {largest:.0f}, a larger one shows no more."
        if framing == WHOLE:
            return asked, framing, why
    each = max(2, MARRED // len(pictures))
    bad = [
        marred(picture, pictures[(index + 1) % len(pictures)], (index * each + number) % KINDS, rng)
        for index, picture in enumerate(pictures)
        for number in range(each)
    ]
    network = backbone(context.weights, "average", context.request.seed, judges).eval()
    if asked is None:
        size, why, told = yield from _size_of(network, pictures, bad, context, framing)
    else:
        size, told = asked, (yield from _told(asked, network, pictures, bad, context, framing))
    if framing == WHOLE:
        return size, framing, why
    whole = yield from _told(size, network, pictures, bad, context, WHOLE)
    better, less = float(told.better.mean()), float(whole.better.mean())
    if better < less:
        why += (
            f" The whole picture is judged: it tells {less:.2f} from good ones, the square around a part {better:.2f}."
        )
        return size, WHOLE, why.strip()
    why += f" {words_of(framing)} It tells {better:.2f} of such defects from good ones, the whole picture {less:.2f}."
    return size, framing, why.strip()


def parts_of(
    dataset: Dataset, request: TrainRequest, rng: np.random.Generator | None = None
) -> tuple[list[Image], Framing]:
    """Return some good pictures that are not tested, and the square around the part that they show, if they do.

    Raises:
        PictureError: If a picture cannot be read.
    """
    good = [sample for sample in dataset.of(TRAIN, VAL) if not sample.defective]
    drawn = (rng or np.random.default_rng(_SEED)).choice(len(good), min(ASKED, len(good)), replace=False)
    pictures = [good[index].picture() for index in np.sort(drawn).tolist()]
    return pictures, framing_of(pictures, turns=PRESETS[request.preset].turns)


def _size_of(
    network: InspectionNetwork,
    pictures: Sequence[Image],
    bad: Sequence[NDArray[np.uint8]],
    context: Context,
    framing: Framing,
) -> Generator[Report, None, tuple[int, str, Told]]:
    """Choose the size; the value is it, why, and what it tells apart."""
    small = yield from _told(SMALL, network, pictures, bad, context, framing)
    enough = enough_with(small)
    if enough:
        return SMALL, enough, small
    large = yield from _told(LARGE, network, pictures, bad, context, framing)
    size, why = verdict(small, large)
    return size, why, small if size == SMALL else large


def enough_with(small: Told) -> str:
    """Say why the larger size need not be asked; empty where it must be, as it may be clearly better."""
    auroc = float(small.better.mean())
    if 1.0 - auroc >= BETTER_BY:
        return ""
    return (
        f"Input of {SMALL} pixels: they tell good pictures with small defects drawn onto them from good ones "
        f"({auroc:.2f}, AUROC); a larger one could not be clearly better."
    )


def verdict(small: Told, large: Told) -> tuple[int, str]:
    """Take the larger size only if it tells clearly more apart; the size, and a sentence that says why."""
    gain = large.better - small.better
    error = float(gain.std(ddof=1)) / len(gain) ** 0.5
    clearly = float(gain.mean()) >= BETTER_BY and float(gain.mean()) > _STANDARD_ERRORS * error
    size = LARGE if clearly else SMALL
    auroc = {SMALL: float(small.better.mean()), LARGE: float(large.better.mean())}
    cost = large.cost_s / max(1e-9, small.cost_s)
    asked = (
        f"of good pictures with small defects drawn onto them {LARGE} pixels tell {auroc[LARGE]:.2f} from good ones "
        f"(AUROC), {SMALL} pixels {auroc[SMALL]:.2f}"
    )
    if clearly:
        return size, (
            f"Input of {size} pixels: {asked}. The line takes {cost:.1f} times as long for each part; where that is "
            f"too slow, ask for an input of {SMALL} pixels."
        )
    return size, f"Input of {size} pixels: {asked}, which is not clearly better and takes {cost:.1f} times as long."


def _told(
    size: int,
    network: InspectionNetwork,
    pictures: Sequence[Image],
    bad: Sequence[NDArray[np.uint8]],
    context: Context,
    framing: Framing,
) -> Generator[Report, None, Told]:
    """Measure pictures against memories of the others."""
    request = context.request
    preprocessing = Preprocessing(
        input_size=size,
        resize_policy=ResizePolicy(request.policy),
        part_side=framing.part_side,
        upright=framing.upright,
    )
    see = OpenVinoExtractor(context.freezer.in_float(network, network.last, size), preprocessing, "f32").second()
    described = []
    began_s = time.process_time()
    for number, picture in enumerate([*pictures, *bad], 1):
        yield from context.heed()
        described.append(see(fit(picture, preprocessing)[None])[0].reshape(128, -1).T.astype(np.float16))
        yield Progress(stage=f"which size shows more: {size} px", done=number, total=len(pictures) + len(bad))
    cost_s = (time.process_time() - began_s) / len(described)
    good, wrong = np.stack(described[: len(pictures)]), np.stack(described[len(pictures) :])
    folds = np.arange(len(good)) % min(_FOLDS, len(good))
    owner = np.repeat(folds, len(wrong) // len(good))
    plain, strange = np.empty(len(good)), np.empty(len(wrong))
    for fold in np.unique(folds):
        memory = MemoryOfGood(choose(flat(good[folds != fold]), request.seed, _ROWS))
        plain[folds == fold] = strangest(memory, good[folds == fold])
        strange[owner == fold] = strangest(memory, wrong[owner == fold])
    return Told(better=(strange[:, None] > plain[None]).mean(axis=1), cost_s=cost_s)
