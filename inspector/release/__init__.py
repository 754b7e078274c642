"""The release interlock as it stands in the record: what was shown, by whom, and what that releases."""
