"""The registry: each detector becomes a version of an MLflow model; the newest version is the champion."""

import json
import logging
import tempfile
import warnings
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro.framework.hooks import hook_impl
from kedro.io import CatalogProtocol
from kedro.pipeline import Pipeline

from autoencoders.tracking.plan import shared_tags
from autoencoders.tracking.store import connect, diagnose, store_of
from autoencoders.tracking.tracker import create_experiment

if TYPE_CHECKING:
    from mlflow import MlflowClient

    from autoencoders.inspection.detector import Detector

logger = logging.getLogger(__name__)

PLACE = "own_images"  # the namespace of what is registered
CHAMPION = "champion"
PACKAGE = Path(__file__).resolve().parents[1]
SERVED = PACKAGE / "inspection" / "served.py"
TABLES = ("findings", "candidates", "trials")


class RegistryHooks:
    """Track each run that makes a detector, and register the detector; failing that, say so: no result is lost."""

    @hook_impl
    def after_pipeline_run(self, run_params: dict[str, Any], pipeline: Pipeline, catalog: CatalogProtocol) -> None:
        """Register the detector that a run has made."""
        if f"{PLACE}.detector" not in pipeline.all_outputs() or not catalog.exists(f"{PLACE}.detector"):
            return
        try:
            name, version = register(run_params, catalog)
        except Exception as error:  # whatever MLflow or its database raise
            logger.debug("Registering failed", exc_info=True)
            failure = diagnose(error, store_of(Path(run_params["project_path"])))
            logger.warning(
                "MLflow: the detector is not registered: %s. All results are there; to register the next one, %s.",
                *failure,
            )
            return
        logger.info("MLflow: the detector is version %s of the model %s, its %s", version, name, CHAMPION)


def register(run_params: dict[str, Any], catalog: CatalogProtocol) -> tuple[str, str]:
    """Track the run and register its detector, unless the champion is the same; return the model's name and version."""
    project = Path(run_params["project_path"])
    client = connect(store_of(project))
    name = (run_params.get("runtime_params") or run_params.get("extra_params") or {}).get("detector", PLACE)
    detector = catalog.load(f"{PLACE}.detector")
    known = champion(client, name)
    if known is not None and known.tags.get("detector_version") == detector.version:
        return name, known.version
    run = _track(client, name, project, catalog, shared_tags(run_params, catalog))
    with tempfile.TemporaryDirectory() as folder:
        _save(Path(folder, "model"), Path(folder, "detector"), detector)
        client.log_artifacts(run, str(Path(folder, "model")), "model")
    if not client.search_registered_models(f"name = '{name}'"):
        client.create_registered_model(name, description="Detectors of odd images.")
    source = f"{client.get_run(run).info.artifact_uri}/model"
    tags = {"detector_version": detector.version}
    made = client.create_model_version(name, source, run, tags=tags, description=detector.settings.why)
    client.set_registered_model_alias(name, CHAMPION, made.version)
    client.set_terminated(run, "FINISHED")
    return name, made.version


def champion(client: "MlflowClient", name: str) -> Any:
    """Return the champion among the versions of a model, or None where there is none."""
    from mlflow.exceptions import MlflowException

    try:
        return client.get_model_version_by_alias(name, CHAMPION)
    except MlflowException:
        return None


def _track(client: "MlflowClient", name: str, project: Path, catalog: CatalogProtocol, tags: dict[str, str]) -> str:
    """Open a run that holds what a detector is and what it has found; return its id."""
    from mlflow.entities import Metric, Param, RunTag

    detector, found = catalog.load(f"{PLACE}.detector"), client.get_experiment_by_name(name)
    experiment = found.experiment_id if found else create_experiment(client, name, project)
    note = {"mlflow.note.content": detector.settings.why, "detector_version": detector.version}
    run = client.create_run(experiment, run_name=f"{name} {detector.version}", tags=tags | note).info.run_id
    settings = {"members": ", ".join(detector.settings.members)} | detector.settings.learnt_from
    metrics = {f"trials/auroc_{row.candidate}": row.mean for row in catalog.load(f"{PLACE}.trials").itertuples()}
    metrics |= {f"test/auroc_{row.kind}": row.auroc for row in catalog.load(f"{PLACE}.findings").itertuples()}
    client.log_batch(
        run,
        metrics=[Metric(_safe(key), float(value), 0, 0) for key, value in metrics.items()],
        params=[Param(key, value if isinstance(value, str) else json.dumps(value)) for key, value in settings.items()],
        tags=[RunTag("status", "made")],
    )
    for table in TABLES:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, f"{table}.csv")
            catalog.load(f"{PLACE}.{table}").to_csv(file, index=False)
            client.log_artifact(run, str(file), "tables")
    if catalog.exists(f"{PLACE}.report"):
        client.log_text(run, catalog.load(f"{PLACE}.report"), "report.html")
    return run


def _safe(name: str) -> str:
    """Return a name with blanks for what MLflow does not take in the names of metrics."""
    return "".join(letter if letter.isalnum() or letter in "_-./ " else " " for letter in name)


def _save(folder: Path, place: Path, detector: "Detector") -> None:
    """Write a model that MLflow can load and serve: code, no pickle, and the detector's folder."""
    from mlflow import pyfunc

    detector.save(place)
    logging.getLogger("mlflow.models.signature").setLevel(logging.WARNING)  # it tells what it does at each step
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # answers hold values of several types
        pyfunc.save_model(
            path=str(folder),
            python_model=str(SERVED),
            artifacts={"detector": str(place)},
            code_paths=[str(PACKAGE)],
            input_example=([_example(detector)], {"level": 0.05, "error_map": False}),
            pip_requirements=[f"{package}=={installed}" for package, installed in _requirements().items()],
        )


def _example(detector: "Detector") -> bytes:
    """Return a grey picture of the size that a detector knows, as PNG."""
    from PIL import Image

    opened = BytesIO()
    Image.new("L", detector.settings.image_shape[:0:-1], 128).save(opened, format="PNG")
    return opened.getvalue()


def _requirements() -> dict[str, str]:
    """Return the packages that judging needs, with the versions installed here."""
    from importlib.metadata import version

    needed = ("mlflow", "torch", "numpy", "pandas", "scipy", "scikit-learn", "pillow", "pydantic", "safetensors")
    return {package: version(package).partition("+")[0] for package in needed}
