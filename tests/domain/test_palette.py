"""Text of the window against what it stands on: at least AA, 4.5 to 1, in both palettes."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from inspector.domain.palette import DARK, LIGHT, LIVELY, Palette

#: WCAG 2.1, success criterion 1.4.3.
AA = 4.5
PLANES = ("ground", "bar", "panel", "field")
VERDICTS = ("good", "fail", "review", "error", "idle")
#: What the style sheet and the painted widgets write, and on what.
PAIRS = (
    *((ink, plane) for ink in ("text", "muted", "accent") for plane in PLANES),
    *((f"lively {verdict}", plane) for verdict in VERDICTS for plane in PLANES),
    *(("on_verdict", verdict) for verdict in VERDICTS),
    ("on_accent", "accent"),
    ("text", "edge"),  # a row that is chosen
    ("muted", "edge"),  # a button that is locked
    ("stage_text", "stage"),
)


def luminance(colour: str) -> float:
    """Relative luminance, 0..1, of ``#rrggbb`` (WCAG 2.1)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(ink: str, plane: str) -> float:
    """Contrast ratio, 1..21 (WCAG 2.1)."""
    low, high = sorted((luminance(ink), luminance(plane)))
    return (high + 0.05) / (low + 0.05)


def colour(palette: Palette, name: str) -> str:
    verdict = name.removeprefix("lively ")
    return LIVELY[verdict] if palette.dark and verdict != name else asdict(palette)[verdict]


@pytest.mark.parametrize("palette", [DARK, LIGHT], ids=["dark", "light"])
def test_text_has_aa_contrast_on_all_that_it_stands_on(palette: Palette) -> None:
    measured = {pair: round(contrast(*(colour(palette, name) for name in pair)), 2) for pair in PAIRS}
    assert {pair: ratio for pair, ratio in measured.items() if ratio < AA} == {}


def test_every_colour_but_the_shade_over_pictures_is_measured() -> None:
    named = {name.removeprefix("lively ") for pair in PAIRS for name in pair}
    assert set(asdict(DARK)) - named == {"dark", "shade"}


def test_the_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
