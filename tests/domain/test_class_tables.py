"""Tables of labels: whoever has saved them, and what their cells say."""

from __future__ import annotations

import pytest

from inspector.domain.class_folders import Understood
from inspector.domain.class_tables import CellSays, ClassColumn, class_column, table_of, text_of
from inspector.domain.class_words import ClassWords, Meaning

GOOD, DEFECTIVE, NOT_SAID, NO_PART, UNKNOWN = Meaning
TEXT = "path;label\nTür.png;Kratzer größer\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_table_is_read_in_whichever_encoding(encoding: str) -> None:
    assert text_of(TEXT.encode(encoding)) == TEXT


@pytest.mark.parametrize(("content", "says"), [(b"PK\x03\x04..", "Excel"), (b"\x00\x01path", "no text")])
def test_what_is_no_text_is_said(content: bytes, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        text_of(content)


@pytest.mark.parametrize(
    "text", ["path,label\na,good\n", "path;label\na;good\n", "path\tlabel\na\tgood", "path|label\r\na|good\r\n"]
)
def test_a_table_is_parted_by_what_its_first_line_has(text: str) -> None:
    for before in ("", "sep=" + text[4] + "\n"):
        table = table_of(before + text)
        assert table.columns == ("path", "label")
        assert [row.cells for row in table.rows] == [{"path": "a", "label": "good"}]
        assert table.rows[0].number == 2 + bool(before)


def test_a_short_row_has_empty_cells_and_an_open_quote_is_named() -> None:
    assert table_of("path,label,split\na,good\n\n").rows[0].cells == {"path": "a", "label": "good", "split": ""}
    with pytest.raises(ValueError, match="line 3"):
        table_of('path,label\na,good\n"b,good\n')


def test_the_column_that_says_it_is_called_label_or_by_a_class() -> None:
    assert class_column(["path", "good", "label"]) == "label"
    assert class_column(["path", "is_defective"]) == "is_defective"
    assert class_column(["path", "defect_type", "grade"]) == ""


def test_unknown_words_are_types_unless_a_word_for_defective_stands_beside_them() -> None:
    types = ClassColumn("label", ["good", "Kratzer", "review"], ClassWords())
    assert types.of("Kratzer") == CellSays(meaning=DEFECTIVE, defect="Kratzer")
    assert types.of("review").meaning is NOT_SAID
    assert types.unknown == ()
    mixed = ClassColumn("label", ["good", "pass", "NG", "maybe"], ClassWords())
    assert [mixed.of(cell).meaning for cell in ("good", "pass", "NG", "maybe")] == [GOOD, GOOD, DEFECTIVE, UNKNOWN]
    assert mixed.unknown == ("maybe",)
    said = ClassColumn("label", ["good", "NG", "maybe"], ClassWords(defective=("maybe",)))
    assert (said.of("maybe"), said.unknown) == (CellSays(meaning=DEFECTIVE, defect="maybe"), ())


def test_true_and_false_are_asked_for_in_a_column_called_label() -> None:
    assert ClassColumn("label", ["True", "False"], ClassWords()).unknown == ("True", "False")
    assert ClassColumn("label", ["good", "False"], ClassWords()).unknown == ("False",)
    told = ClassColumn("defective", ["True", "False"], ClassWords())
    assert [told.of(cell).meaning for cell in ("True", "False")] == [DEFECTIVE, GOOD]


def test_what_was_understood_is_counted() -> None:
    column = ClassColumn("label", ["good", "OK", "OK", "dent", ""], ClassWords())
    assert column.understood == (
        Understood(word="OK", meaning=GOOD, pictures=2),
        Understood(word="good", meaning=GOOD, pictures=1),
        Understood(word="dent", meaning=DEFECTIVE, pictures=1, is_type=True),
        Understood(word="(empty)", meaning=NOT_SAID, pictures=1),
    )
