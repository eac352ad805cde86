"""Words: what is to run, and why, for the log and for a dry run."""

from collections.abc import Iterator

from autoencoders.records.freshness import Reason

SHOWN = 3  # reasons that one line of the log names


def summary(reasons: dict[str, Reason], nodes: int) -> str:
    """Say in a sentence how many of so many nodes are to run, and why the first of them."""
    if not reasons:
        return f"Nothing to do: the outputs of all {nodes} nodes are up to date."
    causes = causes_of(reasons)
    shown = "; ".join(f"{cause} ({_counted(len(names))})" for cause, names in list(causes.items())[:SHOWN])
    more = f"; and {len(causes) - SHOWN} more reasons" if len(causes) > SHOWN else ""
    follow = sum(reason.follows for reason in reasons.values())
    return f"{len(reasons)} of {nodes} nodes are to run: {shown}{more}{f'; {follow} that follow' if follow else ''}."


def listing(reasons: dict[str, Reason], nodes: int) -> Iterator[str]:
    """Yield lines that say what would run and why: a cause, and below it the nodes."""
    if not reasons:
        yield summary(reasons, nodes)
        return
    yield f"{len(reasons)} of {nodes} nodes would run with --only-missing-outputs."
    for cause, names in causes_of(reasons).items():
        yield f"\n{cause}:"
        yield from (f"  {name}" for name in names)
    following = [name for name, reason in reasons.items() if reason.follows]
    if following:
        yield "\nfollow from these:"
        yield from (f"  {name}" for name in following)


def causes_of(reasons: dict[str, Reason]) -> dict[str, list[str]]:
    """Return the nodes that must run for a reason of their own, by the reason."""
    causes: dict[str, list[str]] = {}
    for name, reason in reasons.items():
        if not reason.follows:
            causes.setdefault(reason.what, []).append(name)
    return causes


def _counted(nodes: int) -> str:
    return "1 node" if nodes == 1 else f"{nodes} nodes"
