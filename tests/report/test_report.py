"""The report must be complete, self-contained and safe to open."""

import gzip
from base64 import b64decode
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from autoencoders.data.catalog.figure import FigureDataset
from autoencoders.data.images import ImageSet
from autoencoders.reporting.figures.comparison import comparison_bars
from autoencoders.reporting.figures.style import finish, new_figure
from autoencoders.reporting.page import render_page
from autoencoders.reporting.section import Chart, Picture, Section, told
from autoencoders.reporting.study import Study, answer, fill_in, study_section
from autoencoders.reporting.suite import suite_page
from autoencoders.reporting.words import detector, variant


def png() -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (3, 2), "navy").save(buffer, "png")
    return buffer.getvalue()


PNG = png()


def section(**changes: object) -> Section:
    table = pd.DataFrame({"mse_mean": [0.0123456, np.nan], "epochs": [30, 30]}, index=["clean", "noisy"])
    parts = {
        "name": "digits.denoising",
        "question": "Does noise help?",
        "answer": "A little.",
        "table": table,
        "pictures": [Picture("Losses", "Loss by epoch", PNG)],
        "warnings": [],
    }
    return Section(**(parts | changes))


def render(*sections: Section) -> str:
    rendered = [one.rendered() for one in sections]
    return render_page("Digits", "Noise helps.", {"command": "kedro run"}, rendered)


