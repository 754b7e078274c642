"""Validation dossiers in the window: criteria are locked, the dossier is filled, looked at and printed."""
