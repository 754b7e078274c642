"""The commands that a page says its figures are found again with, held against the program's own."""

from __future__ import annotations

import html
import re
import shlex

from inspector.cli import build_parser

_FOUND = re.compile(r'<p class="source">Found again with: (.*?)</p>')


def printed_commands(page: str) -> list[str]:
    """Return the commands of a page; a file of the dossier is none."""
    told = [html.unescape(words) for words in _FOUND.findall(page)]
    return [command for words in told for command in words.split("; ") if not command.startswith("dossiers/")]


def refused_commands(page: str) -> list[str]:
    """Return those of a page's commands that the program does not know, or not with these options."""
    refused = []
    for command in printed_commands(page):
        program, *options = shlex.split(command)
        try:
            build_parser().parse_args(options)
        except SystemExit:
            refused.append(command)
        else:
            if program != "inspector":
                refused.append(command)
    return refused
