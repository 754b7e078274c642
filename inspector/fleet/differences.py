"""What is not the same at all stations: the program, and for each recipe its version, model and thresholds."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from inspector.fleet.stations import FleetStation


class StationsAlike(BaseModel):
    """Stations that have the same."""

    model_config = ConfigDict(frozen=True)

    value: str
    stations: list[str]


class FleetDifference(BaseModel):
    """Something that stations have in different versions, what most have first."""

    model_config = ConfigDict(frozen=True)

    what: str
    values: list[StationsAlike]


def with_differences(stations: Sequence[FleetStation]) -> tuple[list[FleetStation], list[FleetDifference]]:
    """Compare the stations; those that another one stands in for are left out.

    Returns:
        The stations with the fields in which they are not like most, and what differs.
    """
    there = [station for station in stations if not station.is_replaced]
    differs: dict[str, list[str]] = defaultdict(list)
    told = []

    def compare(some: Iterable[FleetStation], what: str, field: str, words: Callable[[FleetStation], str]) -> None:
        groups: dict[str, list[FleetStation]] = defaultdict(list)
        for station in some:
            groups[words(station)].append(station)
        if len(groups) < 2:
            return
        ranked = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
        most = len(ranked[0][1])
        usual = [value for value, alike in ranked if len(alike) == most]
        for value, alike in ranked:
            for station in alike:
                if value != usual[0] or len(usual) > 1:
                    differs[station.key].append(field)
        values = [StationsAlike(value=value, stations=[s.name for s in alike]) for value, alike in ranked]
        told.append(FleetDifference(what=what, values=values))

    compare(there, "Program", "software_version", lambda station: station.software_version)
    recipes: dict[str, list[FleetStation]] = defaultdict(list)
    for station in there:
        if station.recipe:
            recipes[station.recipe].append(station)
    for recipe, some in sorted(recipes.items()):
        compare(some, f"Recipe “{recipe}”", "recipe_version", lambda station: f"version {station.recipe_version}")
        compare(some, f"Model of “{recipe}”", "model_sha256", model_words)
        compare(some, f"Thresholds of “{recipe}”", "fail_at", threshold_words)
    return [station.model_copy(update={"differs": differs.get(station.key, [])}) for station in stations], told


def model_words(station: FleetStation) -> str:
    """Return a model's name with the beginning of its hash."""
    if not station.model:
        return "–"
    return f"{station.model} ({station.model_sha256[:8]})" if station.model_sha256 else station.model


def threshold_words(station: FleetStation) -> str:
    """Return the thresholds in force."""
    said = [
        f"{words} {_number(value)}"
        for words, value in (
            ("fails from", station.fail_at),
            ("review from", station.review_from),
            ("unlike from", station.strange_from),
        )
        if value is not None
    ]
    return ", ".join(said) or "–"


def _number(value: Any) -> str:  # noqa: ANN401 - a number
    return f"{value:.3f}"
