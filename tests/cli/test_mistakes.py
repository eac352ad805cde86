import logging
import re
import shutil
import sys
import warnings

import pytest
from click.testing import CliRunner
from kedro.framework.startup import bootstrap_project
from project_copy import PROJECT, copy_digits

VARIANT = "digits.reconstruction.variants.linear_5"


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """Return a copy of the project with the digits alone, for this module."""
    return copy_digits(tmp_path_factory.mktemp("cli") / "project")


@pytest.fixture
def kedro_run(here, monkeypatch):
    """Return a function that runs `kedro run` with options, in this process, and returns code and output."""
    from autoencoders.cli import cli
    from autoencoders.pipelines import grid

    monkeypatch.chdir(here)
    monkeypatch.setattr(grid, "PROJECT", here)  # as it is in a process of the copy's own

    def invoke(*options: str) -> tuple[int, str, object]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of Kedro
            bootstrap_project(PROJECT)
            result = CliRunner().invoke(cli, ["run", "--pipelines", "digits.reconstruction", *options])
        return result.exit_code, result.output, result.exception

    return invoke


MISTAKES = {
    ("--params", f"{VARIANT}.model.latent_dim=-3"): (
        "Error: digits.reconstruction.variants.linear_5: model.latent_dim: input should be greater than 0, got -3."
    ),
    ("--params", f"{VARIANT}.model.latent_dm=3"): (
        "Error: digits.reconstruction.variants.linear_5: model.latent_dm: there is no such key, got 3."
    ),
    ("--params", "compute.threads=0"): "Error: compute: threads: input should be greater than 0, got 0.",
    ("--params", "digts.x=1"): "Error: --params: There is no key 'digts'; there are: digits, ",
    ("--params", "computee.threads=2"): "Error: --params: There is no key 'computee'; there are: compute, ",
    ("--params", "digits.reconstruction.variants.linear_55.training.epochs=1"): (
        "Error: --params: There is no key 'linear_55' below digits.reconstruction.variants; there are: linear_5, "
    ),
    ("--params", "folder=a${b}"): "Error: folder must not hold ${, which configuration takes for a reference.",
    ("--params", "seed=one"): "Error: seed must be an integer, 0 or more and below 4294967296, got 'one'.",
    ("--params", f"{VARIANT}.model.latent_dim=1000000"): (
        "Error: digits.reconstruction.variants.linear_5: model.latent_dim: input should be less than or equal to 100000"
    ),
    ("--params", f"{VARIANT}.training.epochs=1000000000"): (
        "Error: digits.reconstruction.variants.linear_5: training.epochs: input should be less than or equal to 1000000"
    ),
    ("--pipelines", "digits.reconstructon"): (
        "Error: There is no pipeline 'digits.reconstructon'; there are: digits.reconstruction, "
    ),
    ("--runner", "SequentalRunner"): "Error: There is no runner 'SequentalRunner'; there are: SequentialRunner, ",
    ("--runner-params", "workers=2"): "Error: There is no argument 'workers' of SequentialRunner; there are: is_async.",
    ("--namespaces", "digits.reconstruction.linear5"): (
        "Error: There is no namespace 'digits.reconstruction.linear5' in the pipeline digits.reconstruction; "
        "there are: digits.reconstruction.linear_5, "
    ),
    (
        "--tags",
        "trainig",
    ): "Error: There is no tag 'trainig' in the pipeline digits.reconstruction; there are: training, ",
    ("--nodes", "digits.ingst"): (
        "Error: There is no node 'digits.ingst' in the pipeline digits.reconstruction; there are: digits.ingest, "
    ),
    ("--tags", "linear_5", "--namespaces", "digits.reconstruction.dense_5"): "Error: No node is all that --tags, ",
}


@pytest.mark.parametrize(("options", "sentence"), MISTAKES.items(), ids=[" ".join(options) for options in MISTAKES])
def test_a_mistake_is_told_in_one_sentence(kedro_run, caplog, options, sentence):
    code, output, _ = kedro_run(*options)
    assert code == 1
    assert output.startswith(sentence), output
    assert output.count("\n") == 1
    assert not [
        record for record in caplog.records if record.levelno > logging.INFO and record.name != "kedro.validation"
    ]


