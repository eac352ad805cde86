import warnings

import pytest
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from kedro.pipeline import Pipeline, node
from project_copy import PROJECT

from autoencoders.key import Key
from autoencoders.pipeline_registry import inspections
from autoencoders.pipelines import grid
from autoencoders.pipelines.assembly import assemble, named_worlds, with_one_seed
from autoencoders.pipelines.deferred import Deferred
from autoencoders.pipelines.grid import Suite

STUDY = {"question": "Why?", "seeds": {"seed_0": 0, "seed_1": 1}, "variants": {"plain": {}, "noisy": {}}}


def test_a_study_yields_every_variant_with_every_seed() -> None:
    study = Suite.model_validate({"dataset": "mnist", "splits": {}, "studies": {"one": STUDY}}).studies["one"]
    assert [str(key) for key in study.seeded(Key("mnist", "one"))] == [
        "mnist.one.plain.seed_0",
        "mnist.one.plain.seed_1",
        "mnist.one.noisy.seed_0",
        "mnist.one.noisy.seed_1",
    ]


DETECTION = STUDY | {
    "normal_classes": {"zero": [0]},
    "scoring": {"scores": {"mse": {}}},
    "baselines": {"forest": {"kind": "isolation_forest"}, "neighbours": {"kind": "nearest_neighbours"}},
    "ensembles": {"both": {"members": [{"detector": one, "score": "mse"} for one in ("plain", "noisy")]}},
}


def read_detection(**change) -> grid.Study:
    suites = grid.read({"mnist": {"splits": {}, "one": DETECTION | change}, "kmnist": {}})
    return suites["mnist"].studies["one"]


def test_detectors_are_variants_ensembles_and_baselines_and_only_chance_needs_seeds() -> None:
    detectors = [key[2:4] for key in read_detection().detectors(Key("mnist", "one"))]
    assert detectors[4:] == [
        ("both", "seed_0"),
        ("both", "seed_1"),
        ("forest", "seed_0"),
        ("forest", "seed_1"),
        ("neighbours", "seed_0"),
    ]


def test_normal_classes_are_named_by_number_or_name() -> None:
    classes = {"zero": [0], "fine": ["fine", 3]}
    assert read_detection(normal_classes=classes).normal_classes == classes


def with_members(*members: dict) -> dict:
    """Return the ensemble of some members and a last one."""
    return {"ensembles": {"both": {"members": [*members, {"detector": "noisy", "score": "mse"}]}}}


def test_members_have_the_ensemble_s_seed_and_those_that_draw_nothing_the_first() -> None:
    block = DETECTION | with_members({"detector": "neighbours"}, {"detector": "forest"}, {"detector": "forest"})
    suites = grid.read({"mnist": {"splits": {}, "one": block}})
    members = suites["mnist"].studies["one"].members(Key("mnist", "one", "both", "seed_1"))
    assert [key[2:4] for key in members] == [("neighbours", "seed_0"), ("forest", "seed_1"), ("noisy", "seed_1")]
    nodes = assemble(suites, {})["mnist"].nodes
    (joined,) = [node for node in nodes if node.name == "mnist.one.both.seed_1.zero.combine_scores"]
    assert {key._replace(normal_class="zero").dataset("scores") for key in members} < set(joined.inputs)


def test_out_of_distribution_images_are_taken_from_other_datasets_only() -> None:
    scoring = {"scores": {"mse": {}}, "out_of_distribution": {"datasets": ["mnist", "kmnist"]}}
    assert read_detection(scoring=scoring).others_for_detection({"mnist"}) == ["kmnist"]


