from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.datasets import load_digits
from threadpoolctl import threadpool_info, threadpool_limits

from autoencoders.data.images import ImageSet, ImageTensor, portions
from autoencoders.evaluation import errors as evaluation
from autoencoders.models.base import Autoencoder
from autoencoders.training import engine, memory, pca, precision
from autoencoders.training.corruption import Corruption, NoCorruption
from autoencoders.training.variant import Compute, Variant

CPU = torch.device("cpu")
DENSE = {
    "architecture": "dense",
    "hidden_dims": [64],
    "latent_dim": 16,
    "decoder_hidden_dims": [64],
    "activation": "gelu",
    "latent_activation": "identity",
    "output_activation": "sigmoid",
    "dropout": 0.0,
    "tied_weights": False,
}


@pytest.fixture(scope="module")
def digits() -> ImageTensor:
    return ImageTensor(torch.from_numpy(load_digits().images.astype(np.uint8)[:, None]), 16)


def linear(**changes) -> Variant:
    training = {
        "epochs": 8,
        "batch_size": 64,
        "optimizer": "adam",
        "learning_rate": 3e-3,
        "schedule": "one_cycle",
        "weight_decay": 0.0,
        "precision": "float32",
    }
    return Variant.model_validate(
        {
            "model": changes.pop("model", {"architecture": "linear", "latent_dim": 10, "tied_weights": False}),
            "scale": "unit",
            "corruption": changes.pop("corruption", {"kind": "none"}),
            "penalty": changes.pop("penalty", {"kind": "none"}),
            "training": training | changes,
        }
    )


def part(images: ImageTensor, first: int, last: int) -> ImageTensor:
    return ImageTensor(images.values[first:last], images.intensity)


class Identity(Autoencoder):
    def __init__(self) -> None:
        super().__init__((1, 8, 8), 64)

    def encode(self, images: torch.Tensor) -> torch.Tensor:
        return images.flatten(1)

    def decode(self, code: torch.Tensor) -> torch.Tensor:
        return code.unflatten(1, self.image_shape)


def test_pixels_become_floats_from_zero_to_one(digits: ImageTensor) -> None:
    batch = digits[torch.tensor([0, 5])]
    assert batch.shape == (2, 1, 8, 8) and batch.dtype == torch.float32
    assert float(digits[slice(None)].max()) == 1 and float(digits[slice(None)].min()) == 0


def test_a_perfect_reconstruction_has_no_error(digits: ImageTensor) -> None:
    assert (engine.reconstruction_errors(Identity(), digits) == 0).all()


def test_shuffling_images_shuffles_errors(digits: ImageTensor) -> None:
    model = engine.build(linear(), (1, 8, 8), 0, CPU)
    order = torch.randperm(len(digits), generator=torch.Generator().manual_seed(0))
    errors = engine.reconstruction_errors(model, digits)
    shuffled = engine.reconstruction_errors(model, ImageTensor(digits.values[order], 16))
    assert np.allclose(shuffled, errors[order.numpy()], atol=1e-7)


def test_errors_do_not_depend_on_the_batches(digits: ImageTensor, monkeypatch: pytest.MonkeyPatch) -> None:
    model = engine.build(linear(), (1, 8, 8), 0, CPU)
    whole = engine.reconstruction_errors(model, digits)
    small = torch.cat([engine.squared_error(engine.reconstruct(model, b), b) for b in digits.batches(7)])
    assert np.allclose(small.numpy(), whole, atol=1e-7)


@pytest.mark.parametrize("count", [0, 1, 127, 129, 1000])
def test_a_batch_passes_in_portions_without_a_trace(count: int) -> None:
    images = torch.rand(count, 1, 48, 48, generator=torch.Generator().manual_seed(0))
    model = engine.build(linear(), (1, 48, 48), 0, CPU).eval()
    with torch.inference_mode():
        whole = model(images)
    assert sum(map(len, portions(images))) == count
    for made, expected in zip(engine.apply(model, images), whole, strict=True):
        assert torch.allclose(made, expected, atol=1e-6)


