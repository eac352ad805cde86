"""How far a code lies from the nearest codes of normal images (Ramaswamy et al. 2000)."""

from typing import Literal

from autoencoders.configuration import Count
from autoencoders.data.rows import joined
from autoencoders.detection.scores import Score
from autoencoders.detection.scores.outputs import Scorer, TrainingOutputs
from autoencoders.evaluation.latent import neighbour_distances


class Config(Score):
    """Mean Euclidean distance of the code to the nearest training codes."""

    kind: Literal["neighbours"]
    neighbours: Count

    def fit(self, outputs: TrainingOutputs) -> Scorer:
        """Return the score that knows all training codes."""
        codes = joined((batch.code for batch in outputs()), len(outputs.images))
        centre = codes.mean(dim=0)  # near it, distances lose less to rounding
        codes = codes - centre
        return lambda batch: neighbour_distances(batch.code - centre, codes, self.neighbours).mean(dim=1)
