"""The arithmetic of a training step."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from trainer.steps import Pointwise, learn_pointwise


@pytest.mark.parametrize(("stride", "bias"), [(1, False), (2, False), (2, True)])
def test_a_pointwise_convolution_learns_as_a_convolution_does(stride: int, bias: bool) -> None:
    torch.manual_seed(0)
    usual = nn.Conv2d(24, 16, 1, stride=stride, bias=bias).double()
    product = copy.deepcopy(usual)
    learn_pointwise(product)
    assert type(product) is Pointwise
    pictures = torch.randn(3, 24, 7, 7).double()
    cells = -(-7 // stride)
    asked = torch.randn(3, 16, cells, cells).double()
    answers = []
    for layer in (usual, product):
        given = pictures.clone().requires_grad_()
        found = layer(given)
        found.backward(asked)
        answers.append((found.detach(), given.grad, *(one.grad for one in layer.parameters())))
    for wanted, found in zip(*answers, strict=True):
        torch.testing.assert_close(found, wanted)
    product.eval()
    torch.testing.assert_close(product(pictures), usual(pictures), rtol=0, atol=0)
    assert list(product.state_dict()) == list(usual.state_dict())


def test_other_convolutions_stay_as_they_are() -> None:
    layers = nn.Sequential(nn.Conv2d(4, 4, 3, padding=1), nn.Conv2d(4, 4, 1, padding=1), nn.Conv2d(4, 4, 1, groups=2))
    learn_pointwise(layers)
    assert [type(one) for one in layers] == [nn.Conv2d] * 3
