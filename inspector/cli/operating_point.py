"""``inspector operating-point``: what thresholds do to labelled parts, and which would be best."""

from __future__ import annotations

import argparse
import math
from typing import TYPE_CHECKING, Any

from inspector.cli.common import EXIT_OK, add_json, add_places, emit, fraction, home_of, say
from inspector.cli.thresholds import add_thresholds, moved

if TYPE_CHECKING:
    from inspector.domain.operating_point import LabelledScores
    from inspector.domain.outcome import Outcome, Prices
    from inspector.domain.rates import Estimate, Rate
    from inspector.domain.records import Thresholds
    from inspector.operating_point.parts import LabelledParts
    from inspector.operating_point.prices import RecipePrices


def add_commands(commands: argparse._SubParsersAction[Any]) -> None:
    """Add ``operating-point``."""
    parser = commands.add_parser(
        "operating-point",
        help="what thresholds do to labelled parts: escapes, overkill, review, cost, evidence",
        description="Tally, rates and cost of thresholds on the validation pictures of a model, or on the labelled "
        "pictures of a batch; and which thresholds would be best. Nothing is changed.",
    )
    parser.add_argument("parts", metavar="MODEL|RUN", help="a model (name or folder), or a batch (id or folder)")
    add_thresholds(parser, "default: those of the model, batch or recipe")
    parser.add_argument("--recipe", default="", help="take thresholds and prices from this recipe")
    parser.add_argument("--price-escape", type=_price, help="of a defective part that passes")
    parser.add_argument("--price-false-reject", type=_price, help="of a good part that fails")
    parser.add_argument("--price-review", type=_price, help="of a part that somebody must look at")
    parser.add_argument("--defective-share", type=fraction, help="assumed share of defective parts at the line, 0 to 1")
    parser.add_argument("--escape-limit", type=_inside, help="escape rate that is to be shown, above 0 and below 1")
    parser.set_defaults(command=show_point)
    add_places(parser)
    add_json(parser)


def show_point(parsed: argparse.Namespace) -> int:
    """Show what an operating point does."""
    from inspector import assembly
    from inspector.operating_point.prices import RecipePrices, load_prices
    from inspector.operating_point.sources import parts_of

    home = home_of(parsed)
    parts, in_force = parts_of(parsed.parts, home)
    prices = RecipePrices()
    if parsed.recipe:
        recipe = assembly.find_recipe(parsed.recipe, home)
        in_force = recipe.thresholds or in_force
        prices = load_prices(recipe.name, home.recipes)
    prices = _priced(prices, parsed)
    point = moved(in_force, parsed)
    figures = _figures(parts, point, prices)
    if parsed.json:
        emit(figures)
    else:
        _print_figures(figures, parts, point, prices)
    for warning in parts.warnings:
        say(f"warning: {warning}")
    return EXIT_OK


def _priced(prices: RecipePrices, parsed: argparse.Namespace) -> RecipePrices:
    given = {
        "escape": parsed.price_escape,
        "false_reject": parsed.price_false_reject,
        "review": parsed.price_review,
        "defective_share": parsed.defective_share,
        "claim": parsed.escape_limit,
    }
    return prices.model_copy(update={key: value for key, value in given.items() if value is not None})


def _price(text: str) -> float:
    return _number(text, 0.0, float("inf"), "a number of 0 or more")


def _inside(text: str) -> float:
    return _number(text, 1e-6, 1 - 1e-6, "a number above 0 and below 1")


def _number(text: str, least: float, most: float, words: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (least <= value <= most and math.isfinite(value)):
        msg = f"{text!r} is not {words}"
        raise argparse.ArgumentTypeError(msg)
    return value


def _figures(parts: LabelledParts, point: Thresholds, prices: RecipePrices) -> dict[str, Any]:
    from dataclasses import asdict

    from inspector.domain.evidence import evidence

    money = prices.prices()
    now = parts.scores.at(point)
    proved = evidence(now.confusion.escapes, prices.claim)
    return {
        "source": parts.source,
        "how": parts.how,
        "notes": [*parts.warnings, *parts.notes],
        "thresholds": asdict(point),
        "prices": prices.model_dump(),
        **_outcome(now, money),
        "held_out": None if parts.held_out is None else _outcome(parts.held_out.at(point), money),
        "evidence": {
            "defective": proved.bad.total,
            "missed": proved.bad.count,
            "upper": proved.upper,
            "claim": proved.claim,
            "needed": proved.needed,
            "carried": proved.shown and not parts.caution,
        },
        "suggestions": _suggestions(parts.scores, prices),
    }


def _outcome(outcome: Outcome, prices: Prices) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "good": asdict(outcome.confusion.good),
        "defective": asdict(outcome.confusion.defective),
        "escapes": _rate(outcome.confusion.escapes),
        "overkill": _rate(outcome.confusion.overkill),
        "review_load": _rate(outcome.confusion.review_load),
        "review_per_1000": _estimate(outcome.looks(prices)),
        "cost_per_1000": _estimate(outcome.cost(prices)),
    }


def _suggestions(scores: LabelledScores, prices: RecipePrices) -> dict[str, Any]:
    from dataclasses import asdict

    money, limit = prices.prices(), prices.claim
    suggestions = {
        "least_cost": scores.least_cost(money, band=False),
        "least_cost_with_review": scores.least_cost(money, band=True),
        "escape_limit": scores.within_escapes(limit, money, band=False),
        "escape_limit_with_review": scores.within_escapes(limit, money, band=True),
        "f1": scores.best_f1(),
    }
    return {key: None if one is None else asdict(one) for key, one in suggestions.items()}


def _rate(rate: Rate) -> dict[str, Any]:
    return {"count": rate.count, "total": rate.total, "value": rate.value, "interval_95": list(rate.interval)}


def _estimate(estimate: Estimate) -> dict[str, Any] | None:
    return None if estimate.value is None else {"value": estimate.value, "interval_95": [estimate.low, estimate.high]}


def _print_figures(figures: dict[str, Any], parts: LabelledParts, point: Thresholds, prices: RecipePrices) -> None:
    from inspector.domain.evidence import evidence
    from inspector.operating_point.words import evidence_words, in_words

    print(f"{parts.source}: {parts.good} good, {parts.defective} defective; {parts.how}")
    print(in_words(point))
    for key in ("good", "defective"):
        counts = figures[key]
        print(f"  {key:12}" + ", ".join(f"{name} {counts[name]}" for name in ("passed", "review", "failed", "error")))
    for key in ("escapes", "overkill"):
        rate = figures[key]
        low, high = rate["interval_95"]
        value = "–" if rate["value"] is None else f"{100 * rate['value']:.1f} %"
        print(f"  {key:12}{value}, 95 % {100 * low:.1f} to {100 * high:.1f} %")
    for key, words in (("review_per_1000", "to be looked at"), ("cost_per_1000", "cost")):
        one = figures[key]
        if one is not None:
            low, high = one["interval_95"]
            print(f"  {words} per 1,000 parts: {one['value']:.1f}, 95 % {low:.1f} to {high:.1f}")
    print(evidence_words(evidence(parts.scores.at(point).confusion.escapes, prices.claim), parts.caution))
    if parts.held_out is not None:
        held_out = parts.held_out.at(point)
        print(f"held out: {evidence_words(evidence(held_out.confusion.escapes, prices.claim))}")
    for note in parts.notes:
        print(note)
