"""Fixtures for every test: where the real pictures are, and fresh folders."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import inspector.vision  # noqa: F401 - before openvino: switches its telemetry off
from inspector.runs import processes
from inspector.trail.actor import ask_who_acts

ROOT = Path(__file__).resolve().parent.parent

# Passwords of tests are not for the keyring of whoever runs them; processes that tests start inherit it.
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"

# How long an example takes depends on the machine and what else it does.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


def find_test_data() -> Path | None:
    """The folder with `bottle`, `magnetic_tile`, `deeppcb`; None where it is absent."""
    named = os.environ.get("INSPECTOR_TEST_DATA")
    candidates = [Path(named)] if named else [ROOT.parent / "shared" / "data"]
    return next((path for path in candidates if path.is_dir()), None)


@pytest.fixture(scope="session")
def test_data() -> Path:
    """Real pictures; skips, saying so, where they are absent."""
    found = find_test_data()
    if found is None:
        pytest.skip(
            "real pictures not found: set INSPECTOR_TEST_DATA to the folder that holds bottle, magnetic_tile, deeppcb"
        )
    return found


@pytest.fixture(scope="session")
def imagenet_weights(test_data: Path) -> Path:
    """The ImageNet weights beside the pictures; skips where they are absent."""
    path = test_data.parent / "weights" / "resnet50-imagenet-pqf.npz"
    if not path.is_file():
        pytest.skip(f"backbone weights not found: {path}")
    return path


@pytest.fixture(autouse=True)
def heard() -> None:
    """What modules log can be heard, whatever tests and libraries have done to logging before."""
    logging.disable(logging.NOTSET)
    logging.getLogger().setLevel(logging.WARNING)
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] in {"inspector", "trainer"}:
            logger = logging.getLogger(name)
            logger.disabled, logger.propagate = False, True


@pytest.fixture(autouse=True)
def nobody_signed_in() -> Iterator[None]:
    """Who acts in one test does not act in the next."""
    yield
    ask_who_acts(None)


@pytest.fixture(autouse=True)
def normal_priority(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes that a test starts run at normal priority, so that a busy machine does not starve them."""
    if request.node.get_closest_marker("low_priority") is None:
        monkeypatch.setattr(processes, "NICE", 0)
