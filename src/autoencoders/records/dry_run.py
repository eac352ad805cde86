"""A dry run: what a `kedro run` would do, and why, without doing it."""

import click

from autoencoders.records.freshness import Reason
from autoencoders.records.words import listing

OPTION = click.Option(
    ["--dry-run"], is_flag=True, help="List the nodes that --only-missing-outputs would run, and why; run nothing."
)


class DryRun(Exception):
    """The end of a run before it begins; its text is the list."""

    def __init__(self, reasons: dict[str, Reason], nodes: int) -> None:
        super().__init__("\n".join(listing(reasons, nodes)))


def is_dry() -> bool:
    """Tell whether the command that is being carried out is to run nothing."""
    context = click.get_current_context(silent=True)
    return context is not None and bool(context.params.get("dry_run"))
