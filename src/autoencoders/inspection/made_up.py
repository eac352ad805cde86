"""Made-up defects: what is done to normal images to train a network on, and what to choose detectors by.

The two families are told apart, so that a network is not judged by what it was trained on alone: `TRAINED` are drawn
on spots and strokes, `JUDGED` are cut, pasted and blended along straight edges, or change the whole image.
"""

import math
from collections.abc import Callable

import torch
from torch import Generator, Tensor
from torch.nn.functional import affine_grid, avg_pool2d, grid_sample, interpolate, pad

from autoencoders.inspection.shapes import chance, pixels, spots, strokes, uniform
from autoencoders.inspection.statistics import smoothed

Maker = Callable[[Tensor, Tensor, Generator], tuple[Tensor, Tensor]]  # images, others (N, C, H, W) -> changed, where

RADIUS = 0.05, 0.3  # of spots, as shares of the shorter side
VISIBLE = 0.25  # sds of the image's own intensities: smaller changes are no defect
LEAST_SD = 0.03  # of intensity


def spread(images: Tensor) -> Tensor:
    """Return the sd of each image's intensities, (N, 1, 1, 1)."""
    return images.flatten(1).std(dim=1).view(-1, 1, 1, 1).clamp_min(LEAST_SD)


def mixed(images: Tensor, others: Tensor, share: Tensor) -> Tensor:
    """Return images in which a share (N, 1, H, W) of each pixel is another image's."""
    return images + share * (others - images)


def patch(images: Tensor, others: Tensor, generator: Generator) -> tuple[Tensor, Tensor]:
    """Paste a spot of another image, from another place; half of them as bright as what they cover.

    What Poisson blending does for the seams (Schlüter et al. 2022, NSA), the shift in brightness does in part.
    """
    spot = _spots(images, generator)
    pasted = rolled(others, generator)
    gap = ((images - pasted) * spot).sum(dim=(2, 3), keepdim=True) / spot.sum(dim=(2, 3), keepdim=True).add(1e-3)
    pasted = pasted + gap * chance(len(images), 0.5, generator)
    return mixed(images, pasted, spot * uniform((len(images), 1, 1, 1), 0.6, 1, generator)), spot


