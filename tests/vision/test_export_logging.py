"""A conversion that fails leaves the program's log as it was: warnings are still written."""

from __future__ import annotations

import logging

import pytest
import torch

from inspector.vision.export import to_openvino
from tests.logs import told


class _Odd(torch.nn.Module):
    """Holds what OpenVINO cannot convert."""

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        values: torch.Tensor = torch.linalg.eigvals(pictures).real
        return values


def test_a_conversion_that_fails_leaves_the_log_as_it_was() -> None:
    root = logging.getLogger()
    before = root.level, list(root.filters), list(root.handlers)
    with pytest.raises(Exception, match="eigvals"):
        to_openvino(_Odd(), 8)
    assert (root.level, list(root.filters), list(root.handlers)) == before
    with told("inspector.vision") as heard:
        logging.getLogger("inspector.vision").warning("still heard")
    assert heard == ["still heard"]


def test_a_conversion_leaves_what_is_trained_to_be_trained() -> None:
    module = torch.nn.Conv2d(3, 4, 1)
    assert module.bias is not None
    module.bias.requires_grad = False
    model = to_openvino(module, 8)
    assert [parameter.requires_grad for parameter in module.parameters()] == [True, False]
    assert tuple(model.output(0).get_partial_shape().get_max_shape())[1:] == (4, 8, 8)
