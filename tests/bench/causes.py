"""``python -m tests.bench.causes --model bottle=FOLDER …``: are lamp, lens, fixture and process named rightly, and in time?

Each product's good pictures that its model has not learnt from are measured and judged as they are, and with each cause
injected in four grades (`tests.spc.injected`). Sequences of parts are drawn from these at random, with replacement: the
reference, as many good parts again, then the cause from one part to the next. A cause that is named before (a false alarm),
not within 3,000 parts, or as another one, is wrong. ``ramp``: the cause grows in twenty steps of 100 parts up to its highest
grade; overkill has doubled at the step whose good parts are rejected twice as often as as they are (at least one more of
those at hand), and the alarm must come before that step begins. ``quiet``: a million parts of which nothing has changed, a new reference
for each 10,000.
``cost``: what measuring and watching take beside a verdict.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from scipy.signal import lfilter

from inspector.assembly import load_classifier
from inspector.domain.assignable import MEASURES, CauseWatch, Measure, figures_of
from inspector.domain.ewma import WEIGHTS
from inspector.domain.guard import in_force
from inspector.domain.picture_measures import measure_picture
from inspector.domain.policy import decide
from inspector.domain.records import Verdict
from inspector.domain.strangeness import DEFAULT_RATE
from inspector.paths import Home, shipped_models_dir
from inspector.sources.demo_scene import MIDDLE, DemoScene
from tests.conftest import find_test_data
from tests.spc.injected import GRADES, NAMES, Injected, inject

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from inspector.domain.assignable import NamedCause
    from inspector.vision.classifier import Classifier

    Pictures = list[NDArray[np.uint8]]
    Values = NDArray[np.float64]

REFERENCE, MOST, STEPS, STEP_PARTS = 500, 3000, 20, 100
#: Parts after each reference whose false alarms are counted.
QUIET_PARTS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """Pictures of one product, and the model that judges them.

    Args:
        good: Of good parts that the model has not learnt from.
        defective: Of a kind of defect that it has not learnt.
    """

    name: str
    good: Pictures
    defective: Pictures
    model: Classifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was measured of pictures.

    Args:
        values: (n, k) figures.
        rejected: (n,) whether they did not pass.
    """

    values: Values
    rejected: NDArray[np.bool_]


def drawn(count: int, seed: int, *, defective: bool) -> Pictures:
    """Return parts of the demo line in the middle of the belt, (400, 400, 3) uint8 BGR."""
    scene = DemoScene(seed=seed, defect_rate=float(defective), guided=True)
    return [MIDDLE.cut_whole(scene.render(scene.frame_of(number))[0]) for number in range(1, count + 1)]


