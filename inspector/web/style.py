"""The style sheet: the window's colours in both palettes, before the rules of the pages."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from inspector.domain.palette import DARK, LIGHT, LIVELY
from inspector.paths import resources_dir

if TYPE_CHECKING:
    from inspector.domain.palette import Palette


def style_sheet() -> str:
    """Return it whole."""
    rules = (resources_dir() / "web" / "style.css").read_text(encoding="utf-8")
    light, dark = _variables(LIGHT, {}), _variables(DARK, dict(LIVELY))
    return f":root {{{light}}}\n@media (prefers-color-scheme: dark) {{ :root {{{dark}}} }}\n{rules}"


def _variables(palette: Palette, lively: dict[str, str]) -> str:
    colours = {name: value for name, value in asdict(palette).items() if isinstance(value, str)}
    bright = {f"{name}-lively": lively.get(name, colours[name]) for name in LIVELY}
    scheme = "dark" if palette.dark else "light"
    pairs = "".join(f" --{name.replace('_', '-')}: {value};" for name, value in (colours | bright).items())
    return f" color-scheme: {scheme};{pairs} "
