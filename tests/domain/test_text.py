"""Texts that people type: bounded, printable, composed."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.domain.text import LOT, PERSON, RECIPE_NAME, REMARK, STATION, TextError

NFD = unicodedata.normalize("NFD", "Prüfplatz é")


@pytest.mark.parametrize("text", ["", "L-2026/11 #4", "ロット 12", "می‌خواهم", "A" * 60, "40 × 30 µm", NFD])
def test_what_is_printed_on_a_label_is_a_lot(text: str) -> None:
    assert LOT.checked(text) == LOT.cleaned(text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    ("text", "says", "cleaned"),
    [
        ("A" * 61, "a lot has at most 60 characters, got 61", "A" * 60),
        ("A" * 100_000, "a lot has at most 60 characters, got 100000", "A" * 60),
        ("A\tB\r\n", "a lot holds no control character, got U+0009", "AB"),
        ("\x1d01\x1b[31m", "a lot holds no control character, got U+001D", "01[31m"),
        ("A\x00", "a lot holds no control character, got U+0000", "A"),
        ("A\x85B\u2028", "a lot holds no control character, got U+0085", "AB"),
        ("\ud800", "a lot holds no control character, got U+D800", ""),
        ("12\u200b3", "a lot holds no control character, got U+200B", "123"),
        ("ok\u202egnp", "a lot holds no control character, got U+202E", "okgnp"),
    ],
)  # fmt: skip
def test_what_nobody_sees_or_prints_is_refused_and_left_out_of_a_field(text: str, says: str, cleaned: str) -> None:
    with pytest.raises(TextError) as caught:
        LOT.checked(text)
    assert caught.value.what == says
    assert LOT.cleaned(text) == cleaned


@pytest.mark.parametrize(
    "name", ["../x", "a/b", "a\\b", "C:x", "x.", " x", "..", ".", "", "CON", "nul.a", "a|b", "é" * 80, "日" * 80]
)
def test_a_recipe_name_is_a_files_name_on_every_system(name: str) -> None:
    if name == "é" * 80:
        assert RECIPE_NAME.checked(name) == name
        return
    with pytest.raises(TextError, match="a recipe name "):
        RECIPE_NAME.checked(name)


@given(text=st.text(st.characters(exclude_categories=[])))
def test_what_a_field_lets_through_is_never_refused(text: str) -> None:
    for kind in (LOT, PERSON, REMARK):
        kept = kind.cleaned(text)
        assert kind.checked(kept) == kept
        kept.encode()


def test_a_station_has_a_name() -> None:
    with pytest.raises(TextError, match="1 to 60 characters, got 0"):
        STATION.checked("")
