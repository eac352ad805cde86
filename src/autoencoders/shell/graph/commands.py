"""`kedro viz run` and `kedro viz build` for a few pipelines and their parts; the plugin would take minutes for all."""

import logging
import warnings
from pathlib import Path
from threading import Thread

import click

SHOWN = ("digits.lesson", "digits")
chosen = click.option(
    *("--pipeline", "-p", "names"),
    multiple=True,
    default=SHOWN,
    show_default=True,
    help="Pipelines to choose from, with their parts; the first is shown at first.",
)
environment = click.option("--env", "-e", default=None, help="Kedro configuration environment.")


@click.command()
@chosen
@environment
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", default=4141, show_default=True, help="Port, or the next free one.")
@click.option("--browser/--no-browser", default=True, help="Whether to open a browser.")
def run(names: tuple[str, ...], env: str | None, host: str, port: int, browser: bool) -> None:
    """Show pipelines until Ctrl-C."""
    _load(names, env)
    import uvicorn
    from kedro_viz.api.apps import create_api_app_from_project
    from kedro_viz.launchers.utils import _find_available_port

    port = _find_available_port(host, port)
    click.echo(f"{names[0]} at http://{host}:{port}/ (Ctrl-C ends it)")
    if browser:
        Thread(target=_open, args=(host, port), daemon=True).start()
    uvicorn.run(create_api_app_from_project(Path.cwd()), host=host, port=port, log_config=None)


@click.command()
@chosen
@environment
@click.option("--output", default="build/graph", show_default=True, help="Folder to write.")
def build(names: tuple[str, ...], env: str | None, output: str) -> None:
    """Write a site with previews that opens from disk and from any web server."""
    _load(names, env)
    from autoencoders.shell.graph import site

    site.write(Path(output))
    click.echo(f"{names[0]}: open {output}/index.html, or put {output} on a web server.")


def _load(names: tuple[str, ...], env: str | None) -> None:
    for package in ("kedro_viz", "uvicorn"):  # they log every file that has not been made yet, and every request
        logging.getLogger(package).setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", message="ORJSONResponse")
    from autoencoders.shell.graph import project

    try:
        project.load(names, env)
    except ValueError as error:
        raise click.ClickException(f"{error}.") from None


def _open(host: str, port: int) -> None:
    from kedro_viz.launchers.utils import _check_viz_up, _start_browser, _wait_for

    _wait_for(func=_check_viz_up, host=host, port=port)
    _start_browser(host, port)
