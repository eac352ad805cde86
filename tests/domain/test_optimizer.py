import pytest
import torch
from torch import nn

from autoencoders.training.optimizer import Adam, one_cycle, schedule
from autoencoders.training.variant import Training


def training(**changes) -> Training:
    block = dict(
        epochs=1,
        batch_size=4,
        optimizer="adam",
        learning_rate=0.1,
        schedule="constant",
        weight_decay=0.0,
        precision="float32",
    )
    return Training(**(block | changes))


@pytest.mark.parametrize(
    ("name", "reference", "decay"),
    [("adam", torch.optim.Adam, 0.0), ("adam", torch.optim.Adam, 0.1), ("adamw", torch.optim.AdamW, 0.1)],
)
def test_steps_are_those_of_the_library_s_class(name: str, reference: type, decay: float) -> None:
    ours, theirs = (nn.Parameter(torch.linspace(-1, 1, 7)) for _ in range(2))
    optimizer = Adam([ours], training(optimizer=name, weight_decay=decay))
    expected = reference([theirs], lr=0.1, weight_decay=decay)
    for _ in range(5):
        optimizer.step([torch.cos(ours.detach())], 0.1)
        theirs.grad = torch.cos(theirs.detach())
        expected.step()
    assert torch.allclose(ours, theirs, atol=1e-6)


def test_a_constant_schedule_is_constant() -> None:
    rate = schedule(training(), 10)
    assert {rate(step) for step in range(10)} == {0.1}


def test_one_cycle_rises_to_the_peak_and_falls_to_almost_nothing() -> None:
    rates = [one_cycle(step / 100) for step in range(101)]
    assert rates[0] == pytest.approx(1 / 25)
    assert rates[30] == pytest.approx(1)
    assert rates[-1] < 1e-5
    assert rates[:31] == sorted(rates[:31]) and rates[30:] == sorted(rates[30:], reverse=True)


def test_a_smaller_epsilon_takes_the_steps_of_a_larger_loss() -> None:
    ours, theirs = (nn.Parameter(torch.linspace(-1, 1, 7)) for _ in range(2))
    optimizer = Adam([ours], training(epsilon=1e-8 / 784))
    expected = torch.optim.Adam([theirs], lr=0.1)
    for _ in range(5):
        optimizer.step([1e-9 * torch.cos(ours.detach())], 0.1)
        theirs.grad = 784e-9 * torch.cos(theirs.detach())
        expected.step()
    assert torch.allclose(ours, theirs, atol=1e-6)
    assert not torch.allclose(ours, torch.linspace(-1, 1, 7), atol=1e-2)


def test_a_gradient_in_another_order_of_memory_meets_its_own_weights() -> None:
    weights = nn.Parameter(torch.zeros(2, 3, 4, 4).to(memory_format=torch.channels_last))
    gradient = torch.randn(2, 3, 4, 4, generator=torch.Generator().manual_seed(0))
    Adam([weights], training()).step([gradient], 0.1)
    assert torch.equal(weights.detach().sign(), -gradient.sign())
