"""Who is logged in."""

from __future__ import annotations

import os
import sys

import pytest

from inspector.user import known_user, user_name


def test_the_environment_names_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "marta")
    assert (known_user(), user_name()) == ("marta", "marta")


@pytest.mark.skipif(sys.platform == "win32", reason="users have no number")
def test_a_user_without_a_name_has_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000)  # no user of this machine
    assert (known_user(), user_name()) == ("", "user 4000000")
