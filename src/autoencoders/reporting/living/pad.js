// A pad to draw on, whose strokes become an image like those of the dataset.
const ROUND = { lineCap: "round", lineJoin: "round", strokeStyle: "#fff" };
const FINE = 8; // places along a pixel at which strokes are sampled
// Strokes in any unit become an image as large, as thick and at the same place as those of the dataset.
const rasterise = (strokes, [, height, width], pen) => {
  const points = strokes.flat();
  const ends = [0, 1].map((axis) => points.map((point) => point[axis]));
  const [low, high] = [Math.min, Math.max].map((end) => ends.map((values) => end(...values)));
  const longer = Math.max(high[0] - low[0], high[1] - low[1]);
  const scale = longer ? Math.max(pen.extent - pen.width, 1) / longer : 0;
  let [left, top] = [pen.column, pen.row];
  let image;
  for (let turn = 0; turn < 2; turn += 1) { // the second one moves the centre of mass to its place
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [width * FINE, height * FINE];
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.setTransform(FINE, 0, 0, FINE, 0, 0);
    Object.assign(context, { ...ROUND, lineWidth: pen.width });
    const at = ([x, y]) => [left + (x - (low[0] + high[0]) / 2) * scale, top + (y - (low[1] + high[1]) / 2) * scale];
    strokes.forEach((stroke) => {
      context.beginPath();
      context.moveTo(...at(stroke[0]));
      stroke.forEach((point) => context.lineTo(...at(point)));
      context.stroke();
    });
    image = averaged(context.getImageData(0, 0, canvas.width, canvas.height), width, height);
    const ink = image.reduce((sum, value) => sum + value, 0) || 1;
    left += pen.column - image.reduce((sum, value, place) => sum + value * ((place % width) + 0.5), 0) / ink;
    top += pen.row - image.reduce((sum, value, place) => sum + value * (Math.floor(place / width) + 0.5), 0) / ink;
  }
  return image;
};
const averaged = ({ data, width: fine }, width, height) => Float64Array.from({ length: width * height }, (_, place) => {
  const [row, column] = [Math.floor(place / width), place % width];
  let sum = 0;
  for (let down = 0; down < FINE; down += 1) {
    for (let right = 0; right < FINE; right += 1) sum += data[4 * ((row * FINE + down) * fine + column * FINE + right)];
  }
  return sum / (255 * FINE * FINE);
});

// A pad to draw on; what is drawn on one shows on all pads of the page.
const pads = [];
let drawing = []; // strokes, each a list of places as shares of the pad
const pad = (root, exhibit, all, judge) => {
  const canvas = root.querySelector(".pad");
  if (!canvas) return;
  const context = canvas.getContext("2d");
  const seen = root.querySelector(".seen");
  const show = (image) => {
    if (image) paint(seen, image, exhibit.shape);
    else seen.getContext("2d").clearRect(0, 0, seen.width, seen.height);
    judge(image);
  };
  const drawn = () => {
    context.clearRect(0, 0, canvas.width, canvas.height);
    Object.assign(context, { ...ROUND, lineWidth: canvas.width * exhibit.pen.width / exhibit.pen.extent });
    drawing.forEach((stroke) => {
      context.beginPath();
      stroke.forEach(([x, y], place) => context[place ? "lineTo" : "moveTo"](x * canvas.width, y * canvas.height));
      if (stroke.length === 1) context.lineTo(stroke[0][0] * canvas.width, stroke[0][1] * canvas.height);
      context.stroke();
    });
    if (!drawing.length) {
      Object.assign(context, { fillStyle: "#999", font: "34px system-ui, sans-serif", textAlign: "center" });
      context.fillText("draw here", canvas.width / 2, canvas.height / 2);
    }
    show(drawing.length ? rasterise(drawing, exhibit.shape, exhibit.pen) : null);
  };
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  };
  const tell = () => pads.forEach((one) => one());
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    drawing = [...drawing, [place(event)]];
    tell();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    drawing.at(-1).push(...(event.getCoalescedEvents?.() ?? [event]).map(place), place(event));
    tell();
  });
  root.querySelector(".clear").addEventListener("click", () => { drawing = []; tell(); });
  root.querySelector(".take").addEventListener("click", () => {
    context.clearRect(0, 0, canvas.width, canvas.height);
    show(all[random(all.length)]);
  });
  pads.push(drawn);
  drawn();
};
