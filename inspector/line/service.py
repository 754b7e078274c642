"""Runs the protocol that the settings name beside the station, and says how it is doing."""

from __future__ import annotations

import logging
import queue
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from inspector.domain.causes import cause_of
from inspector.domain.errors import InspectorError
from inspector.domain.line_protocol import LineOptions, LineProtocol
from inspector.engine.pace import DEADLINE_S
from inspector.line.adapters import LineError, connect, make_adapter
from inspector.line.desk import LineDesk, Link, TriggerTaker
from inspector.line.handshake import Deadlines
from inspector.line.signals import TRIGGER, ModuleState, PlcInputs, StationOutputs
from inspector.recipes.scanned import recipe_called

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from inspector.domain.config import TriggerConfig
    from inspector.engine.status import EngineListener
    from inspector.line.adapters import LineAdapter, PlcLink
    from inspector.recipes.scanned import CodedRecipe
    from inspector.settings import Settings

_log = logging.getLogger(__name__)
_HERE, _EVERYWHERE = "127.0.0.1", frozenset({"0.0.0.0", "::"})  # noqa: S104 - where somebody listens, if wanted
_LOOK_S = 0.02
_IDLE_LOOK_S = 0.5
_AGAIN_S = 1.0
#: An adapter that has not looked at its stop for so long hangs.
_HANGS_S = 1.0
#: A library may take so long to be imported and to listen.
_STARTING_S = 60.0
_NO_FAULT = frozenset({Link.STARTING, Link.WAITING})
_ENDING_S = 1.0
#: So long results that wait may still be read when the station ends.
_LINGER_S = 0.3


_Wanted = tuple[LineProtocol, str, int, LineOptions]
_NOTHING: _Wanted = (LineProtocol.OFF, "", 0, LineOptions())


