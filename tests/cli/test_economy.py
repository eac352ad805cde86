"""What Kedro would do again and again is done once, and what stays is not looked through."""

import gc

import pytest
from kedro.pipeline import Pipeline, node

from autoencoders.pipelines.deferred import Deferred
from autoencoders.shell.free_ends import FreeEndsHooks
from autoencoders.shell.garbage import GarbageHooks, uncollected


def pipeline() -> Pipeline:
    return Pipeline([node(abs, "raw", "middle", name="first"), node(abs, "middle", "last", name="second")])


@pytest.mark.parametrize("make", [pipeline, lambda: Deferred(pipeline)])
def test_free_ends_are_found_once_for_each_pipeline(monkeypatch, make):
    found = []
    monkeypatch.setattr(
        Pipeline, "all_inputs", lambda self, method=Pipeline.all_inputs: found.append(1) or method(self)
    )
    for name in ("inputs", "outputs"):
        monkeypatch.setattr(Pipeline, name, getattr(getattr(Pipeline, name), "__wrapped__", getattr(Pipeline, name)))
    FreeEndsHooks().before_pipeline_run()
    one = make()
    once = (one.inputs(), one.outputs())
    asked = len(found)
    one.inputs().clear()
    assert (one.inputs(), one.outputs()) == once == ({"raw"}, {"last"})
    assert len(found) == asked
    assert one.only_nodes("second").inputs() == {"middle"}
    FreeEndsHooks().before_pipeline_run()
    assert not hasattr(Pipeline.inputs.__wrapped__, "__wrapped__"), "wrapped once"


def test_no_garbage_is_looked_for_until_the_pipeline_runs():
    with uncollected():
        assert not gc.isenabled()
        GarbageHooks().before_pipeline_run()
        assert gc.isenabled()
        assert gc.get_freeze_count() > 0
    gc.unfreeze()
    assert gc.isenabled()
