"""The validation dossier: criteria locked before the test part is read, then filled by the station and printed."""
