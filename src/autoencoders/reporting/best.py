"""Which variants a figure or a report shows where there are more than a reader looks through."""

import pandas as pd

MOST = 40  # rows of a figure, or curves; what is left out stands in the tables


def best(errors: pd.Series) -> pd.Series:
    """Return the lowest of some numbers, `MOST` at most, in the order in which they were given."""
    return errors if len(errors) <= MOST else errors[errors.rank(method="first") <= MOST]


def left_out(count: int) -> str:
    """Say in a sentence that not all of some variants are shown, if so."""
    return f" Shown are the best {MOST} of {count:,} variants; comparison.csv has all." if count > MOST else ""
