"""The station's recipes: saved, copied, renamed, deleted, brought back, and taken to other stations as one file."""
