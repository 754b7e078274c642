"""Judges kept pictures again on the pipeline of batches: resumable, as many at a time as there are cores."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.batch.judge import ANOTHER, Job
from inspector.batch.listing import Listing
from inspector.batch.pace import RunPace
from inspector.batch.pipeline import judge_listing
from inspector.batch.process import prepare_process
from inspector.batch.progress import BatchStage, RunProgress
from inspector.batch.reader import read_table
from inspector.batch.results import ResultTable
from inspector.domain.config import NO_LIMITS
from inspector.domain.errors import BundleError, DeviceError
from inspector.domain.policy import VERDICTS
from inspector.domain.records import Verdict
from inspector.replay.chosen import ChosenParts, NotJudged, worst
from inspector.replay.order import JudgeKey

if TYPE_CHECKING:
    import threading
    from collections.abc import Generator, Iterator, Sequence

    from inspector.batch.table import BatchTable
    from inspector.domain.records import Thresholds
    from inspector.replay.chosen import ChosenPart, KeptView
    from inspector.replay.judges import AgainJudge, AgainJudges
    from inspector.replay.order import ReplayOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayedPart:
    """One part, and what is said of it now.

    Args:
        verdict: That of today, of all its views; None where it was not judged.
        p_defective: Today's of the first view that was judged, to six digits; None where it was not judged.
        gap: Why it was not judged; None where it was.
        exact: Whether the same model judged the very same pixels in the same way: then nothing may differ.
        strayed: The largest difference of a score from the recorded one; None where nothing is compared.
    """

    part: ChosenPart
    verdict: Verdict | None = None
    p_defective: float | None = None
    gap: NotJudged | None = None
    exact: bool = False
    strayed: float | None = None

    @property
    def differs(self) -> bool:
        """Whether today's verdict is another."""
        return self.verdict is not None and self.verdict is not self.part.verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayOutcome:
    """What came of it.

    Args:
        parts: All of its parts that have, or should have, a picture.
        notes: What is to be known of it, as sentences.
        interrupted: Whether it was stopped before its end.
    """

    chosen: ChosenParts
    parts: Sequence[ReplayedPart]
    notes: tuple[str, ...] = ()
    interrupted: bool = False

    @property
    def judged(self) -> Iterator[ReplayedPart]:
        """Those that were judged again."""
        return (part for part in self.parts if part.verdict is not None)

    def gaps(self) -> Counter[NotJudged]:
        """Count why parts were not judged."""
        counted = Counter(part.gap for part in self.parts if part.gap is not None)
        counted[NotJudged.NOT_KEPT] += self.chosen.not_kept.total()
        return +counted

    def table(self) -> Counter[tuple[Verdict, Verdict]]:
        """Count the parts that were judged by their recorded verdict and today's."""
        return Counter((part.part.verdict, part.verdict) for part in self.parts if part.verdict is not None)


@dataclass(slots=True)
class _Pictures:
    """Pictures that one judge takes, by the place of their part and view."""

    places: list[tuple[int, int]] = field(default_factory=list)
    views: list[KeptView] = field(default_factory=list)


