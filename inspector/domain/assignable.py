"""Assignable causes (Shewhart 1931): lamp, lens, fixture or process, by a table of which figures have moved."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

from inspector.domain.ewma import EwmaReference, EwmaWatch
from inspector.domain.picture_measures import PATTERN
from inspector.domain.statistics import logits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from inspector.domain.picture_measures import PictureMeasures

    Values = NDArray[np.float64]


class Cause(Enum):
    """What has moved; the value is what it is called."""

    FIXTURE = "fixture"
    LAMP = "lamp"
    LENS = "lens"
    PROCESS = "process"


class Measure(Enum):
    """A figure of a part; the value is what it is called."""

    BRIGHTNESS = "brightness"
    CONTRAST = "contrast"
    SHARPNESS = "sharpness"
    NOISE = "noise"
    RED = "red"
    BLUE = "blue"
    X = "place across"
    Y = "place down"
    ANGLE = "rotation"
    GRAIN = "direction of the texture"
    STRANGENESS = "strangeness"
    SCORE = "score"


MEASURES = tuple(Measure)
#: How many figures a part has.
WIDTH = len(MEASURES) + PATTERN**2
_PLACE = {measure: place for place, measure in enumerate(MEASURES)}
_TURNED = (Measure.ANGLE, Measure.GRAIN)
_PLAIN = (Measure.X, Measure.Y, *_TURNED)
_PROCESS = (Measure.STRANGENESS, Measure.SCORE)
#: What of a change is worth saying: of logarithms (0.02 is 2 %), shares of the picture's side, degrees, log-odds.
_NOTABLE = {
    Measure.BRIGHTNESS: 0.02,
    Measure.CONTRAST: 0.06,
    Measure.SHARPNESS: 0.10,
    Measure.NOISE: 0.20,
    Measure.RED: 0.03,
    Measure.BLUE: 0.03,
    Measure.X: 0.008,
    Measure.Y: 0.008,
    Measure.ANGLE: 1.0,
    Measure.GRAIN: 1.0,
    Measure.STRANGENESS: 0.10,
    Measure.SCORE: 0.7,
}
#: A cell of the pattern is darker or brighter by so much of the picture's brightness.
_CELL_NOTABLE = 0.03
#: Limits in standard deviations, for the short and the long average; what false alarms they give: docs/figures.md.
_LIMITS, _CELL_LIMITS, _PROCESS_LIMITS = (5.5, 5.0), (7.0, 6.0), (11.0, 5.0)
#: What has moved by this share of its limit speaks for a cause, once something has reached its limit.
_SPEAKS = 0.6
#: A spot covers no more of the picture; what covers more is uneven light.
_SPOT = 0.12
#: Cells that become darker and others that become brighter by at least this share of that are edges that have moved.
_BOTH_SIDES = 0.4
#: Less light takes this share, or more, of what it takes of the contrast.
_AS_MUCH = 0.5
#: Of so many parts a spot is darker, or brighter, than the middle in nearly all (20): a defect of some of them is not.
_STEADY, _ONE_SIDE = 24, 0.66
#: So many parts more are seen before the cause is named; more where nothing but the process seems to move.
_LOOKS, _LOOKS_LONGER = 10, 60
#: What a measure is now: the median of so many of the last parts, or of those since it moved.
_LATE = 100
#: Directions that point anywhere are not watched: mean resultant length of doubled angles (Mardia and Jupp 2000).
_POINTS_ANYWHERE = 0.9


def figures_of(measures: PictureMeasures, strangeness: float | None, p_defective: float | None) -> Values:
    """Return a part's figures as they are watched: (WIDTH,) float64, NaN where one is not known."""
    cells = np.full(PATTERN * PATTERN, np.nan) if measures.pattern is None else measures.pattern.ravel()
    return np.concatenate([recorded_figures_of(measures, strangeness, p_defective), cells])


