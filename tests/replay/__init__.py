"""Parts judged again."""
