"""Finds a part by its serial number, its lot or its time, from every page (Ctrl+F)."""
