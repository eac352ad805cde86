"""Names for the nodes' annotations. Kedro reads them at every start; their libraries take a second each to import."""

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame
    from plotly.graph_objects import Figure as Chart
else:
    Chart = Figure = DataFrame = Any

Arrays = dict[str, np.ndarray]
Metrics = dict[str, float]
