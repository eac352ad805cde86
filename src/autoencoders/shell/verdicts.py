"""The results of judging images, for the last lines of a run."""

from collections.abc import Iterator

import click
from kedro.framework.hooks import hook_impl
from kedro.io import CatalogProtocol
from kedro.pipeline import Pipeline

from autoencoders.pipelines.grid import OWN_IMAGES, SCORE, SURFACES

REPORTED = (OWN_IMAGES, SCORE, SURFACES)


class VerdictHooks:
    """Say how odd images are told, and where to read on, at the end of a run at the command line."""

    @hook_impl(trylast=True)
    def after_pipeline_run(self, pipeline: Pipeline, catalog: CatalogProtocol) -> None:
        """Print what was found by each pipeline that reports on judged images."""
        made = pipeline.all_outputs()
        if click.get_current_context(silent=True) is None:
            return
        for place in REPORTED:
            if f"{place}.report" in made and catalog.exists(f"{place}.report"):
                click.echo("\n" + "\n".join(lines(place, catalog)))


def lines(place: str, catalog: CatalogProtocol) -> Iterator[str]:
    """Yield what was found, where to read on and what to do next."""
    if place == OWN_IMAGES:
        from autoencoders.inspection.reports.folder import answer

        detector = catalog.load(f"{place}.detector")
        findings, verdicts = (catalog.load(f"{place}.{table}") for table in ("findings", "verdicts"))
        yield answer(findings, len(verdicts), detector.settings.learnt_from["class"])
        name = detector.settings.name
        yield f"Judge new images: kedro run --pipelines score --params folder=PATH,detector={name}"
    if place == SCORE:
        summary = catalog.load(f"{place}.summary")
        yield f"Flagged: {summary['flagged']:,} of {summary['pictures']:,} images judged."
    if place == SURFACES:
        yield f"\n{catalog.load(f'{place}.ranking').round(4).to_string(index=False)}\n"
    yield f"Report: {catalog[f'{place}.report']._filepath}"
