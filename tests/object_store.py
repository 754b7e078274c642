"""An object store for tests: moto's server in a process of its own, on loopback."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from inspector.pictures import store
from tests.ports import free_port
from tests.waits import WAIT_S, until

KEYS = {
    "AWS_ACCESS_KEY_ID": "tester",
    "AWS_SECRET_ACCESS_KEY": "not-a-real-secret",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


@dataclass(frozen=True)
class ObjectStore:
    """A running server, and the environment by which clients reach it."""

    endpoint: str

    @property
    def environment(self) -> dict[str, str]:
        return {**KEYS, "AWS_ENDPOINT_URL": self.endpoint}

    def files(self) -> Any:
        """A client of its own, as somebody else's would be."""
        import s3fs

        return s3fs.S3FileSystem(endpoint_url=self.endpoint, use_listings_cache=False)

    def bucket(self, name: str) -> str:
        self.files().call_s3(
            "create_bucket", Bucket=name, CreateBucketConfiguration={"LocationConstraint": KEYS["AWS_DEFAULT_REGION"]}
        )
        return f"s3://{name}"

    def upload(self, folder: Path, address: str) -> None:
        files = self.files()
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                files.pipe(f"{address}/{path.relative_to(folder).as_posix()}", path.read_bytes())


@contextmanager
def running_store() -> Iterator[ObjectStore]:
    port = free_port()
    endpoint = f"http://127.0.0.1:{port}"
    command = (sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port))
    process = subprocess.Popen(
        command, env={**os.environ, **KEYS}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )

    def answers() -> bool:
        assert process.poll() is None, "moto's server has ended"
        try:
            with urllib.request.urlopen(f"{endpoint}/moto-api/", timeout=WAIT_S):  # noqa: S310
                return True
        except OSError:
            return False

    try:
        until(answers)
        yield ObjectStore(endpoint)
    finally:
        process.kill()
        process.wait()


def reach(server: ObjectStore, monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    """Let this process reach the store, with an empty cache of its own."""
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    store._opened.cache_clear()
