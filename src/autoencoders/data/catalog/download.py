"""The download of one file of an IDX collection, with torchvision's addresses and checksums."""

import logging
from http.client import HTTPException
from pathlib import Path
from urllib.error import URLError

from kedro.io import DatasetError

from autoencoders.data.catalog.replacement import replacing

logger = logging.getLogger(__name__)


def official_md5(collection: str, filename: str) -> str:
    """Return the MD5 of an official `.gz` file, in hexadecimal."""
    from torchvision import datasets

    return dict(getattr(datasets, collection).resources)[filename]


def download(collection: str, filename: str, folder: Path) -> None:
    """Download an official `.gz` file into a folder, as a whole or not at all.

    Args:
        collection: Name of the class in `torchvision.datasets`, such as "MNIST".
        filename: Name of the file, with `.gz`.
        folder: Where it goes; made if need be.

    Raises:
        DatasetError: If no mirror delivers the file, or if the folder cannot be written.
    """
    from torchvision import datasets

    mirrors = getattr(datasets, collection).mirrors
    with replacing(folder / filename) as temporary:
        _fetch([mirror + filename for mirror in mirrors], temporary, official_md5(collection, filename))


def _fetch(urls: list[str], path: Path, md5: str) -> None:
    from torchvision.datasets.utils import download_url

    failures = []
    for url in urls:
        logger.info("Downloading %s", url)
        try:
            return download_url(url, path.parent, path.name, md5)
        except (URLError, ConnectionError, TimeoutError, HTTPException, RuntimeError) as error:
            failures.append(f"{url}: {error}")
    raise DatasetError(f"no mirror delivered it ({', '.join(failures)}); connect to the network")
