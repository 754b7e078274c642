"""Many stations, one database: on a PostgreSQL server that the tests start themselves."""