def recorded_figures_of(measures: PictureMeasures, strangeness: float | None, p_defective: float | None) -> Values:
    """Return those of `MEASURES` alone, without the pattern, which is not recorded: (M,) float64, NaN likewise."""
    logs = (measures.brightness, measures.contrast, measures.sharpness, measures.noise, measures.red, measures.blue)
    plain = (measures.x, measures.y, measures.angle, measures.grain)
    score = math.nan if p_defective is None else float(logits(p_defective, 1e-4))
    lie = [math.nan if value is None else value for value in plain]
    return np.array([*map(_log, logs), *lie, _log(strangeness), score])


def _log(value: float | None) -> float:
    return math.nan if value is None else math.log(max(value, 1e-3))


def value_of(measure: Measure, figure: float) -> float:
    """Return what a figure is in its own unit: grey, ratio, share of the side, degrees, probability."""
    if measure is Measure.SCORE:
        return 1.0 / (1.0 + math.exp(-figure))
    return figure if measure in _PLAIN else math.exp(figure)


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedMeasure:
    """A measure that has moved.

    Args:
        before: Its median in the reference, in its own unit (`value_of`); of the process, the share of parts above.
        now: Its median of late; likewise.
        share: How far it has moved; 1 is its limit.
        above: Of the process: from which value on a part is unusual.
    """

    measure: Measure
    before: float
    now: float
    share: float
    above: float = 0.0

    @property
    def words(self) -> str:
        """As “brightness 112 → 96, -14 %”."""
        name, before, now = self.measure.value, self.before, self.now
        if self.measure in (Measure.X, Measure.Y):
            return f"{name} {100 * before:.1f} → {100 * now:.1f} % of the picture"
        if self.measure in _TURNED:
            return f"{name} {before:.1f}° → {now:.1f}°"
        if self.measure in _PROCESS:
            return f"{name} above {self.above:.2g} in {100 * now:.0f} % of the parts, {100 * before:.0f} % before"
        digits = 0 if self.measure in (Measure.BRIGHTNESS, Measure.CONTRAST) else 2
        percent = 100 * (now / before - 1) if before else 0.0
        return f"{name} {before:.{digits}f} → {now:.{digits}f}, {percent:+.0f} %".replace("-", "−")


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedCause:
    """A cause, with its evidence.

    Args:
        parts: For how many parts it has been moving.
        changes: What speaks for it, the furthest first.
        spot: Middle of the cells that have changed, as shares of width and height; None where that is not the evidence.
        uneven: Share of the picture that has become darker or brighter against the rest, 0..1.
    """

    cause: Cause
    parts: int
    changes: tuple[MovedMeasure, ...]
    spot: tuple[float, float] | None = None
    uneven: float = 0.0

    @property
    def evidence(self) -> str:
        """What has moved, in words."""
        said = [change.words for change in self.changes]
        if self.spot is not None:
            across, down = (round(100 * share) for share in self.spot)
            said.append(f"a spot that stays in place, {across} % from the left and {down} % from the top")
        elif self.uneven:
            said.append(f"{100 * self.uneven:.0f} % of the picture is lit otherwise")
        return "; ".join(said)


