"""The notes beside experiments and runs in MLflow: what they are, how to read them, which command made them."""

from typing import Any

from autoencoders.key import Key
from autoencoders.reporting.headline import AUROC, RECONSTRUCTED, RESTORED
from autoencoders.tracking.views import RANKING, WORKFLOW

DETECTION = (
    "- `test/auroc_mean`: area under the ROC curve, averaged over normal classes; `per class/...`: each class alone.\n"
    "- `scores/...`: the same for other scores of the same network; `scores/untrained`: before training.\n"
    "- `probes/...`: AUROC of out-of-distribution images against normal ones."
)
RECONSTRUCTION = (
    "- `test/mse`: squared error per pixel, averaged over the test images; `test/sse`: summed over an image's pixels.\n"
    "- `test/pca_mse`: the same for PCA with the same code size, the yardstick."
)
RESTORATION = (
    "- `test/noise_removed`: share of the noise's squared error that is removed, from the same noisy test images in "
    "all runs; `test/pca_noise_removed`: by PCA with the same code size, the yardstick.\n"
    "- `test/denoising_mse`: squared error per pixel that is left of them; `test/mse`: of clean test images."
)
MEANING = {AUROC: DETECTION, RESTORED: RESTORATION, RECONSTRUCTED: RECONSTRUCTION}
COMMON = (
    "- `main/...`: the number that ranks the runs. `train_seconds`: how long the training took; `parameters`: how "
    "many numbers its weights hold.\n"
    "- `train/loss`, `validation/mse`: by epoch. The tag `sanity_checks` names the sanity checks that failed; "
    "`against_pca` says whether a run is better, equal or worse, beyond what other test images would change.\n"
    "- Select runs and press *Compare* to see the parameters that differ side by side. The run `comparison` holds the "
    "study's table and figures, under *Artifacts*."
)


def experiment_note(experiment: str, study: str, question: str, ranked_by: str) -> str:
    """Return the note above an experiment's runs, in Markdown.

    Args:
        experiment: Id of the experiment in MLflow.
        study: Name of the study and its pipeline, `<suite>.<study>`.
        question: Question that the study asks.
        ranked_by: The metric that ranks its runs.
    """
    suite = Key.parse(study).suite
    return (
        f"{question}\n\nA run is a variant with one seed: "
        f"[best first](#/experiments/{experiment}/runs?{WORKFLOW}&viewStateShareKey={RANKING}).\n\n"
        f"{MEANING[ranked_by]}\n{COMMON}\n\n"
        f"Made by `kedro run --pipelines {study}`; its section of the report is in "
        f"`data/08_reporting/{suite}/report.html`."
    )


def run_note(study: str, detector: str, seed: int, configuration: dict[str, Any], command: str) -> str:
    """Return the note beside a run, in Markdown.

    Args:
        study: Name of the study, `<suite>.<study>`.
        detector: Name of the variant, ensemble or baseline.
        seed: Seed of its random numbers.
        configuration: Block of YAML that describes it.
        command: Command that made it.
    """
    settings = "\n".join(f"- {key}: {_words(value)}" for key, value in configuration.items() if key != "seed")
    return (
        f"{detector}, one of the runs that {study} compares, with seed {seed}.\n\n{settings}\n\nMade by `{command}`. "
        "All settings: *Parameters*, or `configuration.yaml` under *Artifacts*, beside weights and figures."
    )


def comparison_note(study: str, command: str) -> str:
    """Return the note beside the run that compares a study's variants, in Markdown."""
    return (
        f"All variants of {study} side by side. The tag `best` names the best one, whose number stands under "
        "`main`. Under *Artifacts*, `report.html` is the report (download it to open it), `tables/comparison.csv` "
        "has one row per variant, with mean and standard deviation over seeds, and `figures` shows them side by "
        "side.\n\n"
        f"Made by `{command}`."
    )


def _words(value: Any) -> str:
    if not isinstance(value, dict):
        return f"`{value}`"
    return ", ".join(f"{key} `{one}`" for key, one in value.items())
