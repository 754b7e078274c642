"""The torch back end's pieces, on the CPU: what CUDA adds (graphs, streams, pinned memory) is replaced by fakes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from inspector.domain.errors import ClassifierError, DeviceError
from inspector.domain.records import Thresholds
from inspector.vision.backends import list_devices, load_classifier, load_reference
from inspector.vision.bundle import Bundle, ColourOrder, Preprocessing
from inspector.vision.manifest import PrecisionCheck
from inspector.vision.network import InspectionNetwork
from inspector.vision.preprocess import normalise
from inspector.vision.torch_backend import TorchClassifier
from inspector.vision.torch_slots import ByteNetwork, TorchSlot, fused, replayable
from inspector.vision.turns import in_turns
from tests.logs import told
from tests.vision.conftest import Bottles

CPU = torch.device("cpu")
HAS_CUDA = any(device.name == "cuda" for device in list_devices())
SQUARES = np.random.default_rng(0).integers(0, 256, (3, 64, 64, 3), np.uint8)


@pytest.mark.parametrize("order", list(ColourOrder))
def test_bytes_are_normalised_on_the_device_as_on_the_host(network: InspectionNetwork, order: ColourOrder) -> None:
    preprocessing = Preprocessing(input_size=64, colour_order=order)
    there = ByteNetwork(network, preprocessing, torch.float32).normalised(torch.from_numpy(SQUARES)).numpy()
    here = np.stack([normalise(square, preprocessing) for square in SQUARES])
    np.testing.assert_allclose(there, here, atol=1e-5)


def test_batch_norms_are_drawn_into_the_convolutions(network: InspectionNetwork) -> None:
    quick = fused(network)
    assert not any(isinstance(module, nn.BatchNorm2d) for module in quick.modules())
    assert any(isinstance(module, nn.BatchNorm2d) for module in network.modules())
    pictures = torch.from_numpy(normalise(SQUARES[0], Preprocessing(input_size=64)))[None]
    with torch.inference_mode():
        expected, found = network.trunk(pictures), quick.trunk(pictures)
    assert float((found - expected).abs().max()) < 1e-4 * float(expected.abs().max())


def test_a_reduced_trunk_keeps_its_head_in_float(network: InspectionNetwork) -> None:
    reduced = ByteNetwork(network, Preprocessing(input_size=64), torch.bfloat16)
    assert reduced.network.conv1.weight.dtype is torch.bfloat16
    assert reduced.network.head.weight.dtype is torch.float32
    assert network.conv1.weight.dtype is torch.float32
    with torch.inference_mode():
        probabilities, maps = reduced(torch.from_numpy(SQUARES))
        exact, _ = ByteNetwork(network, Preprocessing(input_size=64), torch.float32)(torch.from_numpy(SQUARES))
    assert probabilities.dtype is maps.dtype is torch.float32
    assert (probabilities - exact).abs().max() < 0.05


def test_a_slot_answers_for_as_many_as_were_put_in(network: InspectionNetwork) -> None:
    judge = ByteNetwork(network, Preprocessing(input_size=64), torch.float32)
    slot = TorchSlot(judge, 4, 64, CPU, None)
    slot.squares[:3] = SQUARES
    slot.start(3)
    answers = slot.finish()
    assert [answer.probabilities.shape for answer in answers] == [(2,)] * 3
    assert [answer.maps.shape for answer in answers] == [(2, 2, 2)] * 3
    kept = answers[0].probabilities.copy()
    slot.squares[0] = 255
    slot.start(1)
    slot.finish()
    np.testing.assert_array_equal(answers[0].probabilities, kept)


@pytest.mark.parametrize("size", [320, 448])
def test_larger_inputs_have_larger_maps(network: InspectionNetwork, size: int) -> None:
    slot = TorchSlot(ByteNetwork(network, Preprocessing(input_size=size), torch.float32), 1, size, CPU, None)
    slot.start(1)
    (answer,) = slot.finish()
    assert answer.maps.shape == (2, size // 32, size // 32)
    assert answer.probabilities.sum() == pytest.approx(1.0)


class _Doubles(nn.Module):
    def forward(self, squares: Tensor) -> tuple[Tensor, ...]:
        return squares * 2, squares


def test_recorded_work_is_replayed() -> None:
    place, recorded = torch.ones(2), []

    def capture(work: Callable[[], tuple[Tensor, ...]]) -> Callable[[], tuple[Tensor, ...]]:
        recorded.append(work())
        return work

    run = replayable(_Doubles(), place, capture)
    place.fill_(3.0)
    assert run()[0].tolist() == [6.0, 6.0]
    assert len(recorded) == 1


def test_where_work_cannot_be_recorded_it_is_done() -> None:
    def capture(_: Callable[[], tuple[Tensor, ...]]) -> Callable[[], tuple[Tensor, ...]]:
        msg = "operation not permitted when stream is capturing"
        raise RuntimeError(msg)

    with told("inspector.vision.torch_slots") as words:
        assert replayable(_Doubles(), torch.ones(2), capture)()[0].tolist() == [2.0, 2.0]
    assert any("without a CUDA graph: operation not permitted" in one for one in words)


class _Slot:
    def __init__(self, log: list[str], name: str) -> None:
        self.log, self.name, self.item = log, name, -1

    def start(self, item: int) -> None:
        assert self.item == -1
        if item == 13:
            msg = "the device is gone"
            raise RuntimeError(msg)
        self.item = item
        self.log.append(f"{self.name}+{item}")

    def finish(self) -> int:
        item, self.item = self.item, -1
        self.log.append(f"{self.name}-{item}")
        return item


def test_slots_take_turns_and_answers_keep_their_order() -> None:
    log: list[str] = []
    slots = [_Slot(log, "a"), _Slot(log, "b")]
    found = in_turns(range(5), slots, lambda item, slot: slot.start(item), lambda slot: 10 * slot.finish())
    assert found == [0, 10, 20, 30, 40]
    assert log == ["a+0", "b+1", "a-0", "a+2", "b-1", "b+3", "a-2", "a+4", "b-3", "a-4"]
    assert in_turns([], slots, lambda item, slot: slot.start(item), lambda slot: slot.finish()) == []


def test_after_a_failure_no_slot_is_at_work() -> None:
    log: list[str] = []
    slots = [_Slot(log, "a"), _Slot(log, "b"), _Slot(log, "c")]
    with pytest.raises(RuntimeError, match="the device is gone"):
        in_turns([1, 2, 13, 4], slots, lambda item, slot: slot.start(item), lambda slot: slot.finish())
    assert [slot.item for slot in slots] == [-1, -1, -1]


def test_the_reference_says_the_same_alone_and_in_batches_and_once_closed_nothing(
    bundle: Bundle, bottles: Bottles
) -> None:
    reference = load_reference(bundle)
    images = [bottles.images[index % 10] for index in range(17)]  # more than a slot holds
    several = reference.predict_batch(images)
    assert [p.p_defective for p in several[:10]] == pytest.approx(
        [p.p_defective for p in several[10:]] + [p.p_defective for p in several[7:10]], abs=1e-5
    )
    assert reference.predict(images[0]).p_defective == pytest.approx(several[0].p_defective, abs=1e-5)
    assert reference.identity.reason == "fp32: as set"
    reference.close()
    reference.close()
    for call in (lambda: reference.predict(images[0]), lambda: reference.predict_batch(images)):
        with pytest.raises(ClassifierError, match="is closed"):
            call()


def test_near_a_threshold_reduced_torch_gives_way_to_float(bundle: Bundle, bottles: Bottles) -> None:
    reference = load_reference(bundle)
    exact = [prediction.p_defective for prediction in reference.predict_batch(bottles.images[4:6])]
    reference.close()
    reduced = TorchClassifier(bundle, device="cpu", precision="bf16", thresholds=[Thresholds(fail_at=p) for p in exact])
    found = reduced.predict_batch(bottles.images[4:6])
    assert [prediction.p_defective for prediction in found] == pytest.approx(exact, abs=1e-4)
    reduced.close()
    with pytest.raises(DeviceError, match="cannot run this model in fp16 on cpu; possible: fp32, bf16"):
        TorchClassifier(bundle, device="cpu", precision="fp16")


@pytest.mark.skipif(not HAS_CUDA, reason="there is no NVIDIA GPU here")
@pytest.mark.parametrize("precision", ["fp32", "bf16", "fp16"])
def test_cuda_says_what_the_reference_says(bundle: Bundle, bottles: Bottles, precision: str) -> None:
    reference, fast = load_reference(bundle), load_classifier(bundle, "cuda", precision)
    images = [*bottles.images, *bottles.images[:9]]
    tolerance = 1e-4 if precision == "fp32" else 0.05
    expected = [p.p_defective for p in reference.predict_batch(images)]
    assert [p.p_defective for p in fast.predict_batch(images)] == pytest.approx(expected, abs=tolerance)
    assert [fast.predict(image).p_defective for image in images] == pytest.approx(expected, abs=tolerance)
    fast.close()
    reference.close()


@pytest.mark.skipif(not HAS_CUDA, reason="there is no NVIDIA GPU here")
def test_cuda_takes_what_passed_the_gate(bundle: Bundle) -> None:
    passed = PrecisionCheck(passed=True, pictures=1, flips=0, largest_difference=0.0)
    manifest = bundle.manifest.model_copy(update={"precisions": {"fp32": passed, "bf16": passed}})
    checked = Bundle(folder=bundle.folder, manifest=manifest, sha256=bundle.sha256)
    classifier = load_classifier(checked, "cuda")
    assert classifier.identity.precision == "bf16"
    classifier.close()
