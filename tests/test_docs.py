"""README and docs: what they show works word for word, and every link leads somewhere."""

import re
from pathlib import Path

import pytest
import torch
import yaml
from project_copy import PROJECT

from autoencoders import models
from autoencoders.configuration import kinds
from autoencoders.detection.scoring import Scoring
from autoencoders.models import Architecture
from autoencoders.pipelines import grid
from autoencoders.training.variant import Variant

PAGES = [PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", *sorted((PROJECT / "docs").rglob("*.md"))]


def only_block(language: str, beginning: str) -> str:
    """Return the one block of code of README and docs that begins so."""
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    (block,) = (one for one in re.findall(rf"```{language}\n(.+?)```", text, re.DOTALL) if one.startswith(beginning))
    return block


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")) if "://" not in link]
    assert not [link for link in links if not (page.parent / link).exists()]


def test_the_variants_in_the_readme_fit_into_the_digits() -> None:
    text = (PROJECT / "conf" / "base" / "parameters" / "digits.yml").read_text(encoding="utf-8")
    known, new = (line for line in only_block("yaml", "digits:").splitlines() if "sigma" in line)
    assert f"{known}\n" in text
    variants = yaml.safe_load(text.replace(known, f"{known}\n{new}"))["digits"]["denoising"]["variants"]
    assert Variant.model_validate(variants["sigma_03"]).corruption.std == 0.3


def test_the_folder_in_the_grid_is_a_suite() -> None:
    photos = grid.read(yaml.safe_load(only_block("yaml", "photos:")))["photos"].studies["odd_ones"]
    assert Scoring.model_validate(photos.scoring).reference in photos.variants
    for block in photos.variants.values():
        Variant.model_validate(block)


def test_the_architecture_of_ones_own_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = only_block("python", '"""One hidden layer')
    (tmp_path / "bottle.py").write_text(code, encoding="utf-8")
    monkeypatch.setattr(models, "__path__", [*models.__path__, str(tmp_path)])
    kinds.cache_clear()
    block = Architecture.model_validate({"architecture": "bottle", "latent_dim": 20})
    kinds.cache_clear()
    reconstruction, code = block.build((1, 8, 8))(torch.rand(3, 1, 8, 8))
    assert reconstruction.shape == (3, 1, 8, 8) and code.shape == (3, 20) and code.abs().max() <= 1
