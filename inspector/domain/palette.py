"""The colours of the station, dark and light: the window's theme and the pages in a browser take them from here."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """One palette. Verdict colours are told apart by colour-blind people, and never stand alone (word and shape)."""

    dark: bool
    ground: str
    bar: str
    panel: str
    edge: str
    field: str
    text: str
    muted: str
    accent: str
    on_accent: str
    good: str
    fail: str
    review: str
    error: str
    idle: str
    on_verdict: str
    stage: str
    stage_text: str
    shade: str


DARK = Palette(
    dark=True,
    ground="#14171a",
    bar="#1c2024",
    panel="#1c2024",
    edge="#2c3238",
    field="#14171a",
    text="#e8eaed",
    muted="#9aa3ad",
    accent="#4c9be8",
    on_accent="#08131f",
    good="#17805f",
    fail="#d04319",
    review="#9c6b00",
    error="#7d4fc9",
    idle="#4a535b",
    on_verdict="#ffffff",
    stage="#0c0e10",
    stage_text="#e8eaed",
    shade="#000000a8",
)
LIGHT = Palette(
    dark=False,
    ground="#f3f4f6",
    bar="#ffffff",
    panel="#ffffff",
    edge="#d9dde2",
    field="#ffffff",
    text="#1b1f23",
    muted="#586169",
    accent="#1668b8",
    on_accent="#ffffff",
    good="#0f7a52",
    fail="#c43d16",
    review="#946500",
    error="#6941b8",
    idle="#5d6871",
    on_verdict="#ffffff",
    stage="#22262a",
    stage_text="#e8eaed",
    shade="#ffffffd0",
)
#: Brighter variants of the verdict colours, for figures and lines on dark panels.
LIVELY = MappingProxyType(
    {"good": "#35c08f", "fail": "#ff7a4d", "review": "#f0b429", "error": "#a98bea", "idle": "#9aa3ab"}
)