def test_a_training_set_is_drawn_once_for_all_detectors_with_the_seed_of_the_splits() -> None:
    suites = grid.read({"mnist": {"splits": {}, "one": DETECTION | {"training_set": {"images": 64}}}})
    nodes = assemble(suites, {})["mnist.one"].nodes
    (drawing,) = [node for node in nodes if node.name.endswith("training_set")]
    assert drawing.name == "mnist.one.zero.draw_training_set"
    assert set(drawing.inputs) >= {"params:mnist.one.training_set", "params:mnist.splits.seed"}
    assert {"mnist.one.zero.splits"} <= set(next(one for one in nodes if one.name.endswith(".train")).inputs)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"scoring": None}, "scoring: the key is missing, and a study with normal_classes needs it"),
        ({"normal_classes": {"mean": [0]}}, "normal_classes.mean: the name is taken by a part of every study"),
        ({"training_set": {"images": 0}}, "training_set.images: input should be greater than 0, got 0"),
        ({"normal_classes": None}, "scoring: only a study with normal_classes detects anomalies"),
        ({"baselines": {"plain": {}}}, "need names of their own, got 'plain' twice"),
        ({"variants": {"plain": {}}}, "ensembles.both: there is no variant or baseline 'noisy'"),
        ({"scoring": {"scores": {"energy": {}}}}, "ensembles.both: scoring.scores has no 'mse'"),
        (with_members({"detector": "forest", "score": "mse"}), "ensembles.both: forest has one score alone, got 'mse'"),
        (
            with_members({"detector": "density"}) | {"baselines": {"density": {"kind": "kernel_density"}}},
            "ensembles.both: density scores below 0, where there is no logarithm",
        ),
        (with_members({"detector": "plain", "weight": 0}), "members.0.weight: input should be greater than 0, got 0"),
        ({"scoring": {"scores": {"mse": {}}, "reference": "pca"}}, "scoring.reference: there is no detector 'pca'"),
    ],
)
def test_a_malformed_detection_is_named(change: dict, sentence: str) -> None:
    with pytest.raises(ValueError) as raised:
        read_detection(**change)
    assert sentence in str(raised.value)


BENCHMARK = {"title": "t", "question": "q", "studies": ["mnist.one"]}


def test_a_benchmark_joins_studies_of_suites() -> None:
    parameters = {"mnist": {"splits": {}, "one": DETECTION}, "benchmark": BENCHMARK}
    assert list(grid.read(parameters)) == ["mnist"]
    assert grid.read_benchmarks(parameters)["benchmark"].studies == ("mnist.one",)


def test_worlds_have_the_shortest_names_that_tell_them_apart() -> None:
    suites = grid.read(
        {
            "mnist": {"splits": {}, "one": DETECTION, "few": DETECTION},
            "kmnist": {"splits": {}, "one": DETECTION},
            "dark": {"splits": {}, "dataset": "mnist", "other": DETECTION},
        }
    )
    for studies, names in (
        (["mnist.one", "kmnist.one"], ["mnist", "kmnist"]),
        (["mnist.one", "dark.other"], ["mnist", "dark"]),
        (["mnist.one", "mnist.few"], ["one", "few"]),
        (["mnist.one", "mnist.few", "kmnist.one"], ["mnist_one", "mnist_few", "kmnist_one"]),
    ):
        assert list(named_worlds([Key.parse(study) for study in studies], suites)) == names


@pytest.mark.parametrize(
    ("study", "sentence"),
    [
        ("mnist.none", "benchmark.studies: there is no study 'mnist.none'"),
        ("mnist.two", "benchmark.studies: 'mnist.two' has no normal_classes"),
    ],
)
def test_a_benchmark_of_what_is_not_there_is_named(study: str, sentence: str) -> None:
    parameters = {"mnist": {"splits": {}, "two": STUDY}, "benchmark": BENCHMARK | {"studies": [study]}}
    with pytest.raises(ValueError, match=sentence):
        grid.read_benchmarks(parameters)


@pytest.mark.parametrize("asked", ["mnist.one mnist.two", "mnist.two sheet.two mnist.one", "mnist mnist.one"])
def test_studies_of_one_suite_may_be_asked_for_together(asked: str) -> None:
    own = {"splits": {}, "one": STUDY, "two": DETECTION}
    suites = grid.read({"mnist": own, "sheet": {"dataset": "kmnist", "splits": {}, "two": STUDY, "three": STUDY}})
    pipelines = assemble(suites, {}, asked.split())
    joined = sum((pipelines[name] for name in asked.split()), Pipeline([]))
    sections = {"mnist.one.comparison.section", "mnist.two.comparison.section"}
    (page,) = [node for node in joined.nodes if node.name == "mnist.write_page"]
    assert sections <= set(page.inputs)
    alone = assemble(suites, {}, ["mnist.one"])["mnist.one"]
    assert "mnist.two.comparison.earlier_section" in alone.inputs()


