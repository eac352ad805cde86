"""`kedro run`, with a user's mistake said in a sentence; a bug keeps its stack trace."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from kedro.framework.cli import project as kedro_cli
from kedro_viz.launchers.cli.main import viz as plugin

from autoencoders.records.dry_run import OPTION, DryRun
from autoencoders.records.process import end_children_with_this
from autoencoders.shell.checks import check, choose_pipelines
from autoencoders.shell.garbage import uncollected
from autoencoders.shell.mistakes import explain
from autoencoders.shell.reproduction import reproduce
from autoencoders.tracking.signals import INTERRUPTED

logger = logging.getLogger(__name__)

OWN_PARALLEL_RUNNER = "autoencoders.shell.parallel.ParallelRunner"
OWN_RUNNERS = dict.fromkeys(("ParallelRunner", "kedro.runner.ParallelRunner"), OWN_PARALLEL_RUNNER)  # for Kedro's


@click.group(name="autoencoders")
def cli() -> None:
    """Hold the project's own commands; they come before Kedro's of the same name."""


def run(**options: Any) -> Any:
    """Run the pipeline."""
    options.pop("dry_run")  # the hooks ask the command's context
    asked = options["pipelines"] or [options["pipeline"] or "the default pipeline"]
    logger.info("Reading the configuration of %s", ", ".join(asked))  # it takes seconds
    try:
        with told(), uncollected():
            choose_pipelines(options)
            check(options)
            options["runner"] = OWN_RUNNERS.get(options["runner"], options["runner"])
            end_children_with_this()
            return kedro_cli.run.callback(**options)
    except DryRun as found:
        click.echo(found)
    except (KeyboardInterrupt, SystemExit) as stop:  # Ctrl-C, SIGTERM
        click.echo(INTERRUPTED, err=True)
        sys.exit(130 if isinstance(stop, KeyboardInterrupt) else stop.code)


class Run(click.Command):
    """The command itself, whose options can be mistaken before it begins."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options."""
        with told("--params: "):
            return super().parse_args(ctx, args)


@contextmanager
def told(before: str = "") -> Iterator[None]:
    """Say a mistake in a sentence, after some words."""
    try:
        yield
    except (click.ClickException, click.exceptions.Exit):
        raise
    except Exception as error:
        sentence = explain(error)
        if sentence is None:
            raise
        logger.debug("What failed", exc_info=True)
        raise click.ClickException(f"{before}{sentence}") from None


plugin.lazy_subcommands |= {name: f"autoencoders.shell.graph.commands.{name}" for name in ("run", "build")}
cli.add_command(Run("run", callback=run, params=[*kedro_cli.run.params, OPTION], help=run.__doc__))
cli.add_command(reproduce)
