"""The station's key: made once, kept private, and who has signed something."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import pytest

from inspector.signing import KEY_FILE, SigningError, signer_of, station_key, trust, trusted_keys
from tests.waits import WAIT_S

if TYPE_CHECKING:
    from pathlib import Path


def test_the_key_is_made_once_and_is_its_users_only(tmp_path: Path) -> None:
    first, again = station_key(tmp_path), station_key(tmp_path)

    assert first.public_pem == again.public_pem
    assert b"PRIVATE" not in first.public_pem
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]
    if os.name == "posix":
        assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600


def test_programs_that_begin_together_have_one_key(tmp_path: Path) -> None:
    keys: list[bytes] = []
    threads = [threading.Thread(target=lambda: keys.append(station_key(tmp_path).public_pem)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_S)

    assert len(keys) == 8
    assert len(set(keys)) == 1


def test_a_signature_tells_its_key_and_a_changed_byte_has_none(tmp_path: Path) -> None:
    key = station_key(tmp_path)
    signature = key.sign(b"recipe")

    signer = signer_of(b"recipe", signature, trusted_keys(tmp_path))

    assert signer is not None
    assert (signer.name, signer.fingerprint) == ("this station", key.public.fingerprint)
    assert signer_of(b"recipf", signature, trusted_keys(tmp_path)) is None
    assert signer_of(b"recipe", b"short", trusted_keys(tmp_path)) is None


def test_a_plant_key_is_trusted_once_its_public_half_is_there(tmp_path: Path) -> None:
    plant = station_key(tmp_path / "plant")
    file = tmp_path / "works north.pem"
    file.write_bytes(plant.public_pem)
    home = tmp_path / "home"

    assert trusted_keys(home) == ()
    trust(home, file)

    signer = signer_of(b"model", plant.sign(b"model"), trusted_keys(home))
    assert signer is not None
    assert signer.name == "works north"


@pytest.mark.parametrize("content", [b"", b"-----BEGIN PRIVATE KEY-----\nnonsense\n-----END PRIVATE KEY-----\n"])
def test_a_damaged_key_is_refused_and_never_replaced(tmp_path: Path, content: bytes) -> None:
    (tmp_path / KEY_FILE).write_bytes(content)

    with pytest.raises(SigningError, match="no private key") as caught:
        station_key(tmp_path)

    assert "backup" in caught.value.next_step
    assert (tmp_path / KEY_FILE).read_bytes() == content


def test_a_private_key_is_not_trusted_as_a_public_one(tmp_path: Path) -> None:
    station_key(tmp_path)

    with pytest.raises(SigningError, match="no public key"):
        trust(tmp_path, tmp_path / KEY_FILE)
