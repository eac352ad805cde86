"""From whatever a source holds to an image set."""

from autoencoders.data import derivation
from autoencoders.data.derivation import Derivation
from autoencoders.data.images import ImageSet


def ingest(raw: ImageSet) -> ImageSet:
    """Take a source's images over, described by checksum, counts, shape, mean and sd."""
    return raw.described()


def derive(source: ImageSet, derived: Derivation) -> ImageSet:
    """Make an image set from another's images, described in the same way."""
    return derivation.derive(source, derived).described()
