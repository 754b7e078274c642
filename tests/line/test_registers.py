"""The register map: what one side writes, the other reads; no two values share a register."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.domain.line_protocol import LineProtocol
from inspector.line.registers import (
    CONTROL,
    CONTROL_BITS,
    CONTROL_COUNT,
    CONTROL_START,
    STATUS,
    STATUS_BITS,
    STATUS_COUNT,
    STATUS_START,
    Register,
    inputs_of,
    outputs_of,
    registers_of,
    registers_of_inputs,
)
from inspector.line.signals import LineResult, PlcInputs, ResultCode, StationOutputs

_TEXT = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=32)
_ID = st.one_of(st.just(""), st.integers(1, 0xFFFFFFFF).map(str))
_INPUTS = st.builds(
    PlcInputs,
    **{name: st.booleans() for name in CONTROL_BITS},
    trigger_id=_ID,
    part_serial=_TEXT,
    recipe=_TEXT,
)


@pytest.mark.parametrize(
    ("table", "start", "count"), [(CONTROL, CONTROL_START, CONTROL_COUNT), (STATUS, STATUS_START, STATUS_COUNT)]
)
def test_the_registers_of_a_table_follow_one_another(table: tuple[Register, ...], start: int, count: int) -> None:
    taken = [place for value in table for place in range(value.address, value.address + value.count)]
    assert taken == list(range(start, start + count))


@given(_INPUTS)
def test_what_the_controller_writes_is_read(inputs: PlcInputs) -> None:
    registers = registers_of_inputs(inputs)
    assert len(registers) == CONTROL_COUNT
    assert all(0 <= register <= 0xFFFF for register in registers)
    assert inputs_of(registers) == inputs


@given(st.lists(st.integers(0, 0xFFFF), min_size=CONTROL_COUNT, max_size=CONTROL_COUNT))
def test_whatever_a_controller_writes_is_text_that_a_row_takes(registers: list[int]) -> None:
    inputs = inputs_of(registers)
    assert all(len(text) <= 32 and text.isprintable() for text in (inputs.part_serial, inputs.recipe))


def test_a_result_stands_in_its_registers() -> None:
    result = LineResult(id="70000", code=ResultCode.NOK, score=0.98765, part_number=65537, took_ms=12.4)
    outputs = StationOutputs(
        online=True, exposed=True, valid=True, result=result, waiting=2, missed=65537, missed_id="9", trigger_id="70001"
    )
    registers = registers_of(outputs, heartbeat=65538)
    assert registers == [0b101001, 2, 1, 1, 1, 4465, 1, 4464, 2, 9876, 2, 12, 1, 1, 0, 9]
    read = outputs_of(registers)
    assert read.result == LineResult(id="70000", code=ResultCode.NOK, score=0.9876, part_number=65537, took_ms=12.0)
    assert (read.waiting, read.missed, read.missed_id, read.trigger_id) == (2, 1, "9", "70001")


def test_nothing_known_is_zero_but_the_version_and_never_good() -> None:
    registers = registers_of(StationOutputs(), heartbeat=0)
    assert [(place, register) for place, register in enumerate(registers) if register] == [(2, 1), (9, 65535)]
    assert ResultCode(registers[8]) is ResultCode.NONE


@given(st.sampled_from(STATUS_BITS))
def test_each_bit_has_its_place(name: str) -> None:
    assert registers_of(StationOutputs(**{name: True}), 0)[0] == 1 << STATUS_BITS.index(name)  # type: ignore[arg-type]


def test_a_result_without_a_score_and_one_that_took_long() -> None:
    result = LineResult(id="1", code=ResultCode.ERROR, took_ms=1e9)
    registers = registers_of(StationOutputs(valid=True, result=result), 0)
    assert (registers[9], registers[11]) == (65535, 65535)
    assert outputs_of(registers).result == LineResult(id="1", code=ResultCode.ERROR, took_ms=65535.0)


def test_each_value_is_named_by_its_place_in_the_protocol() -> None:
    table = {value.name: value for value in (*CONTROL, *STATUS)}
    status, echo, serial = table["status"], table["trigger_echo"], table["part_serial"]
    valid, alarm = STATUS_BITS.index("valid"), STATUS_BITS.index("alarm")
    modbus, asked, s7 = LineProtocol.MODBUS, LineProtocol.MODBUS_CLIENT, LineProtocol.S7
    assert [status.place(modbus, 0, valid), echo.place(modbus), serial.place(modbus)] == ["100.5", "104", "4"]
    assert [status.place(asked, 1000, valid), echo.place(asked, 1000)] == ["1100.5", "1104"]
    assert [status.place(s7, 0, valid), status.place(s7, 0, alarm)] == ["DBX201.5", "DBX200.0"]
    assert [echo.place(s7), table["score"].place(s7), serial.place(s7)] == ["DBD208", "DBW218", "DBB8"]
    named = (LineProtocol.OFF, LineProtocol.OPCUA, LineProtocol.OPCUA_CLIENT, LineProtocol.TEXT, LineProtocol.SERIAL)
    assert {status.place(protocol, 0, valid) for protocol in named} == {""}


def test_the_page_for_the_programmer_has_this_table() -> None:
    rows = []
    for value in (*CONTROL, *STATUS):
        last = value.address + value.count - 1
        place = f"{value.address}" if value.count == 1 else f"{value.address}–{last}"
        bits = ", ".join(f"bit {place} `{name}`" for place, name in enumerate(value.bits))
        rows.append(f"| {place} | `{value.name}` | {value.kind.value} | {value.meaning}{bits and f': {bits}'} |")
    page = (Path(__file__).resolve().parents[2] / "docs" / "line.md").read_text(encoding="utf-8").splitlines()
    assert [line for line in page if line in rows] == rows
