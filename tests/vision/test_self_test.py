"""The self-test: what a model said of drawn pictures when it was made is what it must say when it is loaded."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from inspector.domain.errors import ClassifierError, ModelChangedError
from inspector.files import FileError
from inspector.vision.bundle import Bundle
from inspector.vision.caches import AnswerCache
from inspector.vision.graphs import Graphs, Way
from inspector.vision.known_answers import KnownAnswers
from inspector.vision.made_answers import with_made_answers
from inspector.vision.openvino_backend import OpenVinoClassifier
from inspector.vision.prediction import Outputs
from inspector.vision.self_test import (
    KnownAnswer,
    Tolerance,
    answer_of,
    answered,
    choose,
    difference,
    draw,
    tolerance_of,
)
from tests.logs import told
from tests.vision.small_network import LAYERS, places_of, small_bundle

NAMES = [name for name, *_ in LAYERS]
WORDS = "the model small does not judge its test picture as before: "
TOLERANCE = Tolerance(log_probability=0.02, share=0.0, heatmap=0.01)
PROBABILITIES = np.array([0.25, 0.75], np.float32)
MAPS = np.arange(98, dtype=np.float32).reshape(2, 7, 7)


@pytest.fixture
def plain(tmp_path: Path) -> Bundle:
    """A bundle of before: it has no answers."""
    return small_bundle(tmp_path / "small", tmp_path)


@pytest.fixture
def made(plain: Bundle) -> Bundle:
    return with_made_answers(plain)


def damage(bundle: Bundle, layer: str, value: float, place: int = 0) -> None:
    """Write another weight into the file, after the bundle was verified: as if it were damaged in memory."""
    path = bundle.folder / "graph.bin"
    content = bytearray(path.read_bytes())
    first, count = places_of(bundle)[layer]
    np.frombuffer(content, np.float32, count, first)[place % count] = value
    path.write_bytes(content)


def weight(bundle: Bundle, layer: str, place: int) -> float:
    first, count = places_of(bundle)[layer]
    return float(np.frombuffer((bundle.folder / "graph.bin").read_bytes(), np.float32, count, first)[place % count])


def test_the_pictures_never_change() -> None:
    digests = {(0, 224): "", (7, 224): "", (12, 64): "", (15, 100): ""}
    for picture, size in digests:
        pixels = draw(picture, size)
        assert pixels.shape == (size, size, 3)
        assert pixels.dtype == np.uint8
        digests[picture, size] = hashlib.sha256(pixels.tobytes()).hexdigest()[:16]
    assert digests == {
        (0, 224): "0971773bd06b7a5f",
        (7, 224): "ddc44f73623030a2",
        (12, 64): "d20eeb769979d26a",
        (15, 100): "1b781fcaeddc304c",
    }


def test_a_new_bundle_has_answers_in_its_sealed_manifest_and_is_loaded(made: Bundle) -> None:
    answers = made.manifest.self_test
    assert "float f32" in answers
    for pair in answers.values():
        assert [len(answer.maps[0]) for answer in pair] == [16, 16]
        assert pair[0].picture == 7 != pair[1].picture
    assert made.manifest.seal
    classifier = OpenVinoClassifier(made, precision="fp32")
    assert len(list(classifier.self_test())) == 2
    classifier.predict_batch([draw(1, 80)] * 3)  # the graph for batches is there, and is tested too
    assert len(list(classifier.self_test())) == 4


@pytest.mark.parametrize("layer", NAMES)
@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e30])
def test_a_damaged_weight_in_any_layer_is_no_model_to_judge_with(made: Bundle, layer: str, value: float) -> None:
    damage(made, layer, value)
    with pytest.raises(ModelChangedError) as caught:
        OpenVinoClassifier(made, precision="fp32")
    assert caught.value.what.startswith(WORDS)
    assert caught.value.next_step.startswith("Load it again; if it stays so, restore the model")


def test_the_graph_for_batches_is_tested_before_it_judges(made: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    classifier = OpenVinoClassifier(made, precision="fp32")
    damage(made, "third", float("nan"))
    damaged, compile_well = Graphs(made, "CPU", None), Graphs.compile

    def compile_(graphs: Graphs, way: Way, *, device: str = "", streams: bool = False) -> object:
        return compile_well(damaged if streams else graphs, way, device=device, streams=streams)

    monkeypatch.setattr(Graphs, "compile", compile_)
    pictures = [draw(picture, 90) for picture in range(4)]
    with pytest.raises(ModelChangedError) as caught:
        classifier.predict_batch(pictures)
    assert caught.value.what.startswith(WORDS)
    assert classifier.predict(pictures[0]).p_defective > 0.0  # the graph for one picture is whole
    monkeypatch.undo()
    assert len(classifier.predict_batch(pictures)) == 4  # compiled anew, and right
    classifier.close()


def log_odds(bundle: Bundle) -> np.ndarray:
    """What it says of twelve pictures, with its self-test left out."""
    untested = replace(bundle, manifest=bundle.manifest.model_copy(update={"self_test": {}}))
    classifier = OpenVinoClassifier(untested, precision="fp32")
    said = [classifier.predict(draw(picture, 90)).p_defective for picture in range(2, 14)]
    classifier.close()
    return np.array([np.log(max(p, 1e-9) / max(1.0 - p, 1e-9)) for p in said])


def test_a_flipped_bit_that_moves_a_verdict_is_noticed(made: Bundle) -> None:
    noise = np.random.default_rng(1)
    before, scores = (made.folder / "graph.bin").read_bytes(), log_odds(made)
    moved = 0
    for number in range(24):
        layer, place = NAMES[number % len(NAMES)], int(noise.integers(10_000))
        value = np.array([weight(made, layer, place)], np.float32)
        flipped = value.view(np.uint32) ^ np.uint32(1 << (30, 31, 29)[number % 3])
        damage(made, layer, float(flipped.view(np.float32)[0]), place)
        try:
            moves = float(np.abs(log_odds(made) - scores).max()) > 0.1
        except ClassifierError:  # its answers are no numbers
            moves = True
        if moves:
            moved += 1
            with pytest.raises(ModelChangedError):
                OpenVinoClassifier(made, precision="fp32")
        (made.folder / "graph.bin").write_bytes(before)
    assert moved >= 8
    OpenVinoClassifier(made, precision="fp32").close()


def test_an_older_bundle_is_held_against_its_first_load_here(plain: Bundle, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    OpenVinoClassifier(plain, precision="fp32", cache_dir=cache).close()
    (kept,) = (cache / "self-test").iterdir()
    first = kept.read_bytes()
    OpenVinoClassifier(plain, precision="fp32", cache_dir=cache).close()
    assert kept.read_bytes() == first
    damage(plain, "second", float("nan"))
    with pytest.raises(ModelChangedError):
        OpenVinoClassifier(plain, precision="fp32", cache_dir=cache)
    assert kept.read_bytes() == first


def test_an_older_bundle_that_gives_no_numbers_is_refused_at_its_first_load(plain: Bundle, tmp_path: Path) -> None:
    damage(plain, "maps", float("inf"))
    with pytest.raises(ModelChangedError, match="the model small gives answers that are not numbers"):
        OpenVinoClassifier(plain, precision="fp32", cache_dir=tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("spoilt", [b"", b"{}", b"[[[", b'{"format_version": 1, "key": "another", "answers": []}'])
def test_answers_that_cannot_be_used_are_made_anew(tmp_path: Path, spoilt: bytes) -> None:
    cache = AnswerCache(tmp_path, ("a", "b"))
    answer = answer_of(3, Outputs(PROBABILITIES, MAPS))
    cache.write((answer,))
    assert cache.read() == (answer,)
    assert AnswerCache(tmp_path, ("a", "c")).read() == ()
    cache.path.write_bytes(spoilt)
    assert cache.read() == ()


def test_answers_that_cannot_be_kept_are_said_and_hold_until_the_end(
    plain: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(*_: object) -> None:
        raise FileError(tmp_path, OSError(28, "No space left on device"))

    monkeypatch.setattr(AnswerCache, "write", write)
    known = KnownAnswers(plain, ("machine",), tmp_path)
    said = [Outputs(PROBABILITIES, MAPS)]
    with told("inspector.vision.known_answers") as lines:
        assert len(list(known.test("float f32", lambda _: said[-1], TOLERANCE))) == 2
    (line,) = lines
    assert line.startswith("the answers to the test pictures are not kept: ")
    said.append(Outputs(PROBABILITIES[::-1].copy(), MAPS))
    with pytest.raises(ModelChangedError, match="a probability is "):
        list(known.test("float f32", lambda _: said[-1], TOLERANCE))


@pytest.mark.parametrize(
    ("probabilities", "maps", "words"),
    [
        (PROBABILITIES, MAPS, ""),
        (PROBABILITIES * np.float32(1.01), MAPS + 0.4, ""),
        (np.array([0.26, 0.74], np.float32), MAPS, "a probability is 0.26 instead of 0.25"),
        (np.array([0.25, np.nan], np.float32), MAPS, "its answer holds values that are not numbers"),
        (PROBABILITIES, np.where(MAPS == 50, np.inf, MAPS), "its answer holds values that are not numbers"),
        (PROBABILITIES, np.full_like(MAPS, 48), "its heatmap differs by 48.7 % of its peak"),
        (PROBABILITIES, MAPS[:, ::-1], "its heatmap differs by 38.5 % of its peak"),
        (PROBABILITIES, MAPS[:, :2, :2], "it gives heatmaps of the shape (2, 4) instead of (2, 16)"),
        (np.array([0.2, 0.3, 0.5], np.float32), MAPS, "it has 3 classes instead of 2"),
    ],
)
def test_a_difference_is_said_with_its_values(probabilities: np.ndarray, maps: np.ndarray, words: str) -> None:
    expected = answer_of(7, Outputs(PROBABILITIES, MAPS))
    assert difference(expected, Outputs(probabilities, maps.astype(np.float32)), TOLERANCE) == words


def test_of_all_pictures_the_strongest_and_the_most_doubtful_are_kept() -> None:
    scores = {draw(picture, 64).tobytes(): 0.9 + 0.005 * picture for picture in range(16)}

    def run(square: np.ndarray) -> Outputs:
        score = np.float32(scores[square.tobytes()])
        return Outputs(np.array([1 - score, score], np.float32), MAPS)

    chosen = choose(run, 64)
    assert [answer.picture for answer in chosen] == [7, 0]
    assert answered(run, 64, chosen) == chosen  # as another way in which the same network computes is asked
    assert [answer.picture for answer in choose(run, 64, all_pictures=False)] == [7]


def test_the_less_exact_the_computing_the_more_may_differ() -> None:
    exact, half, brain = (tolerance_of(hint, int8=False) for hint in ("f32", "f16", "bf16"))
    assert exact.heatmap < half.heatmap < brain.heatmap
    assert exact.log_probability < tolerance_of("f32", int8=True).log_probability < brain.log_probability
    assert tolerance_of("bf16", int8=True) == brain


def test_an_answer_of_another_program_s_pictures_is_refused() -> None:
    with pytest.raises(ValueError, match="less than 16"):
        KnownAnswer(picture=16, probabilities=(0.5, 0.5), maps=((0.0,), (0.0,)))
