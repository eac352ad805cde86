"""Places that refuse to be written, small IDX files, and the real ones."""

import gzip
import os
import resource
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

REAL_DATA = Path(__file__).resolve().parents[2] / ".." / "shared" / "datasets"


@pytest.fixture
def read_only_folder() -> Iterator[Path]:
    """A folder that this user may read and not write; root, who may anything, becomes nobody meanwhile."""
    user = os.geteuid()
    with TemporaryDirectory() as folder:  # not in tmp_path, which nobody could not even enter
        os.chmod(folder, 0o555)
        if user == 0:
            os.seteuid(65534)
        yield Path(folder)
        os.seteuid(user)
        os.chmod(folder, 0o755)


@pytest.fixture
def full_disk() -> Callable[[], AbstractContextManager]:
    """A file system on which no file grows beyond 1 KB: for a block only, since pytest may print into a file."""

    @contextmanager
    def filled() -> Iterator[None]:
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    return filled


@pytest.fixture
def write_idx() -> Callable[..., bytes]:
    """Write an array as an IDX file, gzipped where the name says so, and return its contents."""

    def write(path: Path, array: np.ndarray) -> bytes:
        header = np.array([0x0800 + array.ndim, *array.shape], ">u4").tobytes()
        content = header + array.astype(np.uint8).tobytes()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
        return content

    return write


@pytest.fixture
def real_data() -> Path:
    """The folder of the real IDX files, of which MNIST is looked for."""
    if not (REAL_DATA / "MNIST" / "raw").is_dir():
        pytest.skip(f"the real IDX files are not in {REAL_DATA}")
    return REAL_DATA
