"""Many stations, one database: a process beside the station sends on what is recorded; the line never waits for it."""