class Tags(HTMLParser):
    """Collects the tags of a page with their attributes, and checks that they nest."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in {"meta", "img", "link"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


def test_the_page_asks_for_nothing_from_outside():
    page = render(section())
    assert "http://" not in page and "https://" not in page
    assert page.count("<script") == 1 and "<link" not in page and "@import" not in page


def test_every_picture_is_inline_and_has_its_finding_as_alternative_text():
    images = [image for image in Tags(render(section(), section())).named("img") if "src" in image]
    assert [image["alt"] for image in images] == ["Losses"] * 2
    for image in images:
        with Image.open(BytesIO(b64decode(image["src"].removeprefix("data:image/webp;base64,")))) as picture:
            assert picture.size == (3, 2)
            assert picture.getpixel((0, 0)) == (0, 0, 128)


def test_names_are_escaped_wherever_they_appear():
    evil = "<b onclick='x'>\"&"
    table = pd.DataFrame({evil: [evil]}, index=[evil])
    hostile = section(
        name=evil,
        question=evil,
        answer=evil,
        table=table,
        warnings=[evil],
        made=evil,
        pictures=[Picture(evil, evil, PNG)],
    )
    page = render_page(evil, evil, {evil: evil}, [hostile.rendered()])
    assert "<b" not in page.replace("<body>", "")
    assert Tags(page).named("img")[0]["alt"] == evil


def test_numbers_have_four_significant_digits_and_nan_is_a_dash():
    page = render(section())
    assert '<td class="number">0.01235</td>' in page
    assert '<td class="number">–</td>' in page
    assert '<td class="number">30</td>' in page
    assert "nan" not in page.partition("<main>")[2].partition("</main>")[0].lower()


def test_large_whole_and_true_values_print_as_a_reader_writes_them():
    table = pd.DataFrame({"s": [23456.7], "whole": [3.0], "tiny": [1.23456e-5], "tied": [True]}, index=["a"])
    page = render(section(table=table))
    for text in ("23457", "3", "1.235e-05", "yes"):
        assert f">{text}</td>" in page


def test_rows_are_named_by_the_index_or_else_by_the_first_column():
    by_index = pd.DataFrame({"mse": [0.5]}, index=pd.Index(["clean"], name="variant"))
    pages = [render(section(table=table)) for table in (by_index, by_index.reset_index())]
    assert pages[0] == pages[1]
    assert '<th scope="row">clean</th>' in pages[0]


def test_an_empty_table_is_left_out():
    assert "<table>" not in render(section(table=pd.DataFrame()))


def test_a_failed_check_is_shown_at_the_top_in_the_contents_and_in_its_section():
    page = render(section(), section(warnings=["PCA wins", "seed 2 never improved"]))
    assert "2 warnings" in page
    assert page.count('role="alert"') == 1
    assert "<li>PCA wins</li>" in page


def test_without_failed_checks_nothing_is_alarming():
    assert 'class="alarm"' not in render(section())


def test_every_entry_of_the_contents_leads_to_a_section():
    tags = Tags(render(section(), section(name="digits.sparse")))
    targets = {attributes.get("id") for _, attributes in tags.found}
    links = [link["href"] for link in tags.named("a")]
    assert links == ["#section-1", "#section-2", "#reproduce"]
    assert {link[1:] for link in links} <= targets
    assert not tags.open


def test_the_page_names_its_language_viewport_title_and_facts():
    page = render(section())
    assert page.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert 'name="viewport"' in page
    assert "<title>Digits</title>" in page
    assert "<dt>command</dt>\n<dd>kedro run</dd>" in page


STUDY = Study({"question": "Why?", "variants": {}}, 64, "")


def comparison() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "variant": ["narrow", "wide"],
            "seeds": [1, 1],
            "test/mse_mean": [0.04, 0.01],
            "test/pca_mse_mean": [0.03, 0.02],
            "against_pca/low_mean": [-0.5, 0.4],
            "against_pca/high_mean": [-0.2, 0.6],
            "gate/loss_fell_mean": [1.0, 0.5],
        }
    )


def test_an_answer_takes_the_run_s_own_numbers() -> None:
    assert fill_in("From {narrow[test/mse]:.2f} to {wide[test/mse]:.2f}.", comparison(), {}) == "From 0.04 to 0.01."


WALKS = pd.DataFrame({"walk": ["code", "code", "pixel"], "step": [0.5, 0.5, 0.5], "nearest": [0.1, 0.3, 0.9]})


def test_an_answer_takes_a_measurement_s_mean_over_the_rows_it_names() -> None:
    words = "{walks[nearest, walk=code, step=0.5]:.2f} and {walks[nearest, walk=pixel]:.2f}"
    assert fill_in(words, comparison(), {"walks": WALKS}) == "0.20 and 0.90"


def test_an_answer_about_rows_that_are_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="'nearest, walk=random'"):
        fill_in("{walks[nearest, walk=random]:.2f}", comparison(), {"walks": WALKS})


def test_an_answer_about_a_variant_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="no variant, metric or measurement 'broad'"):
        fill_in("{broad[test/mse]}", comparison(), {})


def test_a_study_without_an_answer_is_summed_up_from_its_table() -> None:
    said = "wide is best, test MSE 0.0100, and narrow last, 0.0400. Better than PCA at the same code size: wide."
    assert answer(comparison()) == f"{said} Worse than PCA at the same code size: narrow."


def test_a_warning_says_what_its_check_means() -> None:
    table = comparison().assign(**{"gate/matches_pca_mean": [0.0, np.nan]})
    assert study_section(STUDY, table, {"digits.noise.comparison.loss_curves": PNG}).warnings == [
        "wide failed the sanity check loss_fell: do not trust its numbers.",
        "narrow failed the sanity check matches_pca: PCA leaves less error at the same code size; "
        "too few steps or images, or a finding.",
    ]


def test_of_a_thousand_variants_a_report_shows_the_best() -> None:
    names = [f"width_{size}" for size in range(1000, 0, -1)]
    columns = {"test/mse_mean": range(1000, 0, -1), "test/mse_sd": np.nan, "gate/loss_fell_mean": 0.0, "seeds": 1}
    table = pd.DataFrame({"variant": names} | columns)
    section = study_section(STUDY, table, {"digits.noise.comparison.loss_curves": PNG})
    assert isinstance(section.table.index, pd.RangeIndex), "rows are named by the first column"
    assert section.table["variant"].tolist() == [f"width_{size}" for size in range(40, 0, -1)]
    assert section.answer.endswith("Shown are the best 40 of 1,000 variants; comparison.csv has all.")
    assert section.warnings[0].startswith("width_1000, width_999,")
    assert "and 988 more failed the sanity check loss_fell" in section.warnings[0]
    figure = comparison_bars(table)
    assert len(figure.axes[0].get_yticklabels()) == 40


def test_a_chart_brings_its_script_and_cannot_end_it():
    chart = Chart("Losses", "To move about in", '{"data": ["</script><b>"], "layout": {}}', 400)
    page = render(section(charts=[chart]))
    assert "</script><b>" not in page
    packed = page.partition('id="plotly">')[2].partition("</script>")[0]
    assert "plotly.js" in gzip.decompress(b64decode(packed)).decode()
    assert "JavaScript" in page
    assert "plotly" not in render(section())


def study(name: str, seeds: list[int], **more: object) -> dict:
    figure = {f"digits.{name}.comparison.loss_curves": PNG}
    made = "kedro run, commit abc"
    return study_section(STUDY._replace(made=made), comparison(), figure).rendered() | {"seeds": seeds} | more


def page(*studies: dict, **known: object) -> str:
    info = {"name": "Digits", "source": "a drawer", "checksum": "c0ffee", "train_images": 3, "test_images": 0} | known
    images = ImageSet(np.zeros((3, 1, 2, 2), np.uint8), np.zeros(3, np.uint8), np.full(3, "train"), info)
    splits = {"test": 1, "train": 2}
    return suite_page("", images, splits, PNG, {"command": "kedro run"}, list(studies))


def test_a_page_holds_its_images_and_every_study_that_has_been_run() -> None:
    found = page(study("sparse", [0]), study("noise", [0]))
    contents = found.partition("<nav")[2].partition("</nav>")[0]
    links = [link["href"] for link in Tags(f"<nav{contents}</nav>").named("a")]
    assert links == ["#section-1", "#section-2", "#section-3", "#glossary", "#reproduce"]
    assert found.index('id="section-1"') < found.index("<h2>sparse</h2>") < found.index("<h2>images</h2>")
    assert "3 images of 2 x 2 pixels: 2 to train on, 1 to test." in found
    assert "Autoencoders on Digits" in found and "a drawer; 2 x 2 pixels." in found
    assert '<td data-label="finding">wide is best, test MSE 0.0100, and narrow last, 0.0400.</td>' in found
    assert '<td data-label="best against PCA">better</td>' in found
    assert "Made by kedro run, commit abc" in found
    assert "2 warnings" in found, "each study's failed sanity check"


def test_a_section_of_an_earlier_run_that_is_out_of_date_is_marked_wherever_it_appears() -> None:
    text = page(study("old", [0], out_of_date="std was <0.2>, is 0.3"), study("new", [0]))
    assert text.count("Out of date</span>: an earlier run left these results") == 1
    assert "std was &lt;0.2&gt;, is 0.3" in text
    assert text.count("⚠ out of date</span>") == 2, "in the table of studies and in the contents"


def test_what_was_lost_of_a_folder_is_said_as_text_whatever_its_files_are_called() -> None:
    notes = ["3 images of 1 class (<script>alert(1)</script> 3).", "1 file left out: <img src=x>.png is empty."]
    found = page(study("sparse", [0]), notes=notes)
    assert "&lt;script&gt;alert(1)&lt;/script&gt; 3" in found and "&lt;img src=x&gt;.png is empty" in found
    assert "<script>alert" not in found and "<img src=x" not in found


def test_printed_numbers_of_all_studies_stand_together() -> None:
    row = {"item": "B1", "what": "loss", "published": 0.5, "ours": 0.4, "verdict": "beaten", "reason": ""}
    missed = row | {"item": "B2", "verdict": "missed"}
    found = page(study("sparse", [0], printed=[row]), study("noise", [0], printed=[missed]), study("plain", [0]))
    assert "1 beaten, 1 missed." in found and "B2, loss: missed." in found
    assert "printed numbers" not in page(study("plain", [0]))


def test_detectors_are_ranked_and_the_best_stands_out() -> None:
    rows = {"detector": ["net", "A paper"], "mean AUROC, %": ["99.05", "98.3"], "seeds": [1, None], "sd": [None, None]}
    shown = {"digits.one.comparison.auroc": PNG}
    ranked = STUDY._replace(ranking=pd.DataFrame(rows | {"seen": ["", "table 1"]}))
    found = page(study_section(ranked, comparison(), shown).rendered() | {"seeds": [0]})
    assert not Tags(found).open and "table 1</td>" in found and '<td class="number">98.3</td>' in found
    assert '<td class="number best">99.05</td>' in found
    assert ">sd</th>" not in found and ">seeds</th>" not in found, "columns that tell nothing"


def figure_png(title: str, note: str, tmp_path: Path) -> bytes:
    figure, _ = new_figure(7, 3)
    finish(figure, title, note)
    dataset = FigureDataset(filepath=str(tmp_path / "figure.png"), save_args={"dpi": 50})
    dataset.save(figure)
    return dataset.load()


def test_a_figure_s_finding_and_note_are_said_by_the_page_and_cut_off_the_picture(tmp_path: Path) -> None:
    finding = "Half is 50% <b>" + 30 * " in words"
    png = figure_png(finding, "A note.", tmp_path)
    assert told(png) == (finding, "A note.")
    found = study_section(STUDY, comparison(), {"digits.noise.comparison.loss_curves": png}).rendered()["html"]
    assert "Half is 50\u00a0% &lt;b&gt; in words" in found and "A note.</figcaption>" in found
    (image,) = Tags(found).named("img")
    with Image.open(BytesIO(png)) as whole:
        assert int(image["height"]) < 0.8 * whole.height


def test_what_is_compared_is_said_in_words_and_in_yaml() -> None:
    model = {"architecture": "dense", "hidden_dims": [128], "latent_dim": 5, "activation": "gelu"}
    training = {"epochs": 60, "batch_size": 32}
    noise, l1 = {"kind": "gaussian", "std": 0.2}, {"kind": "l1", "weight": 1e-3}
    said = {
        "64-128-5-128-64, GELU, 60 epochs, no noise": {"model": model, "training": training},
        "64-128-5-128-64, GELU, 60 epochs, Gaussian noise of sd 0.2, L1 penalty, weight 0.001": {
            "model": model,
            "training": training,
            "corruption": noise,
            "penalty": l1,
        },
        "PCA, 16 components": {"model": {"architecture": "pca", "latent_dim": 16}},
        "linear 64-5-64, 60 epochs, no noise": {
            "model": {"architecture": "linear", "latent_dim": 5},
            "training": training,
        },
        "conv pool, channels 8-16, decoder unpool, ReLU, 60 epochs, no noise": {
            "model": {"architecture": "conv_pool", "channels": [8, 16], "decoder": "unpool", "activation": "relu"},
            "training": training,
        },
    }
    assert [variant(block, 64) for block in said.values()] == list(said)
    study = STUDY._replace(block={"question": "Why?", "variants": {"noisy": next(iter(said.values()))}})
    found = study_section(study, comparison(), {"digits.noise.comparison.loss_curves": PNG}).rendered()["html"]
    assert next(iter(said)) in found and "hidden_dims:" in found
    block = {"kind": "image_distortion", "candidates": 8, "training": {"steps": 1600, "schedule": "one_cycle"}}
    assert detector(block) == "image distortion, candidates 8, 1,600 steps"


def test_a_table_of_out_of_distribution_images_that_all_are_known_is_left_out() -> None:
    shown = {"digits.one.comparison.out_of_distribution": PNG}
    sure = comparison().assign(**{"probes/blank_mean": 1.0, "probes/inverted_mean": 0.999})
    assert not study_section(STUDY, sure, shown).pictures
    assert study_section(STUDY, sure.assign(**{"probes/blank_mean": 0.9}), shown).pictures


def test_seeds_are_said_with_the_studies_that_have_them() -> None:
    assert "<dd>0</dd>" in page(study("a", [0]), study("b", [0]))
    assert "<dd>0 (a, b); 0, 1 (c)</dd>" in page(study("a", [0]), study("b", [0]), study("c", [0, 1]))
