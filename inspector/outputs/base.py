"""What the engine expects of the result log and of the picture archive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from inspector.domain.records import ArchivedPicture, Decision, Inspection, Part, Prediction, Verdict
    from inspector.domain.tally import Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class LogQuery:
    """Which inspections are meant; a field left out does not restrict.

    Args:
        since: Captured at or after this time (UTC).
        until: Captured before this time (UTC).
        recipe: The recipe's name.
        lot: The lot's name.
        verdicts: Inspections with one of these.
        after: Recorded after this one, by sequence (`ResultLog.recorded_since`); the clock does not matter.
        before: Recorded before this one, likewise.
        part: With this serial number, or asked for by the trigger with this id; both whole, as the line gave them.
        nest: From this nest or tool; there is no index of it, so that it is best asked for with a time or a lot.
    """

    since: datetime | None = None
    until: datetime | None = None
    recipe: str | None = None
    lot: str | None = None
    verdicts: frozenset[Verdict] | None = None
    after: int | None = None
    before: int | None = None
    part: str | None = None
    nest: str | None = None


@dataclass(frozen=True, slots=True)
class LogEvent:
    """What befell the record itself.

    Args:
        time: When it was noted, UTC.
        kind: “clock”, “damaged” or “empty”.
        words: What is to be said of it.
    """

    time: datetime
    kind: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class YieldPoint:
    """Counts of one time bucket, for the yield and rate chart.

    Args:
        start: Start of the bucket, UTC.
        tally: Parts whose time lies in the bucket.
    """

    start: datetime
    tally: Tally


class ResultLog(Protocol):
    """The record: one row per part. The engine's inspection thread appends; any thread may read."""

    def append(self, inspection: Inspection) -> None:
        """Commit one inspection; when this returns, it survives a power cut.

        Raises:
            LogError: If it could not be committed.
        """
        ...

    def check(self) -> None:
        """Look whether the next part could be committed; writes nothing, may be called twice a second from any thread.

        Raises:
            LogError: If it could not: the file is gone, or another program holds it.
        """
        ...

    def note_commit(self, inspection_id: str, commit_ms: float) -> None:
        """Note how long a commit took, in milliseconds: written with the next one, at the latest on `close`.

        It costs no commit of its own and never fails; after a power cut, the last part's is unknown.
        """
        ...

    def note_removed(self, pictures: Sequence[str], why: str) -> None:
        """Record which kept pictures are about to be removed, so that it does not look as if somebody took them away.

        It never fails: where the log cannot be written, it is recorded with the next part, at the latest on `close`;
        a power cut before that leaves them missing without a word.

        Args:
            pictures: Their paths.
            why: The limit that removes them.
        """
        ...

    def note_event(self, kind: str, words: str) -> None:
        """Record what befell the record itself, such as a clock that jumped: never changed or deleted.

        Raises:
            LogError: If it could not be committed.
        """
        ...

    def tally(self, query: LogQuery) -> Tally:
        """Count the parts of a query.

        Raises:
            LogError: If the log cannot be read.
        """
        ...

    def recent(self, query: LogQuery, limit: int) -> list[Inspection]:
        """Return the inspections of a query that were recorded last, the last first.

        Raises:
            LogError: If the log cannot be read.
        """
        ...

    def rows(self, query: LogQuery) -> Iterator[Inspection]:
        """Iterate over the inspections of a query in the order in which they were recorded, with flat memory.

        A row that cannot be read is left out, and noted (`ResultLog.unreadable`).

        Raises:
            LogError: If the log cannot be read.
        """
        ...

    def recorded_since(self, time: datetime) -> LogQuery:
        """Return the query of what was recorded from a time on, such as the beginning of a shift.

        Where the clock has jumped, it is what was recorded after the last part that was captured before that time: a
        part with a time to come, or a second part of an hour that came twice, is counted in the shift that saw it.

        Raises:
            LogError: If the log cannot be read.
        """
        ...

    def yield_over_time(self, query: LogQuery, bucket_s: int) -> list[YieldPoint]:
        """Return counts per time bucket, oldest first; buckets without a part are left out.

        Raises:
            LogError: If the log cannot be read.
        """
        ...

    def last_part_number(self, *, recipe: str, lot: str) -> int:
        """Return the highest part number of a recipe and lot; 0 where there is none.

        Raises:
            LogError: If the log cannot be read.
        """
        ...

    def file_keys(self, source: str) -> tuple[str, ...]:
        """Return the keys of all files of a source that are already recorded, the newest last (see `Origin.file_key`).

        Raises:
            LogError: If the log cannot be read.
        """
        ...

    def failure_pictures(self) -> list[str]:
        """Return the paths of kept pictures of all parts that did not pass and are not settled by reviewers.

        Settled is a part when all that stands of it says good, or all says defective.

        Raises:
            LogError: If the log cannot be read.
        """
        ...

    def unsent_pictures(self, among: frozenset[str]) -> frozenset[str]:
        """Return which of some kept pictures wait to be sent to a place for many stations.

        Args:
            among: Their paths: what waits may be far more than what is still there.

        Raises:
            LogError: If the log cannot be read.
        """
        ...

    def close(self) -> None:
        """Close the log; may be called twice."""
        ...


class Archive(Protocol):
    """Keeps pictures; called by the engine's inspection thread."""

    def keep(
        self, *, inspection_id: str, part: Part, prediction: Prediction | None, decision: Decision, view: int = 0
    ) -> ArchivedPicture | None:
        """Keep the part's picture if the policy says so.

        Args:
            inspection_id: It becomes the file's name.
            part: Its original pixels are kept.
            prediction: For the small heatmap file; None on ERROR without one.
            decision: On the part as a whole: policy looks at the verdict.
            view: Which of the part's views it shows: 0 for the main one, 1 for the first further one.

        Returns:
            What was kept; None where the policy keeps nothing.

        Raises:
            ArchiveError: If it should have been kept but could not be; nothing half-written remains.
        """
        ...

    def check(self) -> None:
        """Look whether the next picture could be kept; may be called twice a second from any thread.

        Raises:
            ArchiveError: If it could not: the disk is full or cannot be written, or the last picture was refused and
                that is still so.
        """
        ...

    def prune(
        self,
        protected: Sequence[str],
        unsent: Callable[[frozenset[str]], frozenset[str]] | None = None,
        removing: Callable[[Sequence[str], str], None] | None = None,
    ) -> int:
        """Apply the size and age limits; oldest passes first, never a path in ``protected``.

        Args:
            protected: Paths of pictures that stay: those of failures that nobody has reviewed.
            unsent: Returns which of some paths are of pictures that have still to be sent elsewhere: they do not go
                for their age, and for the size only when all others have gone. Asked only where some picture is to go.
                None: none has.
            removing: Told which pictures are about to be removed, some at a time, and by which limit.

        Returns:
            How many pictures were removed.
        """
        ...