def test_one_seed_alone_brings_all_that_it_needs_and_no_other_seed() -> None:
    parameters = {"mnist": {"splits": {}, "one": DETECTION, "two": STUDY | {"seeds": {"seed_0": 0}}}}
    suites = grid.read(parameters)
    benchmarks = grid.read_benchmarks(parameters | {"benchmark": BENCHMARK})
    asked = ["mnist.one.seed_1", "benchmark.seed_1", "mnist.seed_0"]
    found = with_one_seed([*asked, "mnist.seed_1", "mnist.one.seed_7", "mnist.one"], suites, benchmarks)
    assert list(found) == asked
    for name in asked[:2]:
        nodes = found[name].nodes
        assert {Key.parse(node.namespace).seed for node in nodes} == {"", "seed_1"}
        needed = {"mnist.ingest", "mnist.split_images", "mnist.one.comparison.compare", "mnist.write_page"}
        assert needed <= {node.name for node in nodes}
    assert "benchmark.join_studies" in {node.name for node in found["benchmark.seed_1"].nodes}


def test_anchors_are_no_datasets() -> None:
    assert list(grid.read({"_shared": {"x": 1}, "mnist": {"splits": {}, "one": STUDY}})) == ["mnist"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"varaints": {}}, "mnist: studies.one.varaints: there is no such key"),
        ({"seeds": {}}, "studies.one.seeds"),
        ({"variants": {"sigma_0.3": {}}}, "sigma_0.3"),
        ({"variants": {"comparison": {}}}, "'comparison' is the name of what compares the variants"),
        ({"measurements": {"errors": {}}}, "measurements.errors: the name is taken by a part of every study"),
        ({"seeds": {"one": 0}}, "one: a seed has this name, and mnist.one stands for it alone"),
        ({"seeds": {"seed_0": -1}}, "seeds.seed_0: input should be greater than or equal to 0, got -1"),
        ({"normal_classes": {"zero": 0}}, "normal_classes.zero"),
        ({"seeds": {"seed_0": 2**32}}, "studies.one.seeds.seed_0: input should be less than 4294967296"),
        ({"normal_classes": {"no": [False]}}, "normal_classes.no.0: must be the number of a class or its name"),
    ],
)
def test_a_malformed_study_is_named(change: dict, sentence: str) -> None:
    with pytest.raises(ValueError) as raised:
        grid.read({"mnist": {"splits": {}, "one": STUDY | change}})
    assert sentence in str(raised.value)


def test_a_block_that_is_no_block_is_named() -> None:
    with pytest.raises(ValueError, match="compute: a suite is a block of studies, got 3"):
        grid.read({"compute": 3})


def test_a_page_runs_dense_networks_and_walks_through_codes_of_two_numbers_where_all_classes_are_seen() -> None:
    models = {
        "dense": {"architecture": "dense", "hidden_dims": [128, 64], "latent_dim": 2},
        "wide": {"architecture": "dense", "hidden_dims": [grid.WIDEST + 1], "latent_dim": 2},
        "long": {"architecture": "linear", "latent_dim": 3},
        "pooled": {"architecture": "conv_pool", "channels": [8], "latent_dim": 2},
    }
    variants = {"variants": {name: {"model": model} for name, model in models.items()}}
    suites = grid.read(
        {"mnist": {"splits": {}, "one": STUDY | variants, "two": DETECTION | variants | {"ensembles": {}}}}
    )
    one, two = suites["mnist"].studies.values()
    assert one.portable() == two.portable() == ["dense", "long"]
    assert one.mapped() == ["dense"] and two.mapped() == []
    (mapping,) = [node for node in assemble(suites, {})["mnist.one"].nodes if node.short_name == "map_codes"]
    assert "mnist.one.dense.seed_0.weights" in mapping.inputs and "mnist.one.wide.seed_0.weights" not in mapping.inputs


@pytest.mark.parametrize("name", ["My sheet", "a.b", "seed", 1])
def test_a_suite_has_a_name_of_its_own(name) -> None:
    with pytest.raises(ValueError, match="a suite needs a name of small letters, digits and _"):
        grid.read({name: {"dataset": "mnist"}})


def test_no_measurement_may_bear_a_name_that_a_study_has_already() -> None:
    plain = STUDY | {"variants": {"plain": {"training": {"snapshots": [0]}}}}
    for study in (DETECTION, plain):
        suites = grid.read({"mnist": {"splits": {}, "published": ["one"], "one": study}})
        nodes = assemble(suites, {})["mnist.one"].nodes
        keys = {node: Key.parse(node.namespace) for node in nodes}
        shared = [node for node, key in keys.items() if key.is_comparison]
        shown = {name.rpartition(".")[2].removesuffix("_chart") for node in shared for name in node.outputs}
        drawn = {
            node.short_name.partition("_")[2] for node in shared if node.short_name.startswith(("draw_", "chart_"))
        }
        trained = {key for node, key in keys.items() if node.short_name == "train"}
        taken = {node.short_name for node, key in keys.items() if key in trained}
        assert {*shown, *drawn, *taken} <= grid.TAKEN


