"""Counts and lists in words, and names that can be printed, for messages."""

from collections.abc import Sequence
from unicodedata import category

UNPRINTABLE = {"Cc", "Cs", "Zl", "Zp"}  # Unicode's categories of control characters, surrogates and ends of lines


def counted(number: int, noun: str) -> str:
    """Return a number and what is counted: `1 file`, `2 files`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def listed(names: Sequence[str], most: int = 12) -> str:
    """Return names with commas between them: so many at most, and how many more there are."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more:,} more" if more > 0 else "")


def printable(text: str) -> str:
    """Return a text, with escapes for control characters and for what in a file's name is not of its encoding."""
    if text.isprintable():
        return text
    return "".join(one.encode("unicode_escape").decode() if category(one) in UNPRINTABLE else one for one in text)
