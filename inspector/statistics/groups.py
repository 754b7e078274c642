"""Parts grouped by shift, day, lot, recipe, model, tool or nest, from the roll-up."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import Enum
from typing import TYPE_CHECKING

from inspector.domain.records import Verdict
from inspector.domain.shifts import shift_starts_between
from inspector.domain.tally import Tally
from inspector.outputs.roll_up import NO_QUARTER, QUARTER_S, sum_bins

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import tzinfo

    from inspector.outputs.roll_up_reads import BinnedParts, CountedParts, RollUpKey, RollUpQuery

_VERDICTS = {verdict.value: verdict for verdict in Verdict}
_HASH_SHOWN = 8
NO_LOT, NO_MODEL, NO_NEST = "no lot", "no model", "not known"
_NUMBERS = re.compile(r"(\d+)")


class GroupBy(Enum):
    """What one group of parts is; the value is what the choice is called."""

    SHIFT = "Shift"
    DAY = "Day"
    LOT = "Lot"
    RECIPE = "Recipe"
    MODEL = "Model"
    NEST = "Tool or nest"

    @property
    def in_time(self) -> bool:
        """Whether groups follow one another in time, so that what comes after what says something."""
        return self is not GroupBy.NEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Parts that are counted together.

    Args:
        name: What it is called: when a shift or day began on the wall's clock, else the name.
        query: Asks for its parts.
        first: When its first quarter of an hour began, UTC.
        tally: Its parts by verdict.
        kinds: How many of its parts were rejected for which kind of reason.
        times: Bins of how long its parts took, see `inspector.domain.bins.time_bin`.
    """

    name: str
    query: RollUpQuery
    first: datetime
    tally: Tally
    kinds: Mapping[tuple[Verdict, str], int]
    times: Mapping[int, int]


@dataclass(slots=True)
class _Growing:
    """A group as long as rows are added; verdicts are texts, which hash faster."""

    name: str
    query: RollUpQuery
    first: int
    counts: dict[tuple[str, str], int] = field(default_factory=dict)
    times: list[str] = field(default_factory=list)

    def done(self) -> Group:
        verdicts, kinds = Counter[Verdict](), dict[tuple[Verdict, str], int]()
        for (name, kind), parts in self.counts.items():
            verdict = _VERDICTS[name]
            verdicts[verdict] += parts
            if verdict is not Verdict.PASS:
                kinds[verdict, kind] = parts
        return Group(
            name=self.name,
            query=self.query,
            first=datetime.fromtimestamp(self.first * QUARTER_S, UTC),
            tally=Tally(
                passed=verdicts[Verdict.PASS],
                failed=verdicts[Verdict.FAIL],
                review=verdicts[Verdict.REVIEW],
                error=verdicts[Verdict.ERROR],
            ),
            kinds=kinds,
            times=sum_bins(self.times),
        )


