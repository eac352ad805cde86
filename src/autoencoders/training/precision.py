"""Which numbers a training computes with: `precision: auto` asks the machine."""

import logging
import time
from functools import cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import torch

logger = logging.getLogger(__name__)

Precision = Literal["float32", "bfloat16", "auto"]

SIDE = 512  # of the square matrices that are multiplied
TURNS = 5
GAIN = 1.5  # times as fast as float32: what lies around the products gets slower


def in_bfloat16(precision: Precision, device: "torch.device") -> bool:
    """Return whether matrices are multiplied in bfloat16.

    `auto` does so on a CPU that multiplies them at least 1.5 times as fast; many need twice the time instead. A GPU
    computes networks as small as those of 28 x 28 pixels faster in float32.
    """
    if precision == "auto":
        return device.type == "cpu" and gain() >= GAIN
    return precision == "bfloat16"


@cache
def gain() -> float:
    """Return how many times as fast as in float32 this machine multiplies matrices in bfloat16, measured once."""
    import torch

    square = torch.ones(SIDE, SIDE)
    single, half = (square.to(kind) for kind in (torch.float32, torch.bfloat16))
    pairs = [(_seconds(single), _seconds(half)) for _ in range(TURNS)]
    found = min(one for one, _ in pairs) / min(other for _, other in pairs)
    name = "bfloat16" if found >= GAIN else "float32"
    logger.info("precision auto: %s, as bfloat16 is %.1f times as fast as float32 on this processor", name, found)
    return found


def _seconds(matrix: "torch.Tensor") -> float:
    start = time.perf_counter()
    matrix @ matrix
    return time.perf_counter() - start