class CauseWatch:
    """Watches the parts of one view. Used by one thread at a time.

    Args:
        values: (n, k) what `figures_of` gave of the reference's parts, in their order.
    """

    def __init__(self, values: Values) -> None:
        count = len(MEASURES)
        self._turn = np.zeros(values.shape[1])
        self._turn[[_PLACE[measure] for measure in _TURNED]] = 1.0
        values = self._turned(values, self._learn_turn(values))
        process = np.isin(np.arange(values.shape[1]), [_PLACE[measure] for measure in _PROCESS])
        notable = np.full(values.shape[1], _CELL_NOTABLE)
        notable[:count] = [_NOTABLE[measure] for measure in MEASURES]
        cells = np.arange(values.shape[1]) >= count
        limits = np.array(
            [
                np.where(cells, cell, np.where(process, scores, own))
                for cell, scores, own in zip(_CELL_LIMITS, _PROCESS_LIMITS, _LIMITS, strict=True)
            ]
        )
        self.reference = EwmaReference(values, notable, process, limits)
        self._watch = EwmaWatch(self.reference)
        self._late: deque[Values] = deque(maxlen=_LATE)
        self._waits: int | None = None
        self._said: set[Cause] = set()
        self._shares = np.zeros(values.shape[1])

    def see(self, values: Values) -> NamedCause | None:
        """Take the figures of a part that was judged.

        Returns:
            What has moved, once for each cause until it has come back; None mostly.
        """
        values = self._turned(values, self._directions)
        self._late.append(values)
        self._shares = self._watch.see(values)
        if not self._said and np.abs(self._shares).max() < 1.0:
            self._waits = None
            return None
        beyond = self._beyond(1.0)
        self._said &= self._still(0.5)
        if not set(beyond) - self._said:
            self._waits = None
            return None
        if self._said and set(beyond) == {Cause.PROCESS}:  # what moved before moves scores, too
            return None
        if self._waits is None:
            self._waits = _LOOKS_LONGER if set(beyond) == {Cause.PROCESS} else _LOOKS
        if set(beyond) - {Cause.PROCESS}:
            self._waits = min(self._waits, _LOOKS)
        self._waits -= 1
        if self._waits > 0:
            return None
        self._waits = None
        return self._name()

    def bands(self) -> tuple[Values, Values, Values]:
        """Return medians of the reference, and between which figures means of some twenty parts may lie."""
        low, high = self.reference.band()
        turn = np.where(self._turn > 0, np.nan_to_num(self._directions), 0.0)
        return self.reference.middle + turn, low + turn, high + turn

    def turned(self, values: Values) -> Values:
        """Return figures with directions beside that of the reference, so that none jumps from 90° to -90°."""
        turn = np.where(self._turn > 0, np.nan_to_num(self._directions), 0.0)
        return self._turned(values, self._directions) + turn

    def begin_again(self) -> None:
        """Forget the parts that came, and what was said."""
        self._watch.begin_again()
        self._late.clear()
        self._waits, self._said = None, set()

    def _name(self) -> NamedCause | None:
        speaking = self._beyond(_SPEAKS)
        cause = next((each for each in Cause if each in speaking and each not in self._said), None)
        if cause is None:
            return None
        self._said |= set(speaking)
        places = [_PLACE[measure] for measure in speaking[cause]]
        spot, uneven = self._cells(_SPEAKS) if cause in (Cause.LENS, Cause.LAMP) else (None, 0.0)
        return NamedCause(
            cause=cause,
            parts=self._parts(places, spot is not None or bool(uneven)),
            changes=tuple(sorted((self._change(place) for place in places), key=lambda change: -abs(change.share))),
            spot=spot if cause is Cause.LENS else None,
            uneven=uneven if cause is Cause.LAMP else 0.0,
        )

    def _dimmed(self, moved: list[Measure]) -> list[Measure]:
        """Return contrast where it alone has moved, and brightness with it: less light takes as much of both.

        Where parts differ in brightness by themselves, its average is within its limits for long.
        """
        if moved != [Measure.CONTRAST]:
            return []
        average = int(np.argmax(np.abs(self._watch.shares[:, _PLACE[Measure.CONTRAST]])))
        brightness, contrast = (
            self.reference.change(self._watch.averages[average])[_PLACE[measure]]
            for measure in (Measure.BRIGHTNESS, Measure.CONTRAST)
        )
        return moved if brightness / contrast >= _AS_MUCH else []

    def _still(self, least: float) -> set[Cause]:
        """Return what has not come back: of the lens also where what was a spot is larger, or not on every part."""
        cells = np.abs(self._shares[len(MEASURES) :]).max() >= least
        return {*self._beyond(least), *((Cause.LENS,) if cells else ())}

    def _beyond(self, least: float) -> dict[Cause, list[Measure]]:
        """Return which causes are spoken for, and by which measures; the table that names them."""
        moved = {measure: self._shares[_PLACE[measure]] for measure in MEASURES}

        def by(*measures: Measure) -> list[Measure]:
            return [measure for measure in measures if abs(moved[measure]) >= least]

        causes: dict[Cause, list[Measure]] = {}
        if lie := by(Measure.X, Measure.Y, Measure.ANGLE, Measure.GRAIN):
            causes[Cause.FIXTURE] = lie
        spot, _ = self._cells(least)
        sharp = by(Measure.SHARPNESS, Measure.CONTRAST)
        light = by(Measure.BRIGHTNESS, Measure.RED, Measure.BLUE) or self._dimmed(sharp)
        louder = [Measure.NOISE] if moved[Measure.NOISE] >= least else []  # where gain makes up for light
        if light or louder:
            causes[Cause.LAMP] = [*by(Measure.BRIGHTNESS, Measure.CONTRAST, Measure.RED, Measure.BLUE), *louder]
        if spot is not None or (sharp and not light):
            causes[Cause.LENS] = sharp
        if process := by(*_PROCESS):
            causes[Cause.PROCESS] = process
        return causes

    def _cells(self, least: float) -> tuple[tuple[float, float] | None, float]:
        """Return where a spot is, or how large a share of the picture is lit otherwise."""
        moved = np.abs(self._shares[len(MEASURES) :])
        if moved.max() < least:
            return None, 0.0
        late = self.reference.standard(np.array(self._late)[-_STEADY:])
        steady = np.abs(np.sign(late).mean(axis=0)) >= _ONE_SIDE
        moved = np.where(steady[len(MEASURES) :], moved, 0.0).reshape(PATTERN, PATTERN)
        changed = moved >= least
        share = float(changed.mean())
        if not share:
            return None, 0.0
        if share > _SPOT:
            return None, share
        if self._edges_moved():
            return None, 0.0
        row, column = np.unravel_index(int(moved.argmax()), moved.shape)
        return ((float(column) + 0.5) / PATTERN, (float(row) + 0.5) / PATTERN), 0.0

    def _edges_moved(self) -> bool:
        """Say whether cells have become darker and others brighter, as at both edges of a part that lies elsewhere."""
        cells = self._shares[len(MEASURES) :]
        less, more = sorted((-float(cells.min()), float(cells.max())))
        return less >= max(_SPEAKS, _BOTH_SIDES * more)

    def _change(self, place: int) -> MovedMeasure:
        measure, before = MEASURES[place], float(self.reference.middle[place])
        parts = self._parts([place], cells=False)
        late = np.array(self._late)[-max(8, parts if measure in _PROCESS else parts // 2) :, place]
        known = late[~np.isnan(late)]
        if measure in _PROCESS:
            above = float(self.reference.high_from[place])
            return MovedMeasure(
                measure=measure,
                before=float(self.reference.high[place]),
                now=float((known > above).mean()) if len(known) else 0.0,
                share=float(self._shares[place]),
                above=value_of(measure, above),
            )
        now = float(np.median(known)) if len(known) else before
        turn = float(self._directions[place]) if measure in _TURNED else 0.0
        return MovedMeasure(
            measure=measure,
            before=value_of(measure, before + turn),
            now=value_of(measure, now + turn),
            share=float(self._shares[place]),
        )

    def _parts(self, places: Sequence[int], cells: bool) -> int:  # noqa: FBT001 - whether cells are among it
        """Return for how many parts the furthest of some figures has been moving, by the average that moved further."""
        over = [*places, *(range(len(MEASURES), len(self._shares)) if cells else ())]
        place = max(over, key=lambda each: abs(self._shares[each]))
        average = int(np.argmax(np.abs(self._watch.averages[:, place] / self.reference.limits[:, place])))
        return max(1, int(self._watch.moving[average, place]))

    def _learn_turn(self, values: Values) -> Values:
        """Return the mean direction of what has one, degrees; NaN where it points anywhere."""
        self._directions = np.zeros(values.shape[1])
        for measure in _TURNED:
            known = values[:, _PLACE[measure]]
            doubled = np.exp(2j * np.radians(known[~np.isnan(known)]))
            mean = doubled.mean() if len(doubled) else 0.0
            sure = abs(mean) >= _POINTS_ANYWHERE
            self._directions[_PLACE[measure]] = math.degrees(np.angle(mean)) / 2 if sure else math.nan
        return self._directions

    def _turned(self, values: Values, directions: Values) -> Values:
        """Return figures with directions as they differ from the reference's, -90 to 90."""
        turned = values.copy()
        for measure in _TURNED:
            place = _PLACE[measure]
            turned[..., place] = (values[..., place] - directions[place] + 90.0) % 180.0 - 90.0
        return turned
