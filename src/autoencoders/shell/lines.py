"""Log lines: which node each is about when several are running, and each warning once per study."""

import logging
import re
import warnings
from collections import defaultdict
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import uuid4

from autoencoders.data.words import counted, listed
from autoencoders.key import Key
from autoencoders.shell.journal import Journal

SAID = "said"  # the kind of an entry of the journal: a study, a cause, a variant, the sentence, a name of its own
OURS = ("autoencoders.", "py.warnings")  # loggers: the project's, and the one that Python's warnings come by
NAMED = 5  # variants, at most


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

    def is_first_to_say(self, sentence: str) -> bool:
        """Note a warning, and tell whether no node of the study has given it before, but for its numbers."""
        key, cause = Key.parse(self.place), re.sub(r"\d+", "", sentence.replace(self.place, ""))
        entry = [str(key.whole_study), cause, key.detector, sentence, uuid4().hex]
        self.journal.add(SAID, *entry)  # before the others are read, which may be added at the same time
        return entry == next(one for one in self.journal.entries(SAID) if one[:2] == entry[:2])


at_work: ContextVar[AtWork | None] = ContextVar("at_work", default=None)


class Lines(logging.Filter):
    """Names the node in what it logs, and keeps back what another of its study has warned of; errors never."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether a line is to be written; a line is asked about once, however many handlers there are."""
        node = at_work.get()
        if node is None or not record.name.startswith(OURS):
            return True
        if not hasattr(record, "is_shown"):
            sentence = " ".join(record.getMessage().split())  # Python's warnings are several lines
            record.is_shown = record.levelno != logging.WARNING or node.is_first_to_say(sentence)
            before = f"{node.place}: " if node.named and node.place not in sentence else ""
            record.msg, record.args = f"{before}{sentence}", ()
        return record.is_shown


def name_nodes_in_log() -> None:
    """Let all handlers of the log do so, with Python's warnings, too: each time, to be counted."""
    logging.captureWarnings(True)
    warnings.filterwarnings("always", module="sklearn", append=True)
    for handler in logging.getLogger().handlers:
        if not any(isinstance(one, Lines) for one in handler.filters):
            handler.addFilter(Lines())


def repeated(journal: Journal) -> Iterator[str]:
    """Yield how many variants of a study a warning concerns, for each that was kept back."""
    said: dict[tuple[str, str], list[list[str]]] = defaultdict(list)
    for study, cause, variant, sentence, _ in journal.entries(SAID):
        said[study, cause].append([variant, sentence])
    for (study, _), alike in said.items():
        variants = sorted({variant for variant, _ in alike if variant})
        concerned = f" of {counted(len(variants), 'variant')} ({listed(variants, NAMED)})" if variants else ""
        if len(alike) > 1:
            yield f"{study}: {counted(len(alike), 'warning')}{concerned} like this one: {alike[0][1]}"
