"""What Kedro would do again and again is done once, and what stays is not looked through."""

import gc

import parse
import pytest
from kedro.pipeline import Pipeline, node

from autoencoders.pipelines.deferred import Deferred
from autoencoders.shell.garbage import GarbageHooks, uncollected
from autoencoders.shell.lookups import LookupHooks, parse_by_known


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
    LookupHooks().after_context_created()
    one = make()
    once = (one.inputs(), one.outputs())
    asked = len(found)
    one.inputs().clear()
    assert (one.inputs(), one.outputs()) == once == ({"raw"}, {"last"})
    assert len(found) == asked
    assert one.only_nodes("second").inputs() == {"middle"}
    LookupHooks().after_context_created()
    assert not hasattr(Pipeline.inputs.__wrapped__, "__wrapped__"), "wrapped once"


@pytest.mark.parametrize("name", ["mnist.denoising.clean.seed_0.weights", "mnist.images", "provenance", "params:mnist"])
@pytest.mark.parametrize("pattern", ["{suite}.images", "{suite}.{study}.{variant}.{seed}.weights", "params:{name}"])
def test_patterns_are_read_as_kedro_reads_them(pattern, name):
    found, expected = parse_by_known(pattern, name), parse.parse(pattern, name)
    assert (found and found.named) == (expected and expected.named)


def test_no_garbage_is_looked_for_until_the_pipeline_runs():
    with uncollected():
        assert not gc.isenabled()
        GarbageHooks().before_pipeline_run()
        assert gc.isenabled()
        assert gc.get_freeze_count() > 0
    gc.unfreeze()
    assert gc.isenabled()