def test_training_lowers_the_error(digits: ImageTensor) -> None:
    before = engine.reconstruction_errors(engine.build(linear(), (1, 8, 8), 0, CPU), part(digits, 1500, 1797))
    fit = engine.train(linear(), part(digits, 0, 1400), part(digits, 1400, 1500), seed=0)
    model = engine.restore(linear(), (1, 8, 8), fit.weights, CPU)
    after = engine.reconstruction_errors(model, part(digits, 1500, 1797))
    assert after.mean() < before.mean() / 3


def test_history_has_a_row_an_epoch_and_iterations_a_row_a_step(digits: ImageTensor) -> None:
    fit = engine.train(linear(epochs=3), part(digits, 0, 100), part(digits, 100, 150), seed=0)
    assert fit.history["epoch"].tolist() == [1, 2, 3]
    assert fit.iterations["iteration"].tolist() == list(range(1, 7))  # 100 images make 2 batches of at most 64
    first = (fit.iterations["train_loss"][:2] * [64, 36]).sum() / 100
    assert fit.history["train_loss"][0] == pytest.approx(first, rel=1e-5)


@pytest.mark.parametrize("images", [16, 100, 500])
def test_steps_are_taken_however_few_images_there_are_and_the_schedule_spans_them(
    digits: ImageTensor, images: int
) -> None:
    fit = engine.train(linear(epochs=None, steps=21), part(digits, 0, images), part(digits, 500, 550), seed=0)
    assert len(fit.iterations) == 21
    assert fit.history["learning_rate"].iloc[-1] == pytest.approx(3e-3 / 250_000)


@pytest.mark.parametrize(("steps", "taken"), [(5, 6), (9, 9)])
def test_of_epochs_and_steps_the_longer_counts(digits: ImageTensor, steps: int, taken: int) -> None:
    fit = engine.train(linear(epochs=3, steps=steps), part(digits, 0, 100), part(digits, 100, 150), seed=0)
    assert len(fit.iterations) == taken  # an epoch has 2


def test_steps_that_make_whole_epochs_train_as_these_do(digits: ImageTensor) -> None:
    data = part(digits, 0, 100), part(digits, 100, 150)
    by_epochs, by_steps = (
        engine.train(linear(**length), *data, seed=0) for length in ({}, {"epochs": None, "steps": 16})
    )
    assert all(np.array_equal(by_epochs.weights[name], by_steps.weights[name]) for name in by_epochs.weights)


def test_the_loss_of_an_epoch_that_is_cut_short_is_that_of_the_images_it_saw(digits: ImageTensor) -> None:
    fit = engine.train(linear(epochs=None, steps=3), part(digits, 0, 100), part(digits, 100, 150), seed=0)
    assert fit.history["train_loss"].iloc[-1] == pytest.approx(fit.iterations["train_loss"].iloc[-1])


