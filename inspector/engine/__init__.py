"""The running line: threads, mailboxes and state, without Qt."""
