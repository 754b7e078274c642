"""Processes that run beside the station: started detached, recognised again, asked, ended."""
