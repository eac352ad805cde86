"""What is said of a node: with its name, once if others of its study warn of the same, and errors always."""

import logging
import warnings

import pytest

from autoencoders.shell.journal import Journal
from autoencoders.shell.lines import AtWork, Lines, at_work, name_nodes_in_log, repeated
from autoencoders.shell.sanity_checks import SanityCheckHooks

logger = logging.getLogger("autoencoders.tried")


@pytest.fixture
def journal(tmp_path):
    begun = Journal.begin(tmp_path)
    yield begun
    begun.end()
    at_work.set(None)


@pytest.fixture
def shown(caplog):
    """Return what is written to the log so far, as handlers of a run write it."""
    logging.captureWarnings(False)
    logging.getLogger().addHandler(caplog.handler)
    with warnings.catch_warnings():
        warnings.resetwarnings()
        name_nodes_in_log()
        yield lambda: [record.getMessage() for record in caplog.records]
        logging.captureWarnings(False)
    for handler in logging.getLogger().handlers:
        handler.filters = [one for one in handler.filters if not isinstance(one, Lines)]


def test_errors_are_never_kept_back(journal, shown):
    for variant in ("deep", "wide"):
        at_work.set(AtWork(f"world.study.{variant}", False, journal))
        SanityCheckHooks._tell(f"world.study.{variant}", "loss_fell")
    assert [line.partition(":")[0] for line in shown()] == ["world.study.deep", "world.study.wide"]
    assert list(repeated(journal)) == []


def test_variants_are_counted_rather_than_warnings_and_the_first_few_are_named(journal, shown):
    for number in range(7):
        at_work.set(AtWork(f"world.study.{'abcdefg'[number]}.seed_0", False, journal))
        for _ in range(2):
            logger.warning("%d images are few", number)
    assert shown() == ["0 images are few"]
    assert list(repeated(journal)) == [
        "world.study: 14 warnings of 7 variants (a, b, c, d, e and 2 more) like this one: 0 images are few"
    ]


def test_what_differs_by_more_than_numbers_is_another_warning(journal, shown):
    at_work.set(AtWork("world.study.deep.seed_0", False, journal))
    for words in ("3 files are damaged", "4 files are damaged", "3 files are empty"):
        logger.warning("%s", words)
    assert shown() == ["3 files are damaged", "3 files are empty"]


def test_warnings_of_a_library_come_once_a_study_with_the_node(journal, shown):
    for variant in ("deep", "wide"):
        at_work.set(AtWork(f"world.study.{variant}.seed_0", True, journal))
        warnings.warn_explicit("It did not\nconverge", RuntimeWarning, "fit.py", 7, module="sklearn.fit", registry={})
    assert shown() == ["world.study.deep.seed_0: fit.py:7: RuntimeWarning: It did not converge"]
    (told,) = repeated(journal)
    assert told.startswith("world.study: 2 warnings of 2 variants (deep, wide) like this one: fit.py:7: ")


def test_one_node_alone_is_the_first_to_warn_whatever_others_do_meanwhile(journal, shown):
    class Slow(Journal):
        def entries(self, kind: str) -> list:
            found = super().entries(kind)
            at_work.set(AtWork("world.study.wide.seed_0", False, journal))
            logger.warning("3 images are few")
            return found

    at_work.set(AtWork("world.study.deep.seed_0", False, Slow(journal.file)))
    logger.warning("3 images are few")
    assert shown() == ["3 images are few"]
    assert [told.partition(" like")[0] for told in repeated(journal)] == [
        "world.study: 2 warnings of 2 variants (deep, wide)"
    ]
