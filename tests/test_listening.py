"""What listens: off unless it is turned on, and all of it in one table, in `inspector doctor` and in the manual."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from inspector.cli.serve import PORT
from inspector.domain.line_protocol import LineProtocol
from inspector.domain.listening import DOORWAYS, FLEET_PAGE, MODBUS, OPC_UA, TEXT_LINES, WEB_PAGE
from inspector.settings import Settings
from inspector.web.access import Access

ROOT = Path(__file__).resolve().parent.parent
#: Names of calls by which a socket, or a library's server, begins to listen.
_LISTENING = {
    *("bind", "listen", "create_server", "start_server", "start_unix_server", "create_datagram_endpoint"),
    *("serve", "serve_forever", "start_to", "make_server", "run_simple", "TCPServer", "HTTPServer", "QTcpServer"),
    *(
        "ThreadingHTTPServer",
        "UDPServer",
        "UnixStreamServer",
        "QLocalServer",
        "ModbusTcpServer",
        "Scheduler",
        "Nanny",
        "Server",
    ),
    *("LocalCluster", "TCPStore", "rendezvous", "init_process_group", "ProcessGroupGloo", "SimpleXMLRPCServer"),
    *("_new_process_group_helper", "WebSocketServer", "Listener", "serve_http", "start_http_server"),
}
#: Called like this, and no socket of ours: SQLAlchemy's events, a command of our own, a method of a class above.
_OTHER = {"event.listen"}


def _calls(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}


def _defined(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef | ast.FunctionDef)}


def _imported_from_us(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("inspector", "trainer"))
        for alias in node.names
    }


def _listens(path: Path) -> bool:
    ours = _imported_from_us(path) | _defined(path)
    return any(
        call.rpartition(".")[2] in _LISTENING and call not in _OTHER and call not in ours for call in _calls(path)
    )


def test_whatever_listens_in_the_source_stands_in_the_table() -> None:
    product = sorted(path for room in ("inspector", "trainer") for path in (ROOT / room).rglob("*.py"))
    listening = {path.relative_to(ROOT).as_posix() for path in product if _listens(path)}
    assert listening == {module for doorway in DOORWAYS for module in doorway.modules}


@pytest.mark.parametrize("code", ["socket.socket().bind(x)", "asyncio.start_server(f)", "QLocalServer(self)"])
def test_the_search_finds_a_new_one(tmp_path: Path, code: str) -> None:
    (tmp_path / "new.py").write_text(code, encoding="utf-8")
    assert _listens(tmp_path / "new.py")


def test_nothing_listens_by_the_defaults_and_what_would_is_local() -> None:
    settings = Settings()
    for doorway in DOORWAYS:
        assert doorway.host in {"127.0.0.1", ""}, doorway.name
        assert not doorway.setting or getattr(settings, doorway.setting) not in doorway.values, doorway.name


def test_the_code_takes_its_defaults_from_the_table() -> None:
    settings = Settings()
    assert (settings.serve_host, settings.serve_port) == (WEB_PAGE.host, WEB_PAGE.port)
    assert (Access().host, Access().port, PORT) == (WEB_PAGE.host, WEB_PAGE.port, WEB_PAGE.port)
    assert settings.line_host == MODBUS.host
    for protocol, doorway in (
        (LineProtocol.MODBUS, MODBUS),
        (LineProtocol.TEXT, TEXT_LINES),
        (LineProtocol.OPCUA, OPC_UA),
    ):
        assert protocol.port == doorway.port
    assert FLEET_PAGE.port != WEB_PAGE.port


def test_the_manual_lists_all_of_it() -> None:
    page = (ROOT / "docs" / "manual" / "it.md").read_text(encoding="utf-8")
    for doorway in DOORWAYS:
        place = f"{doorway.host}:{doorway.port or 'a free port'}" if doorway.host else "a socket of the user"
        assert f"| {doorway.name} | {doorway.started_by} | {place} | {doorway.lets_in} |" in page, doorway.name