def test_of_many_epochs_at_most_a_hundred_are_validated_and_training_takes_no_notice(
    digits: ImageTensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    variant, data = linear(epochs=250, batch_size="full"), (part(digits, 0, 16), part(digits, 100, 150))
    few = engine.train(variant, *data, seed=0)
    assert few.history["epoch"].tolist() == [*range(3, 250, 3), 250]
    monkeypatch.setattr(engine, "HISTORY_ROWS", 250)
    every = engine.train(variant, *data, seed=0)
    assert all(np.array_equal(few.weights[name], every.weights[name]) for name in few.weights)
    seen = every.history[every.history["epoch"].isin(few.history["epoch"])].reset_index(drop=True)
    clocks = ["seconds", "cpu_seconds"]
    pd.testing.assert_frame_equal(few.history.drop(columns=clocks), seen.drop(columns=clocks))


def test_patience_ends_what_no_longer_helps_and_keeps_the_best_weights(digits: ImageTensor) -> None:
    variant = linear(model=DENSE, epochs=600, schedule="constant", learning_rate=1e-2, patience=5)
    few, held_out = part(digits, 0, 20), part(digits, 100, 150)
    fit = engine.train(variant, few, held_out, seed=0)
    lowest, last = fit.history["validation_mse"].min(), fit.history["validation_mse"].iloc[-1]
    assert last == lowest
    model = engine.restore(variant, (1, 8, 8), fit.weights, CPU)
    assert engine.reconstruction_errors(model, held_out).mean() == pytest.approx(lowest, rel=1e-6)
    every = 6  # of 600 epochs, each a step
    assert len(fit.iterations) == fit.history["epoch"].iloc[-1] + 5 * every < 600


def test_patience_that_does_not_run_out_changes_nothing(digits: ImageTensor) -> None:
    data = part(digits, 0, 1400), part(digits, 1400, 1500)
    plain, patient = (engine.train(linear(patience=patience), *data, seed=0) for patience in (None, 1))
    assert all(np.array_equal(plain.weights[name], patient.weights[name]) for name in plain.weights)


def test_patience_without_images_to_validate_is_refused(digits: ImageTensor) -> None:
    with pytest.raises(ValueError, match=r"training\.patience needs validation images, and there are none"):
        engine.train(linear(patience=3), part(digits, 0, 20), part(digits, 0, 0), seed=0)


def test_the_last_validation_error_is_that_of_the_weights_left(digits: ImageTensor) -> None:
    validation = part(digits, 100, 150)
    fit = engine.train(linear(epochs=2), part(digits, 0, 100), validation, seed=0)
    model = engine.restore(linear(), (1, 8, 8), fit.weights, CPU)
    errors = engine.reconstruction_errors(model, validation)
    assert fit.history["validation_mse"].iloc[-1] == pytest.approx(errors.mean(), rel=1e-6)


def test_the_same_seed_gives_the_same_bits_and_another_does_not(digits: ImageTensor) -> None:
    noisy = linear(epochs=2, corruption={"kind": "gaussian", "std": 0.2, "clip": False})
    data = part(digits, 0, 200), part(digits, 200, 250)
    first, again, other = (engine.train(noisy, *data, seed=seed).weights for seed in (0, 0, 1))
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert not np.array_equal(first["encoder.weight"], other["encoder.weight"])


def test_training_neither_reads_nor_moves_the_global_generator(digits: ImageTensor) -> None:
    data = part(digits, 0, 100), part(digits, 100, 120)
    torch.manual_seed(5)
    state = torch.get_rng_state()
    first = engine.train(linear(epochs=1), *data, seed=0).weights
    torch.manual_seed(6)
    again = engine.train(linear(epochs=1), *data, seed=0).weights
    assert all(np.array_equal(first[name], again[name]) for name in first)
    torch.set_rng_state(state)


def test_a_penalty_adds_to_the_loss_and_shrinks_the_code(digits: ImageTensor) -> None:
    data = part(digits, 0, 400), part(digits, 400, 450)
    codes = []
    for penalty in ({"kind": "none"}, {"kind": "l1", "weight": 0.05}):
        variant = linear(penalty=penalty)
        model = engine.restore(variant, (1, 8, 8), engine.train(variant, *data, seed=0).weights, CPU)
        codes.append(float(model.encode(data[1][slice(None)]).detach().abs().mean()))
    assert codes[1] < codes[0] / 2


@pytest.mark.slow
def test_augmentation_keeps_a_network_from_learning_its_images_by_heart(digits: ImageTensor) -> None:
    few, held_out = part(digits, 0, 100), part(digits, 100, 600)
    distortion = {"rotation": 10.0, "scale": 0.1, "shear": 0.1, "shift": 0.3}
    variants = [linear(model=DENSE, epochs=600, **more) for more in ({}, {"augmentation": distortion})]
    weights = [engine.train(variant, few, held_out, seed=0).weights for variant in variants]
    models = [engine.restore(variants[0], (1, 8, 8), one, CPU) for one in weights]
    learnt, new = ([engine.reconstruction_errors(m, images).mean() for m in models] for images in (few, held_out))
    assert learnt[1] > 1.3 * learnt[0]
    assert new[1] < 0.8 * new[0]


def test_a_full_batch_takes_one_step_an_epoch(digits: ImageTensor) -> None:
    fit = engine.train(linear(epochs=4, batch_size="full"), part(digits, 0, 100), part(digits, 100, 120), seed=0)
    assert len(fit.iterations) == 4


def test_half_precision_trains_almost_as_well(digits: ImageTensor) -> None:
    data = part(digits, 0, 1400), part(digits, 1400, 1500)
    exact, half = (
        engine.train(linear(precision=precision), *data, seed=0).history["validation_mse"].iloc[-1]
        for precision in ("float32", "bfloat16")
    )
    assert half == pytest.approx(exact, rel=0.1)


@pytest.mark.parametrize(("gain", "chosen"), [(4.0, "bfloat16"), (0.5, "float32")])
def test_the_precision_is_what_the_machine_is_faster_in(digits, monkeypatch, gain: float, chosen: str) -> None:
    monkeypatch.setattr(precision, "gain", lambda: gain)
    asked, expected = (
        engine.train(linear(precision=name), part(digits, 0, 200), part(digits, 200, 300), seed=0).weights
        for name in ("auto", chosen)
    )
    assert all(np.array_equal(asked[name], expected[name]) for name in expected)
    assert not precision.in_bfloat16("auto", torch.device("cuda"))


def test_what_the_machine_gains_by_bfloat16_is_measured_once(caplog) -> None:
    precision.gain.cache_clear()
    with caplog.at_level("INFO"):
        assert precision.gain() == precision.gain() > 0
    assert len(caplog.records) == 1
    assert precision.in_bfloat16("auto", CPU) == ("auto: bfloat16" in caplog.text)


def test_a_diverging_loss_is_named_with_the_way_out(digits: ImageTensor) -> None:
    with pytest.raises(ValueError, match=r"not a number: lower training.learning_rate, now 1e\+30"):
        engine.train(linear(learning_rate=1e30), part(digits, 0, 100), part(digits, 100, 120), seed=0)


def test_memory_of_large_gradients_is_kept_until_a_training_ends(digits: ImageTensor, monkeypatch) -> None:
    told = []
    allocator = SimpleNamespace(mallopt=lambda *setting: told.append(setting), malloc_trim=told.append)
    monkeypatch.setattr(memory, "_allocator", lambda: allocator)
    data = part(digits, 0, 100), part(digits, 100, 120)
    engine.train(linear(), *data, seed=0)
    assert told == []
    monkeypatch.setattr(memory, "MAPPED", 1000)
    with pytest.raises(ValueError, match="not a number"):
        engine.train(linear(learning_rate=1e30), *data, seed=0)
    assert told == [(-3, 2**31 - 1), (-1, 2**31 - 1), (-3, 1000), (-1, 2000), 0]


def test_where_the_allocator_cannot_be_told_training_goes_on(digits: ImageTensor, monkeypatch) -> None:
    monkeypatch.setattr(memory, "MAPPED", 1000)
    monkeypatch.setattr(memory.ctypes, "CDLL", lambda name: SimpleNamespace())
    assert len(engine.train(linear(), part(digits, 0, 100), part(digits, 100, 120), seed=0).iterations) == 16


def test_no_images_are_refused(digits: ImageTensor) -> None:
    with pytest.raises(ValueError, match="no training images"):
        engine.train(linear(), part(digits, 0, 0), part(digits, 0, 10), seed=0)


def test_an_absent_device_is_named_with_the_way_out() -> None:
    absent = "mps" if not torch.backends.mps.is_available() else "cuda"
    with pytest.raises(ValueError, match=f"this machine has no {absent}; say auto or cpu"):
        engine.resolve_device(Compute(device=absent, threads=1))


def test_numpy_computes_with_the_threads_of_one_node_however_many_cores_there_are() -> None:
    with threadpool_limits(2, user_api="blas"):
        engine.bound_threads(Compute(device="cpu", threads=1))
        assert {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"} == {1}


def test_the_pca_variant_is_the_library_s_pca(digits: ImageTensor) -> None:
    variant = Variant.model_validate(
        {
            "model": {"architecture": "pca", "latent_dim": 7},
            "scale": "unit",
            "corruption": {"kind": "none"},
            "penalty": {"kind": "none"},
        }
    )
    train, test = part(digits, 0, 1000), part(digits, 1000, 1797)
    model = engine.restore(variant, (1, 8, 8), engine.train(variant, train, test, seed=0).weights, CPU)
    basis = pca.fit(train[slice(None)].flatten(1).numpy())
    expected = pca.reconstruction_errors(basis, test[slice(None)].flatten(1).numpy(), 7)
    assert np.allclose(engine.reconstruction_errors(model, test), expected, atol=1e-6)


def test_no_linear_network_beats_pca_on_its_training_images(digits: ImageTensor) -> None:
    train = part(digits, 0, 1000)
    fit = engine.train(linear(epochs=40, learning_rate=1e-2), train, part(digits, 1000, 1100), seed=0)
    model = engine.restore(linear(), (1, 8, 8), fit.weights, CPU)
    flat = train[slice(None)].flatten(1).numpy()
    bound = pca.reconstruction_errors(pca.fit(flat), flat, 10).mean()
    assert bound <= engine.reconstruction_errors(model, train).mean() < 1.5 * bound


def test_what_is_left_of_noise_is_measured_too(digits: ImageTensor) -> None:
    noise = Corruption.model_validate({"kind": "gaussian", "std": 0.25, "clip": False})
    test = part(digits, 0, 600)
    basis = pca.fit(test[slice(None)].flatten(1).numpy())
    found = evaluation.errors(Identity(), test, basis, noise, seed=0)
    assert (found["reconstruction_error"] == 0).all()
    assert found["corruption_error"].mean() == pytest.approx(0.25**2, rel=0.02)
    assert np.allclose(found["denoising_error"], found["corruption_error"])
    assert "pca_error" not in found, "a code as wide as the image leaves PCA nothing to lose"
    narrow = evaluation.errors(engine.build(linear(), (1, 8, 8), 0, CPU), test, basis, noise, seed=0)
    assert (narrow["corruption_error"] == found["corruption_error"]).all(), "every variant restores the same images"
    more = narrow["pca_denoising_error"] - narrow["pca_error"]
    assert more.mean() == pytest.approx(10 / 64 * 0.25**2, rel=0.05), "PCA keeps the noise along 10 of 64 directions"


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, 0.0),
        ({"corruption": {"kind": "half"}}, None),
        ({"penalty": {"kind": "l1", "weight": 1e-3}}, None),
        ({"model": {"architecture": "pca", "latent_dim": 3}, "training": None}, None),
    ],
    ids=["plain", "corruption", "penalty", "pca"],
)
def test_only_a_network_that_seeks_what_pca_does_is_held_against_it(
    digits: ImageTensor, changes: dict, verdict: float | None
) -> None:
    variant = Variant.model_validate(linear().model_dump() | changes)
    model = engine.build(linear(), (1, 8, 8), 0, CPU)  # not trained
    basis = pca.fit(digits[slice(None)].flatten(1).numpy())
    errors = pd.DataFrame(evaluation.errors(model, digits, basis, linear().corruption, seed=0))
    errors = errors.assign(split="test", label=0)
    losses = pd.DataFrame({"train_loss": [1.0, 0.5]})
    found = evaluation.summary(errors, losses, losses, evaluation.pixel_statistics(model, digits), variant)
    assert found.get("gate/matches_pca") == verdict


