"""What the pages know of the station: the session, its workers, and what they read and tell."""
