"""A PostgreSQL server of the tests' own: in a temporary folder, on a socket and a loopback port, as an ordinary user."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import quote

import psutil
import pytest

from tests.ports import free_port
from tests.waits import WAIT_S, until

#: Who may make tables; who may only send, as a station's account.
OWNER, SENDER = "owner", "sender"
PASSWORD = "p@ss:wo/rd%?"


def binaries() -> Path | None:
    """Return the folder of PostgreSQL's programs; None where it is not installed."""
    there = shutil.which("initdb")
    if there is not None:
        return Path(there).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return versions[-1].parent if versions else None


def need() -> Path:
    """Return that folder, or skip the test with the reason."""
    pytest.importorskip("psycopg", reason="psycopg is not installed (the extra “fleet”)")
    folder = binaries()
    if folder is None:
        pytest.skip("PostgreSQL's server is not installed (apt-get install postgresql)")
    if os.name != "posix":
        pytest.skip("the server of the tests is started on Linux and macOS only")
    return folder


class PostgresServer:
    """One server.

    Args:
        programs: The folder of initdb and postgres.
        durable: Whether a commit waits for the disk, as outside of tests.
    """

    def __init__(self, programs: Path, *, durable: bool = False) -> None:
        self._programs = programs
        self._folder = Path(tempfile.mkdtemp(prefix="pg-"))
        self._durable = durable
        self._as: dict[str, object] = {}
        if os.getuid() == 0:  # PostgreSQL refuses to run as root
            user = pwd.getpwnam("nobody")
            os.chown(self._folder, user.pw_uid, user.pw_gid)
            self._as = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self.port = free_port()
        self.data = self._folder / "data"
        self._run(
            "initdb", "-D", str(self.data), "-A", "trust", "-U", OWNER, "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"
        )
        (self.data / "pg_hba.conf").write_text(
            "local all all trust\nhost nothing all 127.0.0.1/32 reject\nhost all all 127.0.0.1/32 scram-sha-256\n"
        )
        self._process: subprocess.Popen[bytes] | None = None
        self.start()
        self.sql(f"CREATE ROLE {SENDER} LOGIN PASSWORD '{PASSWORD}'")

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), *arguments]
        subprocess.run(command, check=True, capture_output=True, cwd=self._folder, **self._as)  # type: ignore[call-overload]

    def start(self) -> None:
        """Start where it does not run, and wait until it takes connections."""
        if self._process is not None and self._process.poll() is None:
            return
        options = ["-c", "listen_addresses=127.0.0.1", "-p", str(self.port), "-k", str(self._folder)]
        if not self._durable:
            options += ["-c", "fsync=off"]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(  # type: ignore[call-overload]
                [str(self._programs / "postgres"), "-D", str(self.data), *options],
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=self._folder,
                **self._as,
            )
        ready = [str(self._programs / "pg_isready"), "-q", "-h", str(self._folder), "-p", str(self.port)]
        until(lambda: subprocess.run(ready, check=False, cwd="/").returncode == 0)

    def use_tls(self, *, on: bool) -> Path:
        """Switch TLS on or off; return the certificate, which says “localhost”."""
        names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
        files = ["-keyout", str(self.data / "server.key"), "-out", str(self.data / "server.crt")]
        if on:
            command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *names, *files]
            subprocess.run(command, check=True, capture_output=True, cwd=self._folder, **self._as)  # type: ignore[call-overload]
        self.sql(f"ALTER SYSTEM SET ssl = {'on' if on else 'off'}")
        self.sql("SELECT pg_reload_conf()")
        until(lambda: self.sql("SHOW ssl") == [("on" if on else "off",)])
        return self.data / "server.crt"

    @property
    def pid(self) -> int:
        """Its first process; the others are its children."""
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """End it and its children at once, as a power cut does."""
        assert self._process is not None
        server = psutil.Process(self._process.pid)
        everything = [server, *server.children(recursive=True)]
        for process in everything:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self._process.wait()
        psutil.wait_procs(everything, WAIT_S)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def address(self, database: str, *, user: str = OWNER, password: str = "", tcp: bool = False) -> str:
        """Return an address as a person types it."""
        if tcp:
            return f"postgresql://{user}:{quote(password, safe='')}@127.0.0.1:{self.port}/{database}"
        return f"postgresql://{user}@/{database}?host={quote(str(self._folder), safe='')}&port={self.port}"

    def sql(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Run a statement as the owner; return its rows."""
        import psycopg

        with psycopg.connect(self.address(database), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []

    def close(self) -> None:
        """End it, and remove its folder."""
        if self._process is not None and self._process.poll() is None:
            self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)
