"""The station in a browser: the board of the line, the results, pictures to judge; as pages, as JSON, for Prometheus.

A process of its own beside the station: it reads the log and the line's pulse, and writes neither.
"""
