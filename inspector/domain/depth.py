"""Whether pictures are brought to full range at the line as they were in training."""

from __future__ import annotations


def depth_doubt(trained: int | None, here: int | None) -> str:
    """Return what is to be known where a model learnt from another bit depth than pictures are decoded with here.

    Args:
        trained: How many bits of 16 were used in the training; None as the files say.
        here: The same of a recipe's source.

    Returns:
        A sentence; empty where the two are the same.
    """
    if trained == here:
        return ""
    return (
        f"The model was trained with the bit depth {_said(trained)}, and here it is {_said(here)}. "
        "Pictures of 16 bits look brighter or darker to it than those that it learnt from."
    )


def _said(bits: int | None) -> str:
    return "as the files say" if bits is None else f"{bits}"
