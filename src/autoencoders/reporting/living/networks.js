// Networks that run in the page: linear layers and activations, as evaluation/portable.py packs them.
const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const numbers = (packed) => Float64Array.from(new Int16Array(bytes(packed.int16).buffer), (one) => one * packed.scale);

const erf = (x) => { // Abramowitz and Stegun 7.1.26, off by at most 1.5e-7
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const tail = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(x) * (1 - tail * Math.exp(-x * x));
};
const ACTIVATIONS = {
  identity: (x) => x,
  relu: (x) => Math.max(x, 0),
  leaky_relu: (x) => (x > 0 ? x : 0.01 * x),
  gelu: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
};
const unpacked = ({ weight, bias, activation }) => ({
  weight: numbers(weight), bias: numbers(bias), activate: ACTIVATIONS[activation],
});
const through = (layers, input) => layers.reduce((x, { weight, bias, activate }) => bias.map((sum, row) => {
  const start = row * x.length;
  for (let column = 0; column < x.length; column += 1) sum += weight[start + column] * x[column];
  return activate(sum);
}), input);

// Images are intensities in [0, 1], codes are arrays; a network may see other units.
const network = ({ encoder, decoder, shift, spread }) => {
  const [down, up] = [encoder.map(unpacked), decoder.map(unpacked)];
  return {
    encode: (image) => through(down, image.map((value) => (value - shift) / spread)),
    decode: (code) => through(up, Float64Array.from(code)).map((value) => value * spread + shift),
  };
};
const lazily = (make) => { let made; return () => (made ??= make()); };
const mse = (one, other) => one.reduce((sum, value, place) => sum + (value - other[place]) ** 2, 0) / one.length;

// The score `restoration`, see detection/scores/restoration.py.
const score = (formula, image, restored, [channels, height, width]) => {
  const along = (values, count, step, line) => { // smooth one line of pixels, black beyond its ends
    const { smoothing } = formula;
    const reach = (smoothing.length - 1) / 2;
    const before = Array.from({ length: count }, (_, place) => values[line + place * step]);
    for (let place = 0; place < count; place += 1) {
      let sum = 0;
      smoothing.forEach((weight, tap) => { sum += weight * (before[place + tap - reach] ?? 0); });
      values[line + place * step] = sum;
    }
  };
  const residual = restored.map((value, place) => value - image[place]);
  let edges = 0;
  for (let channel = 0; channel < channels; channel += 1) {
    const corner = channel * height * width;
    for (let row = 0; row < height; row += 1) {
      for (let column = 0; column < width; column += 1) {
        const place = corner + row * width + column;
        if (row + 1 < height) edges += (image[place + width] - image[place]) ** 2;
        if (column + 1 < width) edges += (image[place + 1] - image[place]) ** 2;
      }
    }
    if (!formula.smoothing.length) continue;
    for (let row = 0; row < height; row += 1) along(residual, width, 1, corner + row * width);
    for (let column = 0; column < width; column += 1) along(residual, height, width, corner + column);
  }
  const mean = (sum) => sum / image.length;
  const square = (values) => mean(values.reduce((sum, value) => sum + value * value, 0));
  return square(residual) / Math.max(square(image), formula.least) ** formula.energy
    / Math.max(mean(edges), formula.least) ** formula.edges;
};
