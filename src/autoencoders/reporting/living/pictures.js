// Images, colours and small parts of a page.
const paint = (canvas, image, [channels, height, width]) => {
  canvas.width = width;
  canvas.height = height;
  const pixels = new ImageData(width, height);
  const size = height * width;
  for (let place = 0; place < size; place += 1) {
    for (let colour = 0; colour < 3; colour += 1) {
      pixels.data[4 * place + colour] = 255 * image[place + (channels === 3 ? colour * size : 0)];
    }
    pixels.data[4 * place + 3] = 255;
  }
  canvas.getContext("2d").putImageData(pixels, 0, 0);
  return canvas;
};
const picture = (image, shape) => paint(document.createElement("canvas"), image, shape);

// Paint images side by side in rows; those at marked places get a frame.
const mosaic = (canvas, rows, shape, cell, marked = []) => {
  const side = cell + 6;
  canvas.width = Math.max(...rows.map((row) => row.length)) * side || side;
  canvas.height = rows.length * side;
  const context = canvas.getContext("2d");
  context.imageSmoothingEnabled = false;
  rows.forEach((row, down) => row.forEach((image, right) => {
    if (marked.includes(right)) {
      context.fillStyle = colour("--alarm");
      context.fillRect(right * side, down * side, side, side);
    }
    context.drawImage(picture(image, shape), right * side + 3, down * side + 3, cell, cell);
  }));
};
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim() || "#888";
const CLASSES = "#332288 #88CCEE #117733 #DDCC77 #CC6677 #AA4499 #44AA99 #999933 #882255 #888888".split(" ");
const probe = document.createElement("i");
const ofClass = lazily(() => { // as in the figures, nearer to the ink, so that they show on any paper
  document.body.append(probe);
  return (label) => {
    probe.style.color = `color-mix(in srgb, ${CLASSES[label % CLASSES.length]} 65%, var(--ink))`;
    return getComputedStyle(probe).color;
  };
});
const fit = (canvas, ratio) => { // two pixels of it to each of the page, so that text is as large on a phone
  canvas.width = 2 * (canvas.clientWidth || 400);
  canvas.height = Math.round(canvas.width * ratio);
  return canvas.getContext("2d");
};
const redrawers = [];
const redraw = () => redrawers.forEach((one) => one());
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
addEventListener("resize", redraw);
new MutationObserver(redraw).observe(document.documentElement, { attributes: true });

const images = ({ images: packed, shape, intensity, labels }) => {
  const [all, size] = [bytes(packed), shape.reduce((one, other) => one * other)];
  const part = (place) => all.subarray(place * size, (place + 1) * size);
  return labels.map((_, place) => Float64Array.from(part(place), (one) => one / intensity));
};
const short = (number) => Number(number.toPrecision(3)).toString();
const press = (buttons, chosen) => buttons.forEach((one) => one.setAttribute("aria-pressed", one === chosen));
const random = (count) => Math.floor(Math.random() * count);
const row = (cells) => {
  const made = document.createElement("tr");
  made.append(...cells.map((content, place) => {
    const cell = document.createElement(place ? "td" : "th");
    cell.append(content);
    return cell;
  }));
  return made;
};
const named = (canvas, text) => {
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", text);
  return canvas;
};