def test_what_starts_is_said_before_the_configuration_is_read(kedro_run, monkeypatch):
    said = []
    monkeypatch.setattr("autoencoders.cli.logger.info", lambda sentence, *values: said.append(sentence % values))
    monkeypatch.setattr("autoencoders.cli.choose_pipelines", lambda options: sys.exit(3))
    assert kedro_run()[0] == 3
    assert said == ["Reading the configuration of digits.reconstruction"]


@pytest.fixture
def parameters(here):
    """Return a function that changes a parameters file until the test ends."""
    file = here / "conf" / "base" / "parameters" / "digits.yml"
    before = file.read_text()
    yield lambda old, new: file.write_text(before.replace(old, new))
    file.write_text(before)


def test_a_malformed_grid_is_told_in_one_sentence(kedro_run, parameters):
    parameters("    seeds: *seeds", "    sedes: *seeds")
    code, output, _ = kedro_run()
    assert code == 1
    assert output.startswith("Error: digits: studies.reconstruction.seeds: the key is missing; ")


def test_a_mistake_that_variants_share_is_told_once(kedro_run, parameters):
    parameters("_training: &training {", "_training: &training {clipping: 1.0, ")
    code, output, _ = kedro_run()
    assert code == 1
    where, sentence = output.split(": training.clipping: ")
    assert re.fullmatch(r"Error: digits\.reconstruction\.variants\.\w+ and \d+ more", where)
    assert sentence == "there is no such key, got 1.0.\n"


def test_malformed_yaml_is_told_with_its_line(kedro_run, parameters):
    parameters("linear_5: {", "linear_5: {{")
    code, output, _ = kedro_run()
    assert code == 1
    assert output.startswith("Error: Invalid YAML or JSON file ")
    assert "digits.yml, unable to read line" in output


def test_an_anchor_that_does_not_exist_is_told_with_its_file(kedro_run, parameters):
    parameters("training: *training", "training: *trianing")
    code, output, _ = kedro_run()
    assert code == 1
    assert output.startswith("Error: Invalid YAML file ")
    assert "digits.yml: found undefined alias" in output and "line 21" in output


NO_BLOCK = "digits.yml: the file must be a block of names, each with a colon and what it stands for, got"
FILES = {
    b"- a list": f"{NO_BLOCK} a list.",
    b"a scalar": f"{NO_BLOCK} 'a scalar'.",
    "digits: {}".encode("utf-16"): "digits.yml: the file must be text in UTF-8, and byte 0 is not; save it anew.",
    b"digits: " + b"[" * 5000: "digits.yml: blocks must be nested at most 20 deep, and line 1 is deeper.",
    b"\n".join(
        [b"_a: &a [x]", *(b"_%c: &%c [%s]" % (n, n, b", ".join([b"*%c" % (n - 1)] * 9)) for n in range(98, 108))]
    ): ("digits.yml: the file must hold at most 100,000 values, those that aliases repeat included."),
    b"digits: &a [*a]": "digits.yml: *a must not stand within what it stands for.",
    b"digits: {a: 1, a: 2}": "digits.yml: while constructing a mapping",
    b"digits: ${nope:1}": "digits: unsupported interpolation type nope; mend what stands between ${ and }.",
    b"digits: ${nowhere}": "digits: interpolation key 'nowhere' not found; mend what stands between ${ and }.",
    b"digits: ${other}\nother: ${digits}": "digits: recursive interpolation detected; mend ",
    b"compute: {}": "compute",
}


@pytest.mark.parametrize(("content", "sentence"), FILES.items(), ids=[sentence[12:42] for sentence in FILES.values()])
def test_a_file_that_is_no_parameters_file_is_told_in_one_sentence(kedro_run, here, parameters, content, sentence):
    (here / "conf" / "base" / "parameters" / "digits.yml").write_bytes(content)
    code, output, _ = kedro_run()
    assert code == 1
    assert output.startswith("Error: ") and sentence in output, output
    assert output.count("\n") == 1


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "training: *training}",
            "training: fast}",
            "and 4 more: training: input should be a valid dictionary, got 'fast'",
        ),
        (
            "images: 200}",
            "images: 200, datasets: [mnits]}",
            "Error: There is no dataset 'mnits' in the catalog; there are: mnist, ",
        ),
        ("heatmaps: {", "comparison: {", "measurements.comparison: the name is taken by a part of every study"),
        (
            "        mse: {",
            "        is_anomaly: {",
            "scores.is_anomaly: a column of every table of scores has this name",
        ),
    ],
)
def test_a_wrong_value_in_the_grid_is_told_in_one_sentence(kedro_run, parameters, old, new, sentence):
    parameters(old, new)
    code, output, _ = kedro_run("--pipelines", "digits")
    assert code == 1
    assert sentence in output, output
    assert output.count("\n") == 1


