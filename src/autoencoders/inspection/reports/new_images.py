"""The report on new images that a detector has judged."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from autoencoders.data.folders.stream import Pictures
from autoencoders.data.words import counted, printable
from autoencoders.inspection.detector import Detector
from autoencoders.inspection.reports.gallery import exhibits_of
from autoencoders.inspection.reports.sections import SHOWN, Judged, files_section, oddest_section, origin, said
from autoencoders.inspection.verdicts import Decision
from autoencoders.reporting.page import render_page


def new_images_page(
    detector: Detector,
    pictures: Pictures,
    judged: Judged,
    summary: dict[str, Any],
    provenance: dict[str, str],
) -> str:
    """Return the report, one self-contained HTML document.

    Args:
        detector: The detector.
        pictures: The folder of the images.
        judged: Its images, the oddest first, those that cannot be read last, and what was found.
        summary: What `streaming.decide` has returned of them.
        provenance: Command, commit, versions and hardware.
    """
    is_read = judged.verdicts["score"].notna()
    read, unreadable = judged.verdicts[is_read], judged.verdicts[~is_read]
    decision = Decision(rule=summary["rule"], level=summary["level"])
    shown = exhibits_of(read.head(SHOWN), _shown(detector, pictures, read.head(SHOWN), judged.maps))
    faults = {printable(row.file): printable(str(row.unreadable)) for row in unreadable.itertuples()}
    notes = [f"Read {counted(len(read), 'image')} from {pictures.root}.", *pictures.losses]
    sections = [
        oddest_section(replace(judged, verdicts=read), decision, summary["sentences"], shown),
        files_section(list(map(printable, notes)), faults),
    ]
    lost = f"; {counted(len(faults), 'file')} could not be read" if faults else ""
    lead = " ".join([f"{said(read)}{lost}.", *summary["sentences"]])
    title = f"{printable(pictures.root.resolve().name)}: images judged by the detector {detector.settings.name}"
    return render_page(title, lead, provenance | origin(detector), [section.rendered() for section in sections])


def _shown(
    detector: Detector, pictures: Pictures, rows: pd.DataFrame, maps: Mapping[str, np.ndarray]
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield image and error map of each row."""
    for file in rows["file"]:
        yield detector.read(pictures.path(file)), maps[file]
