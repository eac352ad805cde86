"""A detector behind MLflow's scoring server; this file is the model that MLflow logs (models from code)."""

from typing import Any

import mlflow
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE
from mlflow.pyfunc import PythonModel

from autoencoders.inspection.answers import answer
from autoencoders.inspection.detector import Detector


class Served(PythonModel):
    """Judges pictures, which are sent as base64 text: PNG, JPEG or any other kind that folders may hold."""

    def load_context(self, context: Any) -> None:
        """Load the detector that was logged with the model."""
        self.detector = Detector.load(context.artifacts["detector"])

    def predict(self, model_input: list[bytes], params: dict[str, Any] | None = None) -> list:
        """Return score, p_value and flagged of each picture, and its error map where params ask for it.

        Raises:
            MlflowException: A picture cannot be read, or a parameter is out of range; the server answers with 400.
        """
        try:
            return answer(self.detector, model_input, **(params or {}))
        except ValueError as error:
            raise MlflowException(str(error), error_code=INVALID_PARAMETER_VALUE) from None


mlflow.models.set_model(Served())
