import numpy as np
import pytest
import torch
from digit_subject import DENSE, Identity, same, subject

from autoencoders.measurements.walks import Config, draw, measure

STEPS = (0.1, 0.5, 3.0)
CONFIG = Config(kind="walks", steps=STEPS, images=80, nearest_of=400)


def part(finding, walk: str):
    return finding.table[finding.table["walk"] == walk].reset_index(drop=True)


@pytest.fixture(scope="module")
def fitted():
    return measure(subject(DENSE | {"latent_activation": "identity"}, fitted=True), CONFIG)


def test_a_step_among_pixels_moves_by_its_own_size(fitted):
    pixel = part(fitted, "pixel")
    np.testing.assert_allclose(pixel["step"], [0, *STEPS])
    np.testing.assert_allclose(pixel["moved"], pixel["step"], rtol=0.05)


def test_walks_begin_at_the_image_and_at_its_reconstruction():
    one = subject(fitted=True)
    arrays = measure(one, CONFIG).arrays
    assert (part(measure(one, CONFIG), "code")["moved"][0]) == 0
    tests = one.split("test")[:].numpy()
    assert all(any(np.array_equal(image, test) for test in tests) for image in arrays["pixel"][:, 0])
    reconstructions = one.model(torch.from_numpy(arrays["pixel"][:, 0]))[0].detach().numpy()
    np.testing.assert_allclose(arrays["code"][:, 0], reconstructions, atol=1e-5)


def test_a_walk_keeps_its_direction():
    pixel = measure(subject(Identity()), CONFIG).arrays["pixel"]
    inside = (pixel[:, 1:3] > 0) & (pixel[:, 1:3] < 1)  # where no picture is clipped
    inside = inside.all(axis=1)
    short, long = (pixel[:, 1] - pixel[:, 0])[inside], (pixel[:, 2] - pixel[:, 0])[inside]
    np.testing.assert_allclose(long, 5 * short, atol=1e-5)


def test_a_unit_that_never_varies_is_never_moved():
    one = subject(Identity())
    still = one.dataset.images[one.splits["train"]].std(axis=0) == 0  # corners, always black
    code = measure(one, CONFIG).arrays["code"]
    assert still.any() and (code[:, -1][:, still] == code[:, 0][:, still]).all()


def test_code_noise_is_in_units_of_each_units_sd():
    one = subject(Identity())
    sd = one.split("train")[:].std(dim=0)
    moved = part(measure(one, CONFIG.model_copy(update={"nearest_of": 2000})), "code")["moved"]
    expected = float(sd.square().mean().sqrt())
    np.testing.assert_allclose(moved, np.array([0, *STEPS]) * expected, rtol=0.05)


def test_a_walk_in_the_code_stays_nearer_to_the_data_than_one_among_pixels(fitted):
    code, pixel = part(fitted, "code"), part(fitted, "pixel")
    nearest = np.interp(code["moved"][2], pixel["moved"], pixel["nearest"])
    assert code["nearest"][2] < nearest
    assert (np.diff(pixel["nearest"]) > 0).all()


def test_one_image_a_class_is_drawn_and_as_many_measured_as_asked_for(fitted):
    assert fitted.arrays["pixel"].shape == fitted.arrays["code"].shape == (10, 4, 1, 8, 8)
    assert fitted.table["images"].unique().tolist() == [80]
    assert fitted.arrays["pixel"].min() == 0 and fitted.arrays["pixel"].max() == 1


def test_only_classes_of_the_training_walk():
    assert measure(subject(Identity(), classes=range(2)), CONFIG).arrays["pixel"].shape[0] == 2


def test_distances_are_of_intensities_whatever_the_scale():
    unit, raw = (measure(subject(Identity(), scale=scale), CONFIG).table for scale in ("unit", "raw"))
    np.testing.assert_allclose(unit[["moved", "nearest"]], raw[["moved", "nearest"]], rtol=1e-4, atol=1e-6)


def test_the_seed_decides():
    assert same(measure(subject(), CONFIG), measure(subject(), CONFIG))


def test_walks_among_pixels_are_drawn_once_and_every_step_is_named(fitted):
    other = measure(subject(Identity()), CONFIG)
    figure = draw({"dense": [fitted, fitted], "pixel_code": [other, other]}, CONFIG)
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert texts == ["0", "0.1", "0.5", "3"] * 3 + ["pixels", "code of dense", "code of pixel_code"]


def test_the_headline_compares_walks_that_moved_equally_far(fitted):
    code, pixel = part(fitted, "code"), part(fitted, "pixel")
    moved, nearest = code["moved"].iloc[-1], code["nearest"].iloc[-1]
    among = np.interp(moved, pixel["moved"], pixel["nearest"])
    title = draw({"dense": [fitted]}, CONFIG).get_suptitle().replace("\n", " ")
    assert f"moved by {moved:.2f} end {nearest:.2f} from" in title and f"{among:.2f} among pixels" in title
