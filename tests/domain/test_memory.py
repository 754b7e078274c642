"""How libraries say that memory has run out, and what is made of it."""

from __future__ import annotations

import cv2
import pytest

from inspector.domain.errors import BundleError, ClassifierError, PictureError
from inspector.domain.memory import lacked_memory, out_of_memory, ran_out_of_memory, reason_of

ADVICE = "Close other programs, or give the computer more memory."


def of_opencv(code: int) -> cv2.error:
    error = cv2.error("OpenCV: Failed to allocate 1 bytes")
    error.code = code
    return error


def caused(error: Exception, cause: BaseException) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        of_opencv(cv2.Error.StsNoMem),
        RuntimeError("Exception from src/inference/src/cpp/infer_request.cpp:223:\nstd::bad_alloc\n"),
        RuntimeError("could not create a memory object"),
        RuntimeError("CUDA out of memory. Tried to allocate 20 MiB"),
        out_of_memory("the picture a.png could not be decoded"),
        caused(ClassifierError("inference failed"), MemoryError()),
    ],
)
def test_memory_that_ran_out_is_said_so(error: Exception) -> None:
    assert ran_out_of_memory(error)
    assert lacked_memory(reason_of(error))
    assert reason_of(error).endswith(f" could not be decoded. {ADVICE}" if "a.png" in str(error) else ADVICE)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (RuntimeError("a shape is wrong"), "unexpected RuntimeError: a shape is wrong"),
        (of_opencv(cv2.Error.StsBadArg), "unexpected error: OpenCV: Failed to allocate 1 bytes"),
        (ValueError("out of memory"), "unexpected ValueError: out of memory"),
        (PictureError("the picture is damaged", "Save it again."), "the picture is damaged. Save it again."),
        (caused(BundleError("no model"), OSError(2, "no file")), "no model"),
    ],
)
def test_whatever_else_breaks_keeps_its_own_words(error: Exception, reason: str) -> None:
    assert not ran_out_of_memory(error)
    assert reason_of(error) == reason
    assert not lacked_memory(reason)
