"""How large the operator view's text is: with the screen, and by the station's settings."""

from __future__ import annotations

from dataclasses import dataclass

from inspector.gui.theme import SMALL_PX, TEXT_PX

#: The screen for which the sizes below are given.
_WIDE_PX, _HIGH_PX = 1920, 1080
_SMALL, _TEXT, _ADVICE, _FIGURE = 22, 28, 36, 84


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Sizes of letters in pixels.

    Args:
        small: Captions.
        text: Buttons, what is said of a part.
        advice: What to do.
        figure: Counts; they fill their place, and do not follow the settings.
    """

    small: int
    text: int
    advice: int
    figure: int


def sizes_for(width: int, height: int, percent: int) -> Sizes:
    """Return the sizes for a view.

    Args:
        width: Of the view, in pixels.
        height: Of the view, in pixels.
        percent: What the settings say, 100..200.
    """
    screen = min(width / _WIDE_PX, height / _HIGH_PX)
    scale = screen * percent / 100
    return Sizes(
        small=max(SMALL_PX, round(_SMALL * scale)),
        text=max(TEXT_PX, round(_TEXT * scale)),
        advice=max(TEXT_PX, round(_ADVICE * scale)),
        figure=max(TEXT_PX, round(_FIGURE * screen)),
    )