CHANGES = {
    "digits.reconstruction=3": "Error: --params: digits.reconstruction must be a block of keys, got 3.",
    "digits.reconstruction.variants=[a]": "Error: --params: digits.reconstruction.variants must be a block of keys, ",
    f"{VARIANT}.training=fast": f"Error: --params: {VARIANT}.training must be a block of keys, got 'fast'.",
    "digits.reconstruction.seeds.seed_0=-1": "Error: digits: studies.reconstruction.seeds.seed_0: input should be ",
    f"{VARIANT}.x=${{": f"Error: --params: {VARIANT}.x: no viable alternative at input '${{'; mend ",
    f"{VARIANT}.training.snapshots=[0]": "Error: digits.reconstruction: the list of what runs and is shown is ",
}


@pytest.mark.parametrize(("change", "sentence"), CHANGES.items(), ids=CHANGES)
def test_params_that_make_no_grid_are_told_in_one_sentence(kedro_run, change, sentence):
    code, output, _ = kedro_run("--params", change)
    assert code == 1
    assert output.startswith(sentence), output
    assert output.count("\n") == 1


@pytest.mark.slow
def test_an_error_in_a_node_names_the_node_and_the_way_on(kedro_run):
    change = f"{VARIANT}.training.learning_rate=1.0e30,{VARIANT}.training.epochs=2"
    code, output, _ = kedro_run("--params", change, "--to-nodes", "digits.reconstruction.linear_5.seed_0.train")
    assert code == 1
    assert output.startswith("Error: digits.reconstruction.linear_5.seed_0.train: the training loss of epoch ")
    assert output.endswith("run the same command with --only-missing-outputs to go on from them.\n")


@pytest.mark.slow
def test_a_file_that_is_missing_or_damaged_is_named(kedro_run, here):
    file = here / "data/05_model_input/digits/splits.safetensors"
    kedro_run("--to-nodes", "digits.fit_pca")
    file.write_text("damaged")
    code, output, _ = kedro_run("--nodes", "digits.fit_pca")
    assert code == 1
    assert output.startswith(f"Error: digits.fit_pca: cannot read {file}: ")
    file.unlink()
    code, output, _ = kedro_run("--nodes", "digits.fit_pca")
    assert code == 1
    assert output.startswith(f"Error: digits.fit_pca: {file} is missing, ")


@pytest.mark.slow
def test_a_folder_that_refuses_is_named(kedro_run, here):
    folder = here / "data" / "06_models"
    shutil.rmtree(folder, ignore_errors=True)
    folder.write_text("no folder")
    code, output, _ = kedro_run("--to-nodes", "digits.fit_pca")
    folder.unlink()
    assert code == 1
    assert output.startswith(f"Error: digits.fit_pca: Cannot write {folder}/digits/basis.safetensors: ")


def test_parameters_that_nodes_need_and_do_not_find_are_named():
    from autoencoders.cli import explain

    error = ValueError("Pipeline input(s) {'params:compute'} not found in the DataCatalog")  # as Kedro says it
    assert explain(error) == "The parameters lack compute; put back what was deleted or renamed."


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory")])
def test_too_little_memory_is_told_with_a_way_out(error):
    from autoencoders.cli import explain

    error.add_note("in digits.reconstruction.dense_5.seed_0.train")
    told = explain(error)
    assert told.startswith(
        "digits.reconstruction.dense_5.seed_0.train: there is not enough memory; lower training.batch_"
    )


def test_a_bug_keeps_its_stack_trace():
    from autoencoders.cli import explain

    try:
        int("x")
    except ValueError as bug:
        assert explain(bug) is None
    assert explain(TypeError("unsupported")) is None
