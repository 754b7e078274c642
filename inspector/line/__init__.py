"""The line's controller (PLC): triggers in, verdicts out; one pure hand-shake, and an adapter for each protocol."""
