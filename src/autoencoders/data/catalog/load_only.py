"""Datasets that are read and never written."""

from typing import Any, Generic, NoReturn, TypeVar

from kedro.io import AbstractDataset, DatasetError

Loaded = TypeVar("Loaded")


class LoadOnlyDataset(AbstractDataset[NoReturn, Loaded], Generic[Loaded]):
    """What the project does not make itself: a subclass says in `load` where it comes from."""

    def save(self, data: NoReturn) -> NoReturn:
        """Refuse.

        Raises:
            DatasetError: Always.
        """
        raise DatasetError(f"{type(self).__name__} is load-only")

    def fingerprint(self) -> str:
        """Return what tells apart what would be loaded: two that are equal load the same."""
        return repr(self._describe())

    def _describe(self) -> dict[str, Any]:
        return {name: value for name, value in self._init_args.items() if name != "metadata"}