class Replay:
    """Judges a selection. Used by one thread.

    Args:
        judges: Loads it.
        out: A folder for the rows of what has been judged; the same selection goes on from them.
        stop: When set, the pictures at hand are finished and no others begun.
    """

    def __init__(
        self, chosen: ChosenParts, order: ReplayOrder, judges: AgainJudges, out: Path, *, stop: threading.Event
    ) -> None:
        self._chosen, self._order, self._judges, self._out, self._stop = chosen, order, judges, out, stop
        self._again: dict[tuple[int, int], tuple[Verdict, float | None, bool] | NotJudged] = {}
        self._notes: list[str] = []
        self._groups = self._grouped()

    def run(self) -> Generator[RunProgress, None, ReplayOutcome]:
        """Judge what has no row yet.

        Yields:
            How far it is.

        Returns:
            What came of it.

        Raises:
            ModelChangedError: If a model no longer judges as when it was made.
            InspectorError: If the thresholds do not fit, another model is not there, or something cannot be written.
        """
        prepare_process()
        total = sum(len(group.places) for group in self._groups.values())
        pace = RunPace(0, total)
        yield pace.progress()
        for key, group in self._groups.items():
            yield RunProgress(stage=BatchStage.LOADING, done=pace.done, total=total)
            try:
                judge = self._judges.load(key)
            except (BundleError, DeviceError) as error:
                if not key.sha256:
                    raise
                self._again.update(dict.fromkeys(group.places, NotJudged.of(error)))
                self._notes.append(str(error))
                pace.done += len(group.places)
                continue
            try:
                yield from self._judge(key, group, judge, pace)
            finally:
                judge.classifier.close()
        yield pace.progress()
        return ReplayOutcome(
            chosen=self._chosen,
            parts=[self._part(number) for number in range(len(self._chosen.parts))],
            notes=tuple(dict.fromkeys(self._notes)),
            interrupted=self._stop.is_set(),
        )

    # --- inside -------------------------------------------------------------------------------------------------------

    def _grouped(self) -> dict[JudgeKey, _Pictures]:
        groups: dict[JudgeKey, _Pictures] = {}
        for number, part in enumerate(self._chosen.parts):
            for place, view in enumerate(part.views):
                group = groups.setdefault(JudgeKey.of(view, self._order), _Pictures())
                group.places.append((number, place))
                group.views.append(view)
        return groups

    def _judge(
        self, key: JudgeKey, group: _Pictures, judge: AgainJudge, pace: RunPace
    ) -> Generator[RunProgress, None, None]:
        names = tuple(view.file for view in group.views)
        listing = Listing(Path(key.base), names)
        job = Job(
            folder=listing.folder,
            thresholds=judge.thresholds,
            quality=NO_LIMITS,
            expected={view.file: view.sha256 for view in group.views},
        )
        out = self._out / _name(key, judge)
        with ResultTable(out, listing, judge.classifier.identity.sha256) as table:
            left = table.left()
            pace.done += len(names) - len(left)
            for rows in judge_listing(listing, left, job, judge.classifier, stop=self._stop, known=table.known):
                for index, row in rows:
                    pace.done += 1
                    if row is not None:
                        table.add(index, row)
                if pace.is_due():
                    yield pace.progress()
            for _ in judge.classifier.self_test():
                pass
            table.finish()
            path = table.path
        self._take(group, read_table(path), judge)

    def _take(self, group: _Pictures, table: BatchTable, judge: AgainJudge) -> None:
        places = {path: place for place, path in enumerate(table.paths)}
        for at, view in zip(group.places, group.views, strict=True):
            place = places.get(view.file)
            if place is None:
                self._again[at] = NotJudged.STOPPED
                continue
            verdict = VERDICTS[int(table.verdicts[place])]
            if verdict is Verdict.ERROR:
                reason = table.reasons[place]
                changed = reason.startswith(ANOTHER)
                self._again[at] = NotJudged.CHANGED if changed else NotJudged.UNREADABLE
                if not changed:
                    self._notes.append(f"{view.file}: {reason}")
                continue
            exact = judge.exact and view.lossless and self._order.as_recorded
            self._again[at] = (verdict, float(table.p_defective[place]), exact)

    def _part(self, number: int) -> ReplayedPart:
        part = self._chosen.parts[number]
        if part.gap is not None:
            return ReplayedPart(part=part, gap=part.gap)
        verdicts, exact, strayed, p_now = [part.held], True, 0.0, None
        for place, view in enumerate(part.views):
            again = self._again.get((number, place), NotJudged.STOPPED)
            if isinstance(again, NotJudged):
                return ReplayedPart(part=part, gap=again)
            verdict, p, same = again
            verdicts.append(verdict)
            exact = exact and same
            p_now = p if place == 0 else p_now
            if p is not None and view.p_defective is not None:
                strayed = max(strayed, abs(p - round(view.p_defective, 6)))
        return ReplayedPart(part=part, verdict=worst(verdicts), p_defective=p_now, exact=exact, strayed=strayed)


def _name(key: JudgeKey, judge: AgainJudge) -> str:
    """Return the folder for the rows of a judge: rows of another one are never taken for its own."""
    points: Thresholds = judge.thresholds
    now = judge.classifier.identity
    says = repr((key.base, now.sha256, now.device, now.precision, now.backend, points))
    return f"{now.name}-{hashlib.sha256(says.encode()).hexdigest()[:12]}"
