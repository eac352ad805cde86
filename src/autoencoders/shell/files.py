"""The configuration files, checked before Kedro reads them, since reading some would never end."""

from collections.abc import Iterator
from pathlib import Path

import click
import yaml

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DEEPEST = 20  # blocks within blocks
LARGEST = 100_000  # values, those that aliases stand for included


def check_files(folders: list[Path]) -> None:
    """Refuse files of parameters or of the catalog that hold no text, no block of names, or too much.

    Raises:
        click.ClickException: A file is not in UTF-8, not a mapping, nested too deeply, too large or contains itself.
    """
    for file in sorted(file for folder in folders for file in folder.rglob("*.y*ml")):
        try:
            _check_shape(_events(file))
        except ValueError as fault:
            raise click.ClickException(f"{file}: {fault}.") from None
        except yaml.YAMLError:
            continue  # Kedro will say in which line


def _events(file: Path) -> Iterator[yaml.Event]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"the file must be text in UTF-8, and byte {error.start} is not; save it anew") from None
    return yaml.parse(text, Loader=LOADER)


def _check_shape(events: Iterator[yaml.Event]) -> None:
    """Count the values that a file comes to once its aliases are replaced by what they stand for."""
    blocks: list[tuple[str | None, int]] = []  # the anchor and the number of values so far of each open block
    sizes: dict[str, int] = {}  # by anchor
    for event in events:
        match event:
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                blocks.append((event.anchor, 1))
                _check_top(blocks, event)
                continue
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                anchor, size = blocks.pop()
            case yaml.AliasEvent():
                anchor, size = None, _size_of(event.anchor, sizes, blocks)
            case yaml.ScalarEvent():
                anchor, size = event.anchor, 1
                _check_top(blocks, event)
            case _:
                continue
        sizes |= {anchor: size} if anchor else {}
        if blocks:
            blocks[-1] = blocks[-1][0], blocks[-1][1] + size
        if size > LARGEST:
            raise ValueError(f"the file must hold at most {LARGEST:,} values, those that aliases repeat included")


def _check_top(blocks: list[tuple[str | None, int]], event: yaml.Event) -> None:
    if len(blocks) > DEEPEST:
        raise ValueError(
            f"blocks must be nested at most {DEEPEST} deep, and line {event.start_mark.line + 1} is deeper"
        )
    is_list = len(blocks) == 1 and isinstance(event, yaml.SequenceStartEvent)
    if is_list or (not blocks and event.value not in ("", "~", "null")):
        got = "a list" if is_list else repr(event.value)
        raise ValueError(f"the file must be a block of names, each with a colon and what it stands for, got {got}")


def _size_of(anchor: str, sizes: dict[str, int], blocks: list[tuple[str | None, int]]) -> int:
    if any(anchor == one for one, _ in blocks):
        raise ValueError(f"*{anchor} must not stand within what it stands for")
    return sizes.get(anchor, 1)
