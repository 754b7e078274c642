"""`make faults`: the real station, headless and in its window, while things break; what must hold is checked from outside.

A case (`cases`) is a name, the promises it is about (docs/promises.md), what must hold, and what is done. What the station
said is read off its output and the small file beside its log; what it recorded, off the log.
"""
