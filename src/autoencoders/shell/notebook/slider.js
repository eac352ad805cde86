// A map of codes with two sliders, and the image that the decoder makes of the point between them.
const COLOURS = ["#4e79a7", "#f28e2b", "#e15759", "#76b7b2", "#59a14f", "#edc948", "#b07aa1", "#ff9da7", "#9c755f", "#777777"];
const SIDE = 320;
place.style.cssText = "display:flex;flex-wrap:wrap;gap:28px;align-items:center;font:14px sans-serif;padding:6px";
const map = add(place, "canvas", `width:${SIDE}px;height:${SIDE}px;border:1px solid #bbb;background:#fff;cursor:crosshair`);
map.width = map.height = SIDE;
const column = add(place, "div", "display:flex;flex-direction:column;gap:8px");
const decoded = image(column, 200);
const sliders = ["first number", "second number"].map((name) => {
  const label = add(column, "label", "display:flex;gap:8px;align-items:center");
  add(label, "span", "width:8em;white-space:nowrap", name);
  const slider = add(label, "input", "width:130px");
  Object.assign(slider, { type: "range", min: 0, max: data.steps - 1, value: (data.steps - 1) / 2 });
  return Object.assign(slider, { shown: add(label, "output", "width:4em;text-align:right") });
});
const legend = add(place, "div", "line-height:1.6");
for (const label of [...new Set(data.labels)].sort((a, b) => a - b)) {
  const line = add(legend, "div");
  add(line, "span", `display:inline-block;width:10px;height:10px;border-radius:5px;background:${COLOURS[label % 10]}`);
  add(line, "span", "margin-left:6px", String(label));
}

const along = (axis, value) => ((value - data.low[axis]) / (data.high[axis] - data.low[axis])) * SIDE;

const show = () => {
  const steps = sliders.map((slider) => Number(slider.value));
  draw(decoded, steps[1] * data.steps + steps[0]);
  const values = steps.map((step, axis) => data.low[axis] + (step / (data.steps - 1)) * (data.high[axis] - data.low[axis]));
  sliders.forEach((slider, axis) => (slider.shown.textContent = values[axis].toFixed(2)));
  const pen = map.getContext("2d");
  pen.clearRect(0, 0, SIDE, SIDE);
  data.codes.forEach(([x, y], index) => {
    pen.fillStyle = COLOURS[data.labels[index] % 10];
    pen.beginPath();
    pen.arc(along(0, x), SIDE - along(1, y), 3, 0, 7);
    pen.fill();
  });
  const [x, y] = [along(0, values[0]), SIDE - along(1, values[1])];
  pen.strokeStyle = "#000";
  pen.lineWidth = 1.5;
  pen.strokeRect(x - 7, y - 7, 14, 14);
};

const move = (event) => {
  if (event.type === "pointermove" && !event.buttons) return;
  const steps = data.steps - 1;
  sliders[0].value = Math.round((event.offsetX / SIDE) * steps);
  sliders[1].value = Math.round((1 - event.offsetY / SIDE) * steps);
  show();
};

map.addEventListener("pointerdown", move);
map.addEventListener("pointermove", move);
sliders.forEach((slider) => slider.addEventListener("input", show));
show();