def test_a_sheet_names_its_dataset() -> None:
    suites = grid.read(
        {"sheet": {"dataset": "mnist", "splits": {}, "one": STUDY}, "mnist": {"splits": {}, "two": STUDY}}
    )
    assert suites["sheet"].dataset == suites["mnist"].dataset == "mnist"


WORLD = {"derived": {"dataset": "mnist", "alteration": {"kind": "inverted"}}, "splits": {}, "one": STUDY}


def test_a_suite_may_make_its_images_from_another_dataset_s() -> None:
    suites = grid.read({"world": WORLD, "sheet": {"dataset": "world", "splits": {}, "two": STUDY}})
    assert suites["world"].dataset == "world" and suites["world"].own_datasets == {"world", "mnist"}
    for name in ("world", "sheet"):
        nodes = assemble(suites, {})[name].nodes
        made = {node.name: node for node in nodes if "ingestion" in node.tags}
        assert list(made) == ["mnist.ingest", "world.derive"]
        assert made["world.derive"].inputs == ["mnist.images", "params:world.derived"]
        assert "world.images" in next(node for node in nodes if node.name.endswith(".split_images")).inputs


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"dataset": "kmnist"}, "world.dataset: a suite with derived images has no other ones, got 'kmnist'"),
        ({"derived": {"dataset": "other"}}, "world.derived.dataset: name what it is made from itself, mnist"),
        (
            {"derived": {"dataset": "mnist", "alteration": {"kind": "inverse"}}},
            "world: derived.alteration.kind: must be",
        ),
    ],
)
def test_images_that_cannot_be_derived_are_named(change: dict, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        grid.read({"world": WORLD | change, "other": WORLD})


def test_printed_numbers_are_of_studies_that_are_there() -> None:
    suite = {"dataset": "mnist", "splits": {}, "published": ["one", "two"], "one": STUDY}
    with pytest.raises(ValueError, match="sheet: published: there is no study 'two'; there are: one"):
        grid.read({"sheet": suite})


def test_a_table_of_a_study_that_is_not_there_is_named(tmp_path) -> None:
    (tmp_path / "mnist").mkdir()
    (tmp_path / "mnist" / "one.csv").touch()
    parameters = {"mnist": {"one": {}}}
    grid._mark_published(parameters, tmp_path)
    assert parameters == {"mnist": {"one": {"published": True}}}
    (tmp_path / "mnist" / "two.csv").touch()
    with pytest.raises(ValueError, match=r"published/mnist/two\.csv: there is no study 'two' in mnist"):
        grid._mark_published(parameters, tmp_path)
    grid._mark_published({"digits": {}}, tmp_path)  # a project of fewer suites


def test_studies_need_splits() -> None:
    with pytest.raises(ValueError, match="splits: the key is missing"):
        grid.read({"mnist": {"one": STUDY}})


def test_a_pipeline_is_put_together_once_and_only_when_it_is_looked_into() -> None:
    made = []

    def make() -> Pipeline:
        made.append("once")
        return Pipeline([node(sum, "numbers", "total", name="add")])

    deferred = Deferred(make)
    assert isinstance(deferred, Pipeline) and not made
    assert [one.name for one in deferred.nodes] == ["add"] and deferred.inputs() == {"numbers"}
    assert (deferred + deferred).outputs() == {"total"} and made == ["once"]
    with pytest.raises(AttributeError, match="edges"):
        _ = deferred.edges


def test_every_dataset_and_study_is_a_pipeline(pipelines) -> None:
    assert {"digits", "digits.denoising", "mnist.anomaly_detection", "kmnist", "__default__"} <= set(pipelines)
    assert pipelines["__default__"] is pipelines["digits"]


def test_a_seed_given_for_a_run_is_the_first_of_every_study() -> None:
    usual, given = (read_parameters(seed) for seed in (None, 7))
    for suite in ("digits", "mnist", "fashion_mnist"):
        seeds = {study: block["seeds"] for study, block in usual[suite].items() if study != "splits"}
        assert "anomaly_detection" in seeds
        for study, found in seeds.items():
            assert found["seed_0"] == 0
            assert given[suite][study]["seeds"] == found | {"seed_0": 7}


def read_parameters(seed: int | None) -> dict:
    """Return the parameters of `kedro run`, or of `kedro run --params seed=..`, as they are before validation."""
    bootstrap_project(PROJECT)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of Kedro
        with KedroSession.create(PROJECT, runtime_params=None if seed is None else {"seed": seed}) as session:
            return session.load_context().config_loader["parameters"]


OWN = {"seed": 0, "parts": {}, "decision": {}, "candidates": {"members": {"pca": {}}}}


@pytest.mark.parametrize(
    ("name", "block", "sentence"),
    [
        ("own_images", 3, "own_images: input should be a valid dictionary, got 3"),
        ("own_images", OWN | {"seed": -1}, "own_images: seed: input should be greater than or equal to 0, got -1"),
        (
            "own_images",
            OWN | {"candidates": {"members": []}},
            "own_images: candidates.members: input should be a valid",
        ),
        (
            "surfaces",
            OWN | {"seeds": {}},
            "surfaces: photographs: the key is missing; seeds: dictionary should have at",
        ),
        ("score", {}, "score: decision: the key is missing"),
    ],
)
def test_a_malformed_inspection_is_named(name: str, block: dict, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        inspections({name: block})


def test_an_environment_adds_a_candidate(monkeypatch) -> None:
    monkeypatch.setenv("KEDRO_ENV", "bench")
    made = inspections(grid.read_parameters())
    fitting = {name: {node.short_name for node in made[name].nodes if "training" in node.tags} for name in made}
    assert fitting["surfaces"] == fitting["own_images"] | {"fit_pyod_autoencoder"}


def test_a_dataset_without_studies_is_ingested_only() -> None:
    made = assemble(grid.read({"kmnist": {}}), {})
    assert [node.name for node in made["kmnist"].nodes] == ["kmnist.ingest"]


def test_protocols_bear_the_dataset_s_name_and_are_no_part_of_its_pipeline(pipelines) -> None:
    protocols = {"all_but_one", "polluted_01", "polluted_05", "polluted_10", "few_016", "few_064", "few_256"}
    for dataset in ("mnist", "fashion_mnist"):
        assert {f"{dataset}.{study}" for study in protocols} <= set(pipelines)
        suites = {Key.parse(node.namespace).suite for node in pipelines[dataset].nodes}
        assert suites <= {"mnist", "fashion_mnist", "kmnist"}


def test_all_classes_but_one_are_normal_in_turn() -> None:
    suites = grid.read(grid.read_parameters())
    for name in ("mnist_protocols", "fashion_mnist_protocols"):
        turns = suites[name].studies["all_but_one"].normal_classes
        assert [set(range(10)) - set(labels) for labels in turns.values()] == [{label} for label in range(10)]
        assert list(turns) == [f"all_but_{label}" for label in range(10)]


def test_kmnist_is_judged_by_three_splits_of_its_only_part() -> None:
    parameters = grid.read_parameters()
    suites, judgement = grid.read(parameters), grid.read_benchmarks(parameters)["judgement"]
    judges = [suites[Key.parse(study).suite] for study in judgement.studies]
    assert [suite.splits["seed"] for suite in judges] == [0, 1, 2]
    assert all("kmnist" in suite.own_datasets for suite in judges)
    assert len({suite.model_dump_json(include={"studies"}) for suite in judges}) == 1


def test_stages_studies_variants_and_seeds_are_tags(pipelines) -> None:
    tags = set().union(*(node.tags for node in pipelines["digits"].nodes))
    assert {
        "ingestion",
        "splitting",
        "training",
        "evaluation",
        "reporting",
        "denoising",
        "sigma_02",
        "seed_0",
    } <= tags
    drawing = pipelines["digits"].only_nodes_with_tags("reporting")
    assert not [node for node in drawing.nodes if node.name.endswith(".train")]


def test_a_variant_is_a_namespace(pipelines) -> None:
    nodes = pipelines["digits"].only_nodes_with_namespaces(["digits.denoising.sigma_02"]).nodes
    assert {node.namespace for node in nodes} == {"digits.denoising.sigma_02.seed_0"}
