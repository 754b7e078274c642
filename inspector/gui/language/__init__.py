"""What the station says in English, shown in the language of whoever stands at it."""
