"""`kedro viz run` and `kedro viz build` for one pipeline and its parts, where the plugin would take minutes for all."""

import logging
import warnings
from pathlib import Path
from threading import Thread

import click

chosen = click.option("--pipeline", "-p", "name", default="digits", show_default=True, help="Pipeline to show.")
environment = click.option("--env", "-e", default=None, help="Kedro configuration environment.")


@click.command()
@chosen
@environment
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", default=4141, show_default=True, help="Port, or the next free one.")
@click.option("--browser/--no-browser", default=True, help="Whether to open a browser.")
def run(name: str, env: str | None, host: str, port: int, browser: bool) -> None:
    """Show a pipeline and its parts until Ctrl-C."""
    _load(name, env)
    import uvicorn
    from kedro_viz.api.apps import create_api_app_from_project
    from kedro_viz.launchers.utils import _find_available_port

    port = _find_available_port(host, port)
    click.echo(f"{name} at http://{host}:{port}/ (Ctrl-C ends it)")
    if browser:
        Thread(target=_open, args=(host, port), daemon=True).start()
    uvicorn.run(create_api_app_from_project(Path.cwd()), host=host, port=port, log_config=None)


@click.command()
@chosen
@environment
@click.option("--output", default="build/graph", show_default=True, help="Folder to write.")
def build(name: str, env: str | None, output: str) -> None:
    """Write a site with previews that opens from disk and from any web server."""
    _load(name, env)
    from autoencoders.shell.graph import site

    site.write(Path(output))
    click.echo(f"{name}: open {output}/index.html, or put {output} on a web server.")


def _load(name: str, env: str | None) -> None:
    for package in ("kedro_viz", "uvicorn"):  # they log every file that has not been made yet, and every request
        logging.getLogger(package).setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", message="ORJSONResponse")
    from autoencoders.shell.graph import project

    try:
        project.load(name, env)
    except ValueError as error:
        raise click.ClickException(f"{error}.") from None


def _open(host: str, port: int) -> None:
    from kedro_viz.launchers.utils import _check_viz_up, _start_browser, _wait_for

    _wait_for(func=_check_viz_up, host=host, port=port)
    _start_browser(host, port)
