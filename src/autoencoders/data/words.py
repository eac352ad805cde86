"""Counts and lists in words, and names that can be printed, for messages."""

from collections.abc import Sequence


def counted(number: int, noun: str) -> str:
    """Return a number and what is counted: `1 file`, `2 files`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def listed(names: Sequence[str], most: int = 12) -> str:
    """Return names with commas between them: so many at most, and how many more there are."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more:,} more" if more > 0 else "")


def printable(text: str) -> str:
    """Return a text, with escapes for what a file's name holds that is not of its encoding."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