def rescaled_patch(images: Tensor, others: Tensor, generator: Generator) -> tuple[Tensor, Tensor]:
    """Paste a spot of another image at another scale, half to twice."""
    height, width = images.shape[2:]
    scale = float(uniform((1,), 0.5, 2, generator))
    size = [max(2, round(scale * side)) for side in (height, width)]
    scaled = interpolate(others, size=size, mode="bilinear", antialias=True)
    times = [-(-side // one) for side, one in zip((height, width), size, strict=True)]
    return patch(images, scaled.repeat(1, 1, *times)[..., :height, :width], generator)


def scratch(images: Tensor, others: Tensor, generator: Generator) -> tuple[Tensor, Tensor]:
    """Draw a stroke in one colour."""
    stroke = strokes(len(images), tuple(images.shape[2:]), generator)
    share = stroke * uniform((len(images), 1, 1, 1), 0.5, 1, generator)
    return mixed(images, _colour(images, generator), share), stroke


def blur(images: Tensor, others: Tensor, generator: Generator) -> tuple[Tensor, Tensor]:
    """Blur a spot or, one time in five, sharpen it."""
    spot = _spots(images, generator)
    smooth = smoothed(images, float(uniform((1,), 0.8, max(1.2, 0.06 * min(images.shape[2:])), generator)))
    sharp = images + 1.5 * (images - smooth)
    return mixed(images, torch.where(chance(len(images), 0.2, generator), sharp, smooth), spot), spot


def stain(images: Tensor, others: Tensor, generator: Generator) -> tuple[Tensor, Tensor]:
    """Tint a spot in one colour, which what is below shines through."""
    spot = _spots(images, generator)
    share = spot * uniform((len(images), 1, 1, 1), 0.2, 0.8, generator)
    return mixed(images, _colour(images, generator), share), spot


def distortion(images: Tensor, others: Tensor, generator: Generator) -> tuple[Tensor, Tensor]:
    """Move what a spot shows by up to an eighth of the shorter side, not all of it alike."""
    height, width = images.shape[2:]
    spot = _spots(images, generator)
    uneven = uniform((len(images), 2, 5, 5), -1, 1, generator)
    moved = interpolate(uneven, size=(height, width), mode="bicubic", align_corners=True)
    moved = moved + uniform((len(images), 2, 1, 1), -1, 1, generator)
    moved = moved * spot * 0.12 * min(height, width) * uniform((len(images), 1, 1, 1), 0.3, 1, generator)
    rows, columns = pixels(height, width, generator)
    x = (columns[:, 0] + moved[:, 1]) * 2 / (width - 1) - 1
    y = (rows[:, 0] + moved[:, 0]) * 2 / (height - 1) - 1
    places = torch.stack([x, y], dim=-1)
    return grid_sample(images, places, padding_mode="reflection", align_corners=True), spot


def hole(images: Tensor, others: Tensor, generator: Generator) -> tuple[Tensor, Tensor]:
    """Wipe a spot out: what is around it, very smooth, or the colour of one pixel."""
    spot = _spots(images, generator)
    count, channels, height, width = images.shape
    place = torch.randint(height * width, (count, 1, 1), generator=generator, device=images.device)
    pixel = images.flatten(2).gather(2, place.expand(-1, channels, -1)).unsqueeze(3)
    around = smoothed(images, 0.15 * min(height, width))
    return mixed(images, torch.where(chance(count, 0.5, generator), around, pixel), spot), spot


def grain(images: Tensor, others: Tensor, generator: Generator) -> tuple[Tensor, Tensor]:
    """Add noise, coarse or fine, to a spot."""
    spot = _spots(images, generator)
    noise = torch.randn(images.shape, generator=generator, device=images.device)
    sd = float(uniform((1,), 0.3, 1.5, generator))
    noise = torch.where(chance(len(images), 0.6, generator), 3 * sd * smoothed(noise, sd), noise)
    return images + spot * noise * spread(images) * uniform((len(images), 1, 1, 1), 0.3, 1.2, generator), spot


def pasted(images: Tensor, others: Tensor, generator: Generator) -> tuple[Tensor, Tensor]:
    """Lay an upright rectangle of another image onto each, from another place, as it is."""
    box = _boxes(images, (0.2, 0.4), generator)
    return mixed(images, rolled(others, generator), box), box


def cut(images: Tensor, others: Tensor, generator: Generator) -> tuple[Tensor, Tensor]:
    """Cut each image along a straight line and shift one side along it by a tenth to a quarter of the shorter side."""
    height, width = images.shape[2:]
    rows, columns = pixels(height, width, generator)
    one = (len(images), 1, 1, 1)
    angle, shift = uniform(one, 0, 2 * math.pi, generator), uniform(one, 0.1, 0.25, generator) * min(height, width)
    off = (rows - uniform(one, 0.3, 0.7, generator) * height) * angle.cos()
    off = off - (columns - uniform(one, 0.3, 0.7, generator) * width) * angle.sin()
    side = (off > 0).float()
    x = (columns + shift * angle.cos()).expand(-1, 1, height, -1)[:, 0] * 2 / (width - 1) - 1
    y = (rows + shift * angle.sin()).expand(-1, 1, -1, width)[:, 0] * 2 / (height - 1) - 1
    moved = grid_sample(images, torch.stack([x, y], dim=-1), padding_mode="reflection", align_corners=True)
    return mixed(images, moved, side), side


def out_of_focus(images: Tensor, others: Tensor, generator: Generator) -> tuple[Tensor, Tensor]:
    """Average an upright rectangle over squares of a sixteenth of the shorter side, three pixels at least."""
    box = _boxes(images, (0.3, 0.6), generator)
    reach = max(1, min(images.shape[2:]) // 32)
    smooth = avg_pool2d(pad(images, (reach,) * 4, mode="replicate"), 2 * reach + 1, stride=1)
    return mixed(images, smooth, box), box


def spill(images: Tensor, others: Tensor, generator: Generator) -> tuple[Tensor, Tensor]:
    """Darken or brighten a spot of even strength, to a third to two thirds."""
    spot = _spots(images, generator)
    share = spot * uniform((len(images), 1, 1, 1), 0.35, 0.65, generator)
    return mixed(images, chance(len(images), 0.5, generator).float().expand_as(images), share), spot


def stretched(images: Tensor, others: Tensor, generator: Generator) -> tuple[Tensor, Tensor]:
    """Stretch or squeeze the whole of each image along any direction, by a fifth to two fifths."""
    count = len(images)
    angle, factor = uniform((count, 1), 0, math.pi, generator), uniform((count, 1, 1), 1.2, 1.4, generator)
    factor = torch.where(uniform((count, 1, 1), 0, 1, generator) < 0.5, factor, 1 / factor)
    along = torch.stack([angle.cos(), angle.sin()], dim=1)  # (N, 2, 1)
    matrix = torch.eye(2, device=images.device) + (factor - 1) * along @ along.transpose(1, 2)
    matrix = torch.cat([matrix, torch.zeros_like(along)], dim=2)
    places = affine_grid(matrix, list(images.shape), align_corners=False)
    changed = grid_sample(images, places, padding_mode="reflection", align_corners=False)
    return changed, torch.ones_like(images[:, :1])


TRAINED: dict[str, Maker] = {
    "patch": patch,
    "rescaled_patch": rescaled_patch,
    "scratch": scratch,
    "blur": blur,
    "stain": stain,
    "distortion": distortion,
    "hole": hole,
    "grain": grain,
}
JUDGED: dict[str, Maker] = {
    "pasted": pasted,
    "cut": cut,
    "out_of_focus": out_of_focus,
    "spill": spill,
    "stretched": stretched,
}


def deface(images: Tensor, others: Tensor, makers: dict[str, Maker], generator: Generator) -> tuple[Tensor, Tensor]:
    """Make a defect on each image, all kinds as often.

    Args:
        images: (N, C, H, W) in [0, 1].
        others: Other normal images (M, C, H, W), which pieces are taken from.
        makers: The kinds.
        generator: Draws kinds and defects.

    Returns:
        The images, changed, in [0, 1]; and where a defect can be seen, (N, 1, H, W), 0 or 1: some draws change next to
        nothing, such as a blur where nothing was sharp.
    """
    changed, inside = images.clone(), torch.zeros_like(images[:, :1])
    chosen = torch.randint(len(makers), (len(images),), generator=generator, device=images.device)
    for number, maker in enumerate(makers.values()):
        rows = (chosen == number).nonzero()[:, 0]
        if len(rows):
            picked = torch.randint(len(others), (len(rows),), generator=generator, device=images.device)
            changed[rows], inside[rows] = maker(images[rows], others[picked], generator)
    changed = changed.clamp(0, 1)
    change = smoothed((changed - images).abs().amax(dim=1, keepdim=True), 1.0)
    return changed, ((change > VISIBLE * spread(images)) & (inside > RADIUS[0])).float()


def rolled(images: Tensor, generator: Generator) -> Tensor:
    """Shift all images (N, C, H, W) by as much, anywhere; what leaves at one edge comes back at the other."""
    height, width = images.shape[2:]
    down, right = uniform((2,), 0, 1, generator).tolist()
    return images.roll((int(down * height), int(right * width)), dims=(2, 3))


def _spots(images: Tensor, generator: Generator) -> Tensor:
    return spots(len(images), tuple(images.shape[2:]), RADIUS, generator)


def _boxes(images: Tensor, sides: tuple[float, float], generator: Generator) -> Tensor:
    """Draw upright rectangles (N, 1, H, W), 0 or 1, with sides of least to most, as shares of the shorter side."""
    count, _, height, width = images.shape
    inside = 1.0
    for places, size in zip(pixels(height, width, generator), (height, width), strict=True):
        side = uniform((count, 1, 1, 1), *sides, generator) * min(height, width)
        first = uniform((count, 1, 1, 1), 0, 1, generator) * (size - side)
        inside = inside * ((places >= first) & (places < first + side))
    return inside.float()


def _colour(images: Tensor, generator: Generator) -> Tensor:
    """Draw a colour for each image, as large as it: grey, 0.8 to 3 sds off its mean, or any."""
    count, channels = images.shape[:2]
    mean = images.mean(dim=(2, 3), keepdim=True)
    sign = torch.where(chance(count, 0.5, generator), -1.0, 1.0)
    grey = mean + sign * uniform((count, 1, 1, 1), 0.8, 3, generator) * spread(images)
    any_colour = uniform((count, channels, 1, 1), 0, 1, generator)
    return torch.where(chance(count, 0.6, generator), grey, any_colour).clamp(0, 1).expand_as(images)