class Grouping:
    """Says of a quarter of an hour and a key to which group they belong.

    Args:
        by: Whether shifts, days, lots, recipes, models or nests are compared.
        query: What was asked for; a group asks for its parts by a narrower one.
        keys: What the keys mean.
        span: The first and the last quarter.
        shift_starts: Hours at which shifts begin.
        zone: Whose clock shifts and days follow; None for the computer's.
    """

    def __init__(
        self,
        by: GroupBy,
        query: RollUpQuery,
        keys: Mapping[int, RollUpKey],
        *,
        span: tuple[int, int],
        shift_starts: Sequence[int],
        zone: tzinfo | None,
    ) -> None:
        self.by, self._query, self._zone = by, query, zone
        starts = {GroupBy.SHIFT: shift_starts, GroupBy.DAY: (0,)}.get(by)
        moments = [] if starts is None else _moments(span, starts, zone)
        self._begins = [int(moment.timestamp() // QUARTER_S) for moment in moments]
        self._moments = moments
        self._several_recipes = len({key.recipe for key in keys.values()}) > 1
        models = {(key.model_name, key.model_sha256) for key in keys.values()}
        self._models = Counter(name for name, _ in models)
        named = {number: self._named(key) for number, key in keys.items()}
        spans = [self._span(place) for place in range(len(moments))]
        #: Name of each group that may be, and what asks for its parts.
        self.groups: list[tuple[str, RollUpQuery]] = spans or list(dict.fromkeys(named.values()))
        places = {} if spans else {group: place for place, group in enumerate(self.groups)}
        self._of_key = {} if spans else {number: places[group] for number, group in named.items()}

    def of(self, quarter: int, key: int) -> int:
        """Return the place of the group in `groups`."""
        return bisect_right(self._begins, quarter) - 1 if self._begins else self._of_key[key]

    def _span(self, place: int) -> tuple[str, RollUpQuery]:
        start, query = self._moments[place], self._query
        end = self._moments[place + 1] if place + 1 < len(self._moments) else None
        limits = [limit for limit in (end, query.until) if limit is not None]
        since = start if query.since is None else max(start, query.since)
        words = "%Y-%m-%d" if self.by is GroupBy.DAY else "%Y-%m-%d %H:%M"
        name = start.astimezone(self._zone).strftime(words)
        return name, replace(query, since=since, until=min(limits, default=None))

    def _named(self, key: RollUpKey) -> tuple[str, RollUpQuery]:
        if self.by is GroupBy.LOT:
            name = (key.lot or NO_LOT) + (f" · {key.recipe}" if self._several_recipes else "")
            return name, replace(self._query, lot=key.lot, recipe=key.recipe)
        if self.by is GroupBy.RECIPE:
            return key.recipe, replace(self._query, recipe=key.recipe)
        if self.by is GroupBy.NEST:
            return key.nest or NO_NEST, replace(self._query, nest=key.nest)
        name = key.model_name or NO_MODEL
        if self._models[key.model_name] > 1:
            name += f" ({key.model_sha256[:_HASH_SHOWN]})"
        return name, replace(self._query, model_sha256=key.model_sha256)


def _moments(span: tuple[int, int], starts: Sequence[int], zone: tzinfo | None) -> list[datetime]:
    first, last = (datetime.fromtimestamp(quarter * QUARTER_S, UTC) for quarter in span)
    return shift_starts_between(first, last, starts, zone)


def grouped(
    counts: Iterable[CountedParts], times: Iterable[BinnedParts], grouping: Callable[[tuple[int, int]], Grouping]
) -> list[Group]:
    """Return the groups in the order of their first parts, nests by name; what has no time or verdict is left out.

    Args:
        grouping: Makes the grouping, given the first and the last quarter.
    """
    rows = [row for row in counts if row.quarter != NO_QUARTER and row.verdict in _VERDICTS]
    if not rows:
        return []
    said = grouping((min(row.quarter for row in rows), max(row.quarter for row in rows)))
    groups: dict[int, _Growing] = {}
    for row in rows:
        place = said.of(row.quarter, row.key)
        group = groups.get(place)
        if group is None:
            name, query = said.groups[place]
            group = groups[place] = _Growing(name=name, query=query, first=row.quarter)
        kind = row.verdict, row.kind
        group.counts[kind] = group.counts.get(kind, 0) + row.parts
    for quarter, key, bins in times:
        if quarter != NO_QUARTER and (kept := groups.get(said.of(quarter, key))) is not None:
            kept.times.append(bins)
    done = [group.done() for group in groups.values()]
    return sorted(done, key=lambda group: group.first) if said.by.in_time else sorted(done, key=_in_order)


def _in_order(group: Group) -> tuple[bool, list[tuple[bool, int, str]]]:
    """What is not known comes last."""
    return group.query.nest == "", by_number(group.name)


def by_number(name: str) -> list[tuple[bool, int, str]]:
    """Return the key by which names are sorted: nest 10 comes after nest 9."""
    pieces = _NUMBERS.split(name)
    return [(piece.isdecimal(), int(piece) if piece.isdecimal() else 0, piece) for piece in pieces]
