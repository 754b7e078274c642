"""The draw of mutants: the same for the same seed, the same number of each room, and no letters of sentences."""

from __future__ import annotations

import pytest

from tests.mutants import Mutant, drawn


def mutant(name: str, room: str, *diff: str) -> Mutant:
    return Mutant(name=name, room=room, path=f"inspector/{room}/x.py", diff=diff)


@pytest.mark.parametrize(
    ("before", "after", "of_words"),
    [
        ('-    raise LogError("the log is locked")', '+    raise LogError("XXthe log is lockedXX")', True),
        ('-    raise LogError("The log is locked")', '+    raise LogError("the log is locked")', True),
        ('-    raise LogError("the log is locked")', "+    raise LogError(None)", False),
        ('-    mode = "rwc"', '+    mode = "XXrwcXX"', False),
        ("-    return p >= 0.5", "+    return p > 0.5", False),
    ],
)
def test_letters_of_a_sentence_are_told_from_values(before: str, after: str, of_words: bool) -> None:
    assert mutant("m.x_f__mutmut_1", "engine", before, after).is_of_words() is of_words


def test_a_mutant_stays_in_the_sample_while_its_function_does_not_change() -> None:
    mutants = [mutant(f"m.x_f{n}__mutmut_1", room, f"- {n}") for n in range(50) for room in ("engine", "review")]
    sample = drawn(mutants, sample=10, seed=1)
    assert [m.room for m in sample] == ["engine"] * 10 + ["review"] * 10
    assert drawn(mutants[::-1], sample=10, seed=1) == sample
    assert drawn(mutants, sample=10, seed=2) != sample
    gone = sample[0]
    assert set(sample[1:]) < set(drawn([m for m in mutants if m != gone], sample=10, seed=1))