def read(folder: Path, leave_out: Path | None, most: int) -> Pictures:
    """Return the pictures of a folder, without those a model has learnt from."""
    learnt = (
        {path.name for path in leave_out.rglob("*.png")} | {path.name for path in leave_out.rglob("*.jpg")}
        if leave_out
        else set()
    )
    paths = [path for path in sorted(folder.rglob("*")) if path.suffix in (".png", ".jpg") and path.name not in learnt]
    pictures = [cv2.imread(str(path)) for path in paths[:: max(1, len(paths) // most)][:most]]
    return [picture for picture in pictures if picture is not None]


def see(product: Product, pictures: Pictures) -> Seen:
    """Measure and judge pictures."""
    identity = product.model.identity
    thresholds = in_force(None, product.model.thresholds, identity.good_scale, DEFAULT_RATE)
    values, rejected = [], []
    for picture in pictures:
        decision = decide(product.model.predict(picture), thresholds)
        values.append(figures_of(measure_picture(picture), decision.strangeness, decision.p_defective))
        rejected.append(decision.verdict is not Verdict.PASS)
    return Seen(values=np.array(values), rejected=np.array(rejected))


def applies(what: Injected, clean: Seen) -> bool:
    """Say whether the pictures show a cause at all: a place or a direction that can be known."""
    watched = CauseWatch(clean.values).reference.watched
    if what is Injected.SHIFT:
        return bool(watched[MEASURES.index(Measure.X)])
    if what is Injected.ROTATION:
        return bool(watched[[MEASURES.index(Measure.ANGLE), MEASURES.index(Measure.GRAIN)]].any())
    return True


def draws(rng: np.random.Generator, seen: Values, parts: int) -> Values:
    """Return the figures of parts that are drawn at random."""
    return np.asarray(seen[rng.integers(len(seen), size=parts)], np.float64)


def first(watch: CauseWatch, values: Values) -> tuple[int, NamedCause] | None:
    """Return after how many parts something is found, and what."""
    for place, part in enumerate(values):
        if finding := watch.see(part):
            return place + 1, finding
    return None


def named(product: Product, seed: int, kinds: Sequence[Injected]) -> Iterator[dict[str, object]]:
    """Yield a row for each cause and grade."""
    clean, defects = see(product, product.good), see(product, product.defective)
    for what in kinds:
        if not applies(what, clean):
            yield {"product": product.name, "cause": what.value, "applies": False}
            continue
        for grade in GRADES[what]:
            rng = np.random.default_rng([seed, list(Injected).index(what), round(1e4 * grade)])
            changed = (
                clean if what is Injected.NEW_DEFECT else see(product, [inject(what, grade, p) for p in product.good])
            )
            watch = CauseWatch(draws(rng, clean.values, REFERENCE))
            early = first(watch, draws(rng, clean.values, REFERENCE))
            after = draws(rng, changed.values, MOST)
            if what is Injected.NEW_DEFECT:
                bad = rng.random(MOST) < grade
                after[bad] = draws(rng, defects.values, int(bad.sum()))
            found = first(watch, after)
            row: dict[str, object] = {"product": product.name, "cause": what.value, "grade": grade, "applies": True}
            row |= {"overkill": float(changed.rejected.mean()), "overkill_before": float(clean.rejected.mean())}
            row |= {"false_alarm": early[1].cause.value if early else None}
            row |= {"named": found[1].cause.value if found else None, "after_parts": found[0] if found else None}
            row |= {"evidence": found[1].evidence if found else ""}
            row["right"] = early is None and found is not None and found[1].cause is NAMES[what]
            yield row


def ramp(product: Product, seed: int, kinds: Sequence[Injected]) -> Iterator[dict[str, object]]:
    """Yield for each cause whether the alarm came before overkill had doubled."""
    clean = see(product, product.good)
    base = int(clean.rejected.sum())
    for what in kinds:
        if what is Injected.NEW_DEFECT or not applies(what, clean):
            continue
        rng = np.random.default_rng([seed, 9, list(Injected).index(what)])
        watch = CauseWatch(draws(rng, clean.values, REFERENCE))
        doubled = alarm = None
        cause = ""
        for step in range(1, STEPS + 1):
            grade = GRADES[what][-1] * step / STEPS
            changed = see(product, [inject(what, grade, p) for p in product.good])
            if doubled is None and int(changed.rejected.sum()) >= max(2 * base, base + 1):
                doubled = (step - 1) * STEP_PARTS
            found = None if alarm is not None else first(watch, draws(rng, changed.values, STEP_PARTS))
            if found:
                alarm, cause = (step - 1) * STEP_PARTS + found[0], found[1].cause.value
            if doubled is not None and alarm is not None:
                break
        yield {
            "product": product.name,
            "cause": what.value,
            "alarm_after": alarm,
            "named": cause,
            "overkill_doubled_after": doubled,
            "in_time": alarm is not None and (doubled is None or alarm <= doubled),
        }


def quiet(product: Product, seed: int, parts: int) -> dict[str, object]:
    """Count false alarms in parts of which nothing has changed: after each reference so many parts are drawn at random.

    The averages of a sequence are reckoned at once. Where none reaches its limit, no part gives an alarm; the other
    sequences are watched part by part, and after an alarm the watch begins anew.
    """
    rng = np.random.default_rng([seed, 5])
    clean = see(product, product.good).values
    began = time.process_time()
    alarms: Counter[str] = Counter()
    looked_at, furthest = 0, []
    for _ in range(math.ceil(parts / QUIET_PARTS)):
        watch = CauseWatch(draws(rng, clean, REFERENCE))
        values = draws(rng, clean, QUIET_PARTS)
        furthest.append(_furthest(watch, values))
        if furthest[-1] < 1.0:
            continue
        looked_at += 1
        for part in values:
            if finding := watch.see(part):
                alarms[finding.cause.value] += 1
                print(json.dumps({"false alarm": finding.cause.value, "evidence": finding.evidence}), flush=True)
                watch.begin_again()
    return {
        "product": product.name,
        "parts": len(furthest) * QUIET_PARTS,
        "references": len(furthest),
        "reached_a_limit": looked_at,
        "furthest_median": float(np.median(furthest)),
        "furthest": max(furthest),
        "alarms": dict(alarms),
        "s": time.process_time() - began,
    }


def _furthest(watch: CauseWatch, values: Values) -> float:
    """Return how far any average moves within parts; 1 is its limit."""
    standard = watch.reference.standard(watch._turned(values, watch._directions))
    return max(
        float((np.abs(lfilter([weight], [1.0, weight - 1.0], standard, axis=0)).max(axis=0) / limits).max())
        for weight, limits in zip(WEIGHTS, watch.reference.limits, strict=True)
    )


def cost(product: Product) -> dict[str, object]:
    """Return what measuring and watching take, and what a verdict takes, in milliseconds of processor time."""
    values = see(product, product.good).values
    watch = CauseWatch(values[np.arange(REFERENCE) % len(values)])

    def timed(work: str) -> float:
        began = time.process_time()
        for place, picture in enumerate(product.good[:40]):
            if work == "verdict":
                product.model.predict(picture)
            elif work == "measure":
                measure_picture(picture)
            else:
                watch.see(values[place])
        return 1000 * (time.process_time() - began) / len(product.good[:40])

    taken = {work: min(timed(work) for _ in range(3)) for work in ("verdict", "measure", "watch")}
    ratio = (taken["measure"] + taken["watch"]) / taken["verdict"]
    return {"product": product.name, "pixels": list(product.good[0].shape), **taken, "ratio": ratio}


def products(models: dict[str, Path], most: int) -> Iterator[Product]:
    """Yield the demo line's product, and those of the real data for which a model is given."""
    home = Home(root=Path("/nonexistent"))
    demo = load_classifier(str(shipped_models_dir() / "demo"), home, device="cpu", precision="auto")
    yield Product(name="demo", good=drawn(most, 7, defective=False), defective=drawn(30, 8, defective=True), model=demo)
    data = find_test_data()
    for name, model in models.items():
        assert data is not None
        learnt = Path(str(model) + ".learnt")
        if name == "bottle":
            good = read(data / "bottle/train/good", learnt, most) + read(data / "bottle/test/good", None, most)
            bad = read(data / "bottle/test/contamination", None, most)
        else:
            good, bad = read(data / f"{name}/good", learnt, most), read(data / f"{name}/defective", None, most)
        yield Product(
            name=name,
            good=good,
            defective=bad,
            model=load_classifier(str(model), home, device="cpu", precision="auto"),
        )


def main() -> None:
    """Measure, and print a row of JSON for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", nargs="*", default=[], metavar="PRODUCT=FOLDER")
    parser.add_argument("--part", choices=("named", "ramp", "quiet", "cost"), nargs="+", default=["named"])
    parser.add_argument("--kinds", nargs="+", default=[kind.name.lower() for kind in Injected])
    parser.add_argument("--parts", type=int, default=1_000_000)
    parser.add_argument("--pictures", type=int, default=100, help="of each kind at most")
    parser.add_argument("--only", nargs="+", help="these products alone")
    parser.add_argument("--seed", type=int, default=0)
    parsed = parser.parse_args()
    kinds = [Injected[name.upper()] for name in parsed.kinds]
    rows: list[dict[str, object]] = []
    models = {name: Path(folder) for name, folder in (each.split("=", 1) for each in parsed.model)}
    for product in products(models, parsed.pictures):
        if parsed.only and product.name not in parsed.only:
            continue
        if "named" in parsed.part:
            for row in named(product, parsed.seed, kinds):
                rows.append(row)
                print(json.dumps(row), flush=True)
        if "ramp" in parsed.part:
            for row in ramp(product, parsed.seed, kinds):
                print(json.dumps(row), flush=True)
        if "quiet" in parsed.part:
            print(json.dumps(quiet(product, parsed.seed, parsed.parts)), flush=True)
        if "cost" in parsed.part:
            print(json.dumps(cost(product)), flush=True)
    shown = [row for row in rows if row["applies"]]
    if shown:
        print(json.dumps({"right": sum(bool(row["right"]) for row in shown), "of": len(shown)}))


if __name__ == "__main__":
    main()
