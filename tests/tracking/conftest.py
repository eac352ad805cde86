"""Places to run a study of the digits in."""

import pytest
from shared_once import made_once
from tracked_place import Place


@pytest.fixture(scope="session")
def place(tmp_path_factory):
    """Return a place in which the study has been run by SequentialRunner; for reading only, since workers share it."""
    return Place(made_once(tmp_path_factory, "tracking", lambda root: Place.new(root).run()))


@pytest.fixture
def another(tmp_path, place):
    """Return a place of one's own, with the results and the runs of the first."""
    return Place.new(tmp_path / "project", like=place)
