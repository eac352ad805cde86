"""Patience: how long a training goes on without a lower validation error."""

import logging
import math

from torch import Tensor, nn

logger = logging.getLogger(__name__)


class Patience:
    """The weights of the best validation so far, and how many have been no better since.

    Args:
        limit: Validations in a row without a lower error after which training ends; None: it goes on, and the last
            weights are the ones to keep.
    """

    def __init__(self, limit: int | None) -> None:
        self.limit = limit
        self.waited = 0
        self._lowest = math.nan
        self._weights: dict[str, Tensor] = {}

    def is_over(self, error: float, model: nn.Module) -> bool:
        """Take note of a validation, and tell whether training is to end."""
        if self.limit is None:
            return False
        self.waited += 1
        if not self._weights or error < self._lowest:
            self.waited, self._lowest = 0, error
            self._weights = {name: value.clone() for name, value in model.state_dict().items()}
        return self.waited == self.limit

    def go_back(self, rows: list[dict[str, float]], model: nn.Module) -> list[dict[str, float]]:
        """Give the model the weights of the best validation; return the history up to its row."""
        if not self.waited:
            return rows
        model.load_state_dict(self._weights)
        left = rows[: -self.waited]
        words = "the weights of epoch %d are kept: no lower validation MSE up to epoch %d"
        logger.info(words, left[-1]["epoch"], rows[-1]["epoch"])
        return left
