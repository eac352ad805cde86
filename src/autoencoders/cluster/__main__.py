"""A scheduler and workers on this machine, until Ctrl-C: `make cluster`, or `python -m autoencoders.cluster`."""

import logging
import signal
from contextlib import suppress

import click

HOST = "127.0.0.1"  # whoever reaches a scheduler may run anything as this user

DEAF = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"  # workers end when they are told to


@click.command()
@click.option("--workers", type=click.IntRange(min=1), default=2, show_default=True, help="processes that run nodes")
@click.option("--port", type=int, default=8786, show_default=True, help="of the scheduler")
def main(workers: int, port: int) -> None:
    """Start a scheduler and workers on this machine, and wait for Ctrl-C."""
    import dask
    from distributed import LocalCluster

    logging.getLogger("distributed").setLevel(logging.WARNING)
    address = f"tcp://{HOST}:{port}"
    alone = {"n_workers": workers, "threads_per_worker": 1, "memory_limit": 0, "dashboard_address": f"{HOST}:0"}
    with dask.config.set({"distributed.scheduler.allowed-failures": 1, "distributed.worker.preload": [DEAF]}):
        try:
            cluster = LocalCluster(host=HOST, scheduler_port=port, silence_logs=logging.CRITICAL, **alone)
        except (OSError, RuntimeError):
            raise click.ClickException(f"{address} is taken; is a scheduler there already?") from None
    with cluster:
        click.echo(
            f"{workers} worker(s) at {address}, until Ctrl-C. In another terminal: kedro run "
            f"--runner autoencoders.cluster.DaskRunner --runner-params scheduler={address}"
        )
        for ending in (signal.SIGINT, signal.SIGTERM):  # even where a shell lets a job in the background ignore Ctrl-C
            signal.signal(ending, signal.default_int_handler)
        with suppress(KeyboardInterrupt):
            signal.pause()


if __name__ == "__main__":
    main()