def test_a_perfect_network_leaves_no_pixel_dead(digits: ImageTensor) -> None:
    found = evaluation.pixel_statistics(Identity(), digits)
    images = digits[slice(None)].numpy().astype(np.float64)
    assert np.allclose(found["image_sd"], images.std(axis=0), atol=1e-6)
    assert np.allclose(found["reconstruction_sd"], found["image_sd"])
    assert (found["pixel_error"] == 0).all()


@pytest.mark.parametrize(("scale", "largest"), [("unit", 1), ("raw", 16), ("standard", 2.2)])
def test_units_scale_errors_and_leave_pictures_alone(digits: ImageTensor, scale: str, largest: float) -> None:
    info = {"intensity": 16, "pixel_mean": 0.3, "pixel_sd": 0.35}
    nothing = np.empty(0)
    seen = ImageSet(digits.values.numpy(), nothing, nothing, info).at(np.arange(50), CPU, scale)
    assert float(seen[slice(None)].max()) == pytest.approx(largest, rel=0.1)
    assert torch.allclose(seen.intensities(seen[slice(None)]), digits[slice(50)], atol=1e-6)
    basis = pca.fit(digits[slice(None)].flatten(1).numpy())
    shape = {"model": Identity(), "basis": basis, "judged_at": NoCorruption(), "seed": 0}
    scaled, unit = (evaluation.errors(images=one, **shape) for one in (seen, part(digits, 0, 50)))
    assert np.allclose(scaled["mean_image_error"], unit["mean_image_error"] / seen.spread**2, rtol=1e-4)


def test_the_first_test_image_of_each_class_is_shown() -> None:
    labels = np.array([1, 0, 0, 1, 2, 2])
    assert evaluation.first_of_each(labels, np.array([2, 3, 4, 5])).tolist() == [2, 3, 4]
