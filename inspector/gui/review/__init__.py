"""The Review page: people judge what the line has judged."""
