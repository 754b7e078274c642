"""``inspector operating-point``: what thresholds do to labelled parts, and which would be best."""

from __future__ import annotations

import argparse
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from inspector.cli.common import EXIT_OK, add_json, add_places, emit, fraction, home_of, say
from inspector.cli.thresholds import add_thresholds, moved

if TYPE_CHECKING:
    from inspector.cli.operating_point_figures import PointFigures
    from inspector.operating_point.parts import LabelledParts
    from inspector.operating_point.prices import RecipePrices


def add_commands(commands: argparse._SubParsersAction[Any]) -> None:
    """Add ``operating-point``."""
    parser = commands.add_parser(
        "operating-point",
        help="what thresholds do to labelled parts: escapes, overkill, review, cost, evidence",
        description="Tally, rates and cost of thresholds on the validation pictures of a model, or on the labelled "
        "pictures of a batch; what the guard holds back of them; and which thresholds would be best. Nothing is "
        "changed.",
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
    from inspector.cli.operating_point_figures import PointFigures
    from inspector.domain.guard import guard_sentence, in_force
    from inspector.operating_point.prices import RecipePrices, load_prices
    from inspector.operating_point.sources import parts_of
    from inspector.operating_point.words import held_words

    home = home_of(parsed)
    parts, points, guarding = parts_of(parsed.parts, home)
    prices = RecipePrices()
    if parsed.recipe:
        recipe = assembly.find_recipe(parsed.recipe, home)
        own = recipe.thresholds
        guarding = replace(guarding, rate=recipe.guard_rate, fixed=None if own is None else own.strange_from)
        points = in_force(
            own,
            replace(points, strange_from=None),
            guarding.scale,
            recipe.guard_rate,
            spares_outside=recipe.spares_outside and points.spares_outside,
        )
        prices = load_prices(recipe.name, home.recipes)
    prices = _priced(prices, parsed)
    point = moved(points, parsed, guarding)
    figures = PointFigures.at(parts, point, prices, guarding)
    if parsed.json:
        emit(figures.model_dump(mode="json"))
    else:
        _print_figures(figures, parts, prices)
        print(guard_sentence(point, guarding.scale), end=".\n")
        for words in (held_words(parts.scores.held(point), guarding.rate_of(point)), guarding.words):
            print(words, end="\n" * bool(words))
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


def _print_figures(figures: PointFigures, parts: LabelledParts, prices: RecipePrices) -> None:
    from inspector.domain.evidence import evidence
    from inspector.operating_point.words import evidence_words, in_words

    point = figures.thresholds
    print(f"{parts.source}: {parts.good} good, {parts.defective} defective; {parts.how}")
    print(in_words(point))
    for name, tally in (("good", figures.good), ("defective", figures.defective)):
        counts = f"passed {tally.passed}, review {tally.review}, failed {tally.failed}, error {tally.error}"
        print(f"  {name:12}{counts}")
    for name, rate in (("escapes", figures.escapes), ("overkill", figures.overkill)):
        low, high = rate.interval_95
        value = "–" if rate.value is None else f"{100 * rate.value:.1f} %"
        print(f"  {name:12}{value}, 95 % {100 * low:.1f} to {100 * high:.1f} %")
    for words, estimate in (("to be looked at", figures.review_per_1000), ("cost", figures.cost_per_1000)):
        if estimate is not None:
            low, high = estimate.interval_95
            print(f"  {words} per 1,000 parts: {estimate.value:.1f}, 95 % {low:.1f} to {high:.1f}")
    print(evidence_words(evidence(parts.scores.at(point).confusion.escapes, prices.claim), parts.caution))
    if parts.held_out is not None:
        held_out = parts.held_out.at(point).confusion.escapes
        print(f"held out: {evidence_words(evidence(held_out, prices.claim))}")
    for note in parts.notes:
        print(note)
