"""Lines of the log: which node each is about, where several are at work, and each warning once per study."""

import logging
from collections import Counter
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass

from autoencoders.key import Key
from autoencoders.shell.journal import Journal

SAID = "said"  # the kind of an entry of the journal: a study, a warning without its numbers, and the sentence


@dataclass(frozen=True)
class AtWork:
    """The node that is at work in a thread.

    Attributes:
        place: Its namespace.
        named: Whether lines must say so, since others are at work, too.
        journal: The journal of the run.
    """

    place: str
    named: bool
    journal: Journal

    def is_first_to_say(self, record: logging.LogRecord) -> bool:
        """Tell whether no node of the study has given a warning, but for its numbers, and note that this one does."""
        cause = [str(Key.parse(self.place).whole_study), str(record.msg)]
        first = cause not in [entry[:2] for entry in self.journal.entries(SAID)]
        self.journal.add(SAID, *cause, record.getMessage())
        return first


at_work: ContextVar[AtWork | None] = ContextVar("at_work", default=None)


class Lines(logging.Filter):
    """Names the node in what it logs, and keeps back what another of its study has warned of."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether a line is to be written; a line is asked about once, however many handlers there are."""
        node = at_work.get()
        if node is None or not record.name.startswith("autoencoders."):
            return True
        if not hasattr(record, "is_shown"):
            record.is_shown = record.levelno != logging.WARNING or node.is_first_to_say(record)
            if node.named and node.place not in record.getMessage():
                record.msg, record.args = f"{node.place}: {record.getMessage()}", ()
        return record.is_shown


def name_nodes_in_log() -> None:
    """Let all handlers of the log do so."""
    for handler in logging.getLogger().handlers:
        if not any(isinstance(one, Lines) for one in handler.filters):
            handler.addFilter(Lines())


def repeated(journal: Journal) -> Iterator[str]:
    """Yield of how many nodes it was that a warning came once, if of several."""
    said = journal.entries(SAID)
    for cause, times in Counter(tuple(entry[:2]) for entry in said).items():
        if times > 1:
            first = next(sentence for *same, sentence in said if tuple(same) == cause)
            yield f"{times} nodes of {cause[0]} warned alike, the first so: {first}"
