"""Everything of this program that others can connect to: one table, of which the code that listens has its defaults.

Nothing of it runs unless somebody turns it on. The manual and `inspector doctor` list it; a test finds what else does.
"""

from __future__ import annotations

from dataclasses import dataclass

_LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doorway:
    """One thing that listens.

    Args:
        name: What it is, for people.
        started_by: What turns it on; until then it does not listen.
        port: TCP port unless another is said; 0 for any free one.
        lets_in: Who gets in, and by what.
        modules: Files that do it, from the root.
        host: Address unless another is said; empty for a socket of this user that no network reaches.
        setting: The setting that turns it on; empty where only a command or another program does.
        values: Values of that setting with which it listens.
        places: The settings of address and port, where there are some.
    """

    name: str
    started_by: str
    port: int
    lets_in: str
    modules: tuple[str, ...]
    host: str = _LOOPBACK
    setting: str = ""
    values: tuple[object, ...] = ()
    places: tuple[str, str] | None = None


_LINE_PLACES = ("line_host", "line_port")

WEB_PAGE = Doorway(
    name="Page in the browser",
    started_by="Settings → Network, or `inspector serve`",
    port=8765,
    lets_in="at 127.0.0.1 this computer; elsewhere whoever has the password, over TLS only",
    modules=("inspector/web/server.py",),
    setting="serve",
    values=(True,),
    places=("serve_host", "serve_port"),
)
FLEET_PAGE = Doorway(
    name="Page of many stations",
    started_by="`inspector fleet serve`",
    port=8766,
    lets_in="as the page in the browser",
    modules=("inspector/web/server.py",),
)
MODBUS = Doorway(
    name="Modbus TCP",
    started_by="Settings → Line",
    port=5020,
    lets_in="whoever reaches the address: the protocol knows no password; keep it in the line's own network",
    modules=("inspector/line/modbus.py",),
    setting="line_protocol",
    values=("modbus",),
    places=_LINE_PLACES,
)
TEXT_LINES = Doorway(
    name="Text over TCP",
    started_by="Settings → Line",
    port=5021,
    lets_in="whoever reaches the address, one at a time; keep it in the line's own network",
    modules=("inspector/line/text.py",),
    setting="line_protocol",
    values=("text",),
    places=_LINE_PLACES,
)
OPC_UA = Doorway(
    name="OPC UA",
    started_by="Settings → Line",
    port=4840,
    lets_in="at 127.0.0.1 this computer; elsewhere certificates that are trusted, or the password, encrypted only",
    modules=("inspector/line/opcua.py", "inspector/line/opcua_secured.py"),
    setting="line_protocol",
    values=("opcua",),
    places=_LINE_PLACES,
)
SIMULATOR = Doorway(
    name="Simulated controller or I/O module",
    started_by="`inspector line simulate` with `s7`, `modbus-client`, `opcua-client` or `io`",
    port=0,
    lets_in="whoever reaches the address; for commissioning",
    modules=("inspector/line/s7.py", "inspector/line/modbus_served.py", "inspector/line/adapters.py"),
)
SCHEDULER = Doorway(
    name="Scheduler of a cluster",
    started_by="`inspector cluster scheduler`",
    port=8786,
    lets_in="at 127.0.0.1 this computer; elsewhere certificates of the cluster's authority only",
    modules=("inspector/cluster/service.py",),
)
WORKER = Doorway(
    name="Worker of a cluster",
    started_by="`inspector cluster worker`",
    port=0,
    lets_in="as its scheduler; it listens where it reaches the scheduler",
    modules=("inspector/cluster/service.py",),
)
LOCAL_WORKERS = Doorway(
    name="Workers on this computer",
    started_by="a cluster that is called `local:N`, for as long as it works",
    port=0,
    lets_in="the process that started them, by a certificate of their own",
    modules=("inspector/cluster/connection.py",),
)
RANKS = Doorway(
    name="Ranks of one training",
    started_by="a training on several devices",
    port=0,
    lets_in="this computer; on Windows, and by `torchrun`, whoever reaches them: keep them in a network of their own",
    modules=("trainer/ranks.py", "trainer/launch.py"),
)
WINDOW = Doorway(
    name="The window, to be brought to the front",
    started_by="the window itself",
    port=0,
    host="",
    lets_in="programs of the same user, through a socket of mode 700 (Windows: a pipe of that user)",
    modules=("inspector/gui/single.py",),
)

DOORWAYS = (
    WEB_PAGE,
    FLEET_PAGE,
    MODBUS,
    TEXT_LINES,
    OPC_UA,
    SIMULATOR,
    SCHEDULER,
    WORKER,
    LOCAL_WORKERS,
    RANKS,
    WINDOW,
)
