"""The audit trail on the Settings page: read, filtered, looked into, exported."""