class LineEngine(TriggerTaker, Protocol):
    """What the service needs of the engine."""

    def subscribe(self, listener: EngineListener) -> Callable[[], None]:
        """Add a listener; the returned function removes it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LineStatus:
    """How the line's protocol is doing.

    Args:
        protocol: `LineProtocol.OFF` where none is spoken.
        address: Where it listens, or whom it asks; empty for none.
        link: How the way to the controller is.
        why: Why it is not up; empty where it is.
        late: Results that came too late for the line.
        times: When each level changed last, by its name.
        module: The I/O module; None where there is none.
        base: Register of the controller with which the map begins, where the station asks.
    """

    protocol: LineProtocol = LineProtocol.OFF
    address: str = ""
    link: Link = Link.DOWN
    why: str = ""
    inputs: PlcInputs = field(default_factory=PlcInputs)
    outputs: StationOutputs = field(default_factory=StationOutputs)
    late: int = 0
    times: Mapping[str, datetime] = field(default_factory=dict)
    module: ModuleState | None = None
    base: int = 0

    @property
    def fault(self) -> str:
        """What somebody must see to, as a sentence; empty where nothing is wrong, or no protocol is spoken."""
        if self.protocol is LineProtocol.OFF or self.link in _NO_FAULT:
            return ""
        if self.link is not Link.UP:
            return f"The line is not told: {self.why.removesuffix('.')}."
        if self.module is not None and self.module.alarm:
            return f"At the line's gate: {self.module.alarm}."
        if self.outputs.overdue:
            result = self.outputs.result
            what = f"that of part {result.id} is not acknowledged" if result else "Result Ack does not fall"
            return f"The line does not take results: {what}."
        return ""

    @property
    def words(self) -> str:
        """How it is doing, in one line; empty where no protocol is spoken."""
        if self.protocol is LineProtocol.OFF or self.fault or self.link is not Link.UP:
            return self.summary
        if self.module is not None and TRIGGER not in self.module.places:  # the recipe's own trigger: nobody asks
            return self.summary
        return f"{self.protocol.words} on {self.address}: {self.outputs.not_ready or 'ready'}."

    @property
    def summary(self) -> str:
        """The same without what changes with every part."""
        if self.protocol is LineProtocol.OFF or self.fault:
            return self.fault
        return f"{self.protocol.words} on {self.address}: {self.why or 'connected'}."


class _Adapter:
    """An adapter on its thread, and the desk that it serves.

    Args:
        wanted: Protocol, host, port, and what the protocol needs.
        make: Called again after each of its faults.
    """

    def __init__(
        self,
        desk: LineDesk,
        wanted: _Wanted,
        make: Callable[[LineProtocol, str, int, LineOptions], LineAdapter],
    ) -> None:
        self.desk, self.wanted, self._make = desk, wanted, make
        self.stop = _WatchedStop()
        self._thread = threading.Thread(target=self._run, name="line adapter", daemon=True)
        self._thread.start()

    def look(self) -> None:
        """Take Ready away while the adapter hangs."""
        hangs = self.stop.unseen_s() > _HANGS_S
        self.desk.hold(f"what speaks {self.wanted[0].words} hangs" if hangs else "")
        self.desk.outputs()

    def end(self) -> bool:
        """End it; False where it hangs and was left behind."""
        self.stop.set()
        self._thread.join(_ENDING_S)
        return not self._thread.is_alive()

    def _run(self) -> None:
        said = ""
        while not self.stop.is_set():
            self.stop.patient(_STARTING_S)
            try:
                self._make(*self.wanted).run(self.desk, self.stop)
            except LineError as error:
                why = str(error)
            except Exception as error:  # noqa: BLE001 - a library's fault must not end the line
                _log.debug("the adapter broke", exc_info=True)
                why = f"unexpected {type(error).__name__}: {cause_of(error)}"
            else:
                continue
            if why != said:
                _log.warning("the line is not told: %s", why)
                said = why
            self.desk.set_link(Link.DOWN, why)
            self.stop.patient(_AGAIN_S)
            self.stop.wait(_AGAIN_S)


class _WatchedStop(threading.Event):
    """Says also when it was looked at last."""

    def __init__(self) -> None:
        super().__init__()
        self._seen_s = time.monotonic()

    def is_set(self) -> bool:
        self._seen_s = time.monotonic()
        return super().is_set()

    def patient(self, seconds: float) -> None:
        """Nobody needs to look for so long."""
        self._seen_s = time.monotonic() + seconds

    def unseen_s(self) -> float:
        """Return how long nobody has looked, seconds."""
        return time.monotonic() - self._seen_s


class LineService:
    """Follows the settings, on a thread of its own. Nothing of the line waits for it.

    Args:
        engine: Is given the triggers, and listened to.
        settings: The station's, as they are in force.
        recipes: The folder of recipes, for a controller that changes the recipe; None where it may not.
        make: Makes an adapter; called on the adapter's thread.
    """

    def __init__(
        self,
        engine: LineEngine,
        *,
        settings: Callable[[], Settings],
        recipes: Path | None = None,
        make: Callable[[LineProtocol, str, int, LineOptions], LineAdapter] = make_adapter,
    ) -> None:
        self._engine, self._settings, self._make, self._recipes = engine, settings, make, recipes
        self._in_force = ""
        self._changes: queue.SimpleQueue[CodedRecipe] = queue.SimpleQueue()
        self._deadlines = Deadlines()
        self._adapter: _Adapter | None = None
        self._unsubscribe: Callable[[], None] | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="line watch", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End it, a little later where a controller reads results; what it has not read is in the log."""
        end_s = time.monotonic() + _LINGER_S
        while time.monotonic() < end_s and (status := self.status()).link is Link.UP and status.outputs.waiting:
            self._stop.wait(_LOOK_S)
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join(_ENDING_S + 0.5)

    def use_recipe(self, name: str, trigger: TriggerConfig) -> None:
        """Hold the line to this recipe, and to its deadline, from now on."""
        self._in_force = name
        self._deadlines = Deadlines(verdict_s=trigger.deadline_s or DEADLINE_S)
        if (adapter := self._adapter) is not None:
            adapter.desk.use_deadlines(self._deadlines)

    def take_change(self) -> CodedRecipe | None:
        """Return, once, which recipe the controller wants; the newest of several."""
        wanted = None
        while True:
            try:
                wanted = self._changes.get_nowait()
            except queue.Empty:
                return wanted

    def refuse_change(self, name: str, why: str) -> None:
        """Say why the recipe is not changed to the one that the controller wants."""
        _log.warning("the controller wants the recipe “%s”: %s", name, why)
        if (adapter := self._adapter) is not None:
            adapter.desk.refuse_recipe(name, why)

    def status(self) -> LineStatus:
        """Return how it is doing."""
        adapter = self._adapter
        if adapter is None:
            return LineStatus()
        protocol, host, port, options = adapter.wanted
        desk = adapter.desk
        outputs = desk.outputs()
        link, why = (Link.DOWN, desk.held) if desk.held else desk.link
        return LineStatus(
            protocol=protocol,
            address=f"{host}:{port}",
            link=link,
            why=why,
            inputs=desk.inputs,
            outputs=outputs,
            late=desk.late,
            times=desk.times,
            module=desk.module,
            base=options.base if protocol is LineProtocol.MODBUS_CLIENT else 0,
        )

    def connect(self) -> PlcLink:
        """Return a controller's end of what is spoken, for trying it from this computer.

        Raises:
            LineError: If no protocol is spoken.
        """
        adapter = self._adapter
        protocol, host, port, options = adapter.wanted if adapter is not None else _NOTHING
        return connect(protocol, _HERE if host in _EVERYWHERE else host, port, options)

    def _run(self) -> None:
        while not self._stop.wait(_LOOK_S if self._adapter is not None else _IDLE_LOOK_S):
            settings = self._settings()
            port = settings.line_port or settings.line_protocol.port
            wanted = settings.line_protocol, settings.line_host, port, settings.line_options
            if wanted != (self._adapter.wanted if self._adapter is not None else (LineProtocol.OFF, *wanted[1:])):
                self._end()
                if settings.line_protocol is not LineProtocol.OFF:
                    self._begin(wanted, follows=settings.line_recipes)
            if self._adapter is not None:
                self._adapter.look()
                self._change_over(self._adapter.desk, settings)
        self._end()

    def _change_over(self, desk: LineDesk, settings: Settings) -> None:
        """Pass on which recipe the controller wants, where it may."""
        self._follow(desk, follows=settings.line_recipes)
        folder = self._recipes
        if folder is None or not (name := desk.recipe_due()):
            return
        try:
            recipe = recipe_called(name, folder)
        except InspectorError as error:
            self.refuse_change(name, str(error))
            return
        if recipe is None:
            self.refuse_change(name, "no recipe has this name or code")
        else:
            self._changes.put(recipe)

    def _follow(self, desk: LineDesk, *, follows: bool) -> None:
        desk.follow_recipes(follows=follows and self._recipes is not None, in_force=self._in_force)

    def _begin(self, wanted: _Wanted, *, follows: bool) -> None:
        desk = LineDesk(self._engine)
        desk.use_deadlines(self._deadlines)
        self._follow(desk, follows=follows)
        self._unsubscribe = self._engine.subscribe(desk)
        self._adapter = _Adapter(desk, wanted, self._make)

    def _end(self) -> None:
        adapter, self._adapter = self._adapter, None
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        if adapter is not None and not adapter.end():
            _log.warning("what speaks %s hangs, and was left behind", adapter.wanted[0].words)
