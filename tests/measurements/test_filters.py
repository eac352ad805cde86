import numpy as np
import pytest
import torch
from digit_subject import DENSE, Identity, subject

from autoencoders.data.finding import Finding
from autoencoders.measurements.filters import Config, draw, filters_of, measure
from autoencoders.models import conv_linear, conv_pool, dense, linear, pca
from autoencoders.reporting.figures.mosaic import TITLE_GAP
from autoencoders.reporting.figures.tiles import SIDE

CONV = {"architecture": "conv_pool", "channels": [4, 6], "activation": "relu", "output_activation": "relu"}


def config(layer: str = "encoder", count: int = 9) -> Config:
    return Config(kind="filters", layer=layer, count=count)


def test_an_encoder_row_is_a_picture_as_large_as_the_image():
    model = subject().model
    assert torch.equal(filters_of(model, "encoder")[3], model.encoder[0].weight[3].view(1, 8, 8))


def test_a_decoder_filter_is_what_one_unit_adds_to_the_image():
    model = subject({"architecture": "linear", "latent_dim": 5, "tied_weights": False}).model
    unit = torch.eye(5)[2:3]
    painted = model.decode(unit) - model.decode(0 * unit)
    torch.testing.assert_close(filters_of(model, "decoder")[2], painted[0])


@pytest.mark.parametrize("architecture", ["linear", "dense"])
def test_tied_weights_paint_with_the_encoders_filters(architecture: str):
    if architecture == "linear":
        model = linear.Config(architecture="linear", latent_dim=5, tied_weights=True).build((1, 8, 8))
    else:
        block = DENSE | {"tied_weights": True, "hidden_dims": [20], "decoder_hidden_dims": [20]}
        model = dense.Config.model_validate(block).build((1, 8, 8))
    assert torch.equal(filters_of(model, "decoder"), filters_of(model, "encoder"))


@pytest.mark.parametrize("decoder", ["unpool", "deconv", "unpool_deconv"])
def test_the_last_decoding_layer_is_the_one_that_runs_last(decoder: str):
    model = conv_pool.Config.model_validate(CONV | {"decoder": decoder}).build((1, 8, 8))
    last = model.decoder[0][0].weight  # levels are listed from the image down
    filters = filters_of(model, "decoder")
    assert filters.shape[:2] == (4, 1)
    assert torch.equal(filters, last.transpose(0, 1) if decoder == "unpool" else last)


def test_kernels_of_colour_images_have_three_channels():
    model = conv_linear.Config(architecture="conv_linear", kernels=7).build((3, 8, 8))
    assert filters_of(model, "encoder").shape == filters_of(model, "decoder").shape == (7, 3, 3, 3)


def test_pca_has_its_components_for_filters_each_way():
    model = pca.Config(architecture="pca", latent_dim=4).build((1, 8, 8))
    model.components.copy_(torch.eye(4, 64))
    finding = measure(subject(model), config("decoder"))
    assert finding.table["norm"].tolist() == [1, 1, 1, 1]


def test_a_network_without_weights_is_an_error():
    with pytest.raises(ValueError, match="a layer with weights, got Identity"):
        filters_of(Identity(), "encoder")


def test_filters_are_ranked_by_norm_and_those_near_zero_counted():
    one = subject()
    with torch.no_grad():
        one.model.encoder[0].weight[:] = 0
        one.model.encoder[0].weight[5] = 0.5  # norm 4
        one.model.encoder[0].weight[7, 0] = 1.0
    finding = measure(one, config(count=2))
    assert finding.table["unit"].tolist()[:2] == [5, 7]
    assert finding.table["norm"].tolist()[:3] == [4, 1, 0]
    assert finding.table["near_zero"].sum() == 10  # of 12
    assert finding.arrays["filters"].shape == (2, 1, 8, 8)
    assert (finding.arrays["filters"][0] == 0.5).all()


def test_a_plain_filter_is_smooth_a_chessboard_the_opposite_and_noise_neither():
    one = subject()
    board = (torch.arange(8)[:, None] + torch.arange(8)) % 2 * 2.0 - 1
    with torch.no_grad():
        one.model.encoder[0].weight[0] = 3.0
        one.model.encoder[0].weight[1] = board.flatten()
        one.model.encoder[0].weight[2] = 0.0
    smoothness = measure(one, config()).table.set_index("unit")["smoothness"]
    assert smoothness[0] == pytest.approx(1)
    assert smoothness[1] == pytest.approx(-1)
    assert smoothness[2] == 0
    assert abs(smoothness[3:].mean()) < 0.1


def test_the_figure_shows_the_very_weights_and_states_their_scale():
    finding = measure(subject(), config(count=4))
    figure = draw({"a": [finding], "b": [Finding(finding.table, {"filters": 2 * finding.arrays["filters"]})]}, config())
    limit = np.abs(finding.arrays["filters"]).max()
    scales = [text.get_text().rpartition(" ")[2] for text in figure.axes[0].texts]
    assert scales == [f"±{limit:.2g}", f"±{2 * limit:.2g}"]
    one, twice = np.split(figure.axes[0].images[0].get_array(), 2)
    np.testing.assert_array_equal(one, twice)  # the same colours, each on its own scale


def test_colour_filters_are_drawn_as_colours_about_grey():
    model = conv_linear.Config(architecture="conv_linear", kernels=5).build((3, 8, 8))
    weights = filters_of(model, "encoder").detach().numpy()
    table = measure(subject(), config()).table
    figure = draw({"a": [Finding(table, {"filters": weights})]}, config())
    red = (weights[0, 0, 0, 0] / np.abs(weights).max() + 1) / 2
    below_title = np.ceil(TITLE_GAP * SIDE).astype(int)
    assert figure.axes[0].images[0].get_array()[below_title, 0, 0] == np.rint(255 * red)
