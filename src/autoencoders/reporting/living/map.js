// The map of codes of two numbers: a point to move, ways between images, a pad to draw on.
const MARGIN = 0.06;
const STEPS = 9; // images on the way from A to B
const EVERYWHERE = 16; // images along a side of the map
const everywhere = (decode, sides, shape) => { // what is decoded all over the map, in one picture
  const [canvas, [, height, width]] = [document.createElement("canvas"), shape];
  [canvas.width, canvas.height] = [EVERYWHERE * width, EVERYWHERE * height];
  const context = canvas.getContext("2d");
  for (let down = 0; down < EVERYWHERE; down += 1) {
    for (let right = 0; right < EVERYWHERE; right += 1) {
      const shares = [right + 0.5, EVERYWHERE - down - 0.5];
      const code = sides.map(([low, high], axis) => low + shares[axis] / EVERYWHERE * (high - low));
      context.drawImage(picture(decode(code), shape), right * width, down * height);
    }
  }
  return canvas;
};
const map = (root, exhibit) => {
  const find = (name) => root.querySelector(`.${name}`);
  const [canvas, where, way] = [find("map"), find("where"), find("way")];
  const all = images(exhibit);
  const views = Object.fromEntries(Object.entries(exhibit.networks).map(([name, packed]) => [name, lazily(() => {
    const made = network(packed);
    const codes = all.map(made.encode);
    const sides = [0, 1].map((axis) => {
      const values = codes.map((code) => code[axis]).sort((one, other) => one - other);
      const room = (values.at(-1) - values[0]) * MARGIN || 1;
      return [values[0] - room, values.at(-1) + room];
    });
    return { ...made, codes, sides, everywhere: lazily(() => everywhere(made.decode, sides, exhibit.shape)) };
  })]));
  let [name, point, ends, mine] = [Object.keys(views)[0], null, [0, 1], null];
  const view = () => views[name]();
  const ofAll = (end, code) => { // the image whose code is the nearest (Math.min) or the farthest (Math.max)
    const { codes, sides } = view();
    const far = codes.map((one) => sides.reduce(
      (sum, [low, high], axis) => sum + ((one[axis] - code[axis]) / (high - low)) ** 2, 0));
    return far.indexOf(end(...far));
  };
  const near = (code) => ofAll(Math.min, code);
  const onCanvas = (code) => view().sides.map(([low, high], axis) => {
    const share = (code[axis] - low) / (high - low);
    return (axis ? 1 - share : share) * canvas.width;
  });
  const offCanvas = (x, y) => view().sides.map(([low, high], axis) => {
    const share = Math.min(Math.max(axis ? 1 - y : x, 0), 1);
    return low + share * (high - low);
  });

  const drawMap = () => {
    const context = fit(canvas, 1);
    context.imageSmoothingEnabled = false;
    Object.assign(context, { font: "600 22px system-ui, sans-serif", textAlign: "center", textBaseline: "middle" });
    if (find("everywhere").checked) context.drawImage(view().everywhere(), 0, 0, canvas.width, canvas.height);
    else {
      view().codes.forEach((code, place) => {
        context.fillStyle = ofClass()(exhibit.labels[place]);
        context.fillText(exhibit.labels[place], ...onCanvas(code));
      });
    }
    drawEnds(context, ends.map((place) => onCanvas(view().codes[place])));
    Object.assign(context, { strokeStyle: colour("--alarm"), lineWidth: 6 });
    if (mine) {
      const [x, y] = onCanvas(view().encode(mine)).map((value) => Math.min(Math.max(value, 12), canvas.width - 12));
      context.stroke(new Path2D(`M${x - 12} ${y - 12}l24 24m0 -24l-24 24`));
    }
    context.beginPath();
    context.arc(...onCanvas(point), 17, 0, 2 * Math.PI);
    context.stroke();
  };
  const drawEnds = (context, [start, end]) => {
    Object.assign(context, { strokeStyle: colour("--blue"), fillStyle: colour("--blue"), lineWidth: 3 });
    context.font = "700 26px system-ui, sans-serif";
    context.setLineDash([8, 8]);
    context.stroke(new Path2D(`M${start}L${end}`));
    context.setLineDash([]);
    [["A", start], ["B", end]].forEach(([text, [x, y]]) => {
      context.fillText(text, Math.min(x + 20, canvas.width - 14), Math.max(y - 20, 16));
    });
  };
  const move = (code) => {
    point = code;
    const nearest = near(code);
    paint(find("decoded"), view().decode(code), exhibit.shape);
    paint(find("nearest"), all[nearest], exhibit.shape);
    const label = exhibit.classes[exhibit.labels[nearest]];
    where.textContent = `code (${code.map(short).join(", ")}); nearest test image: ${label}`;
    where.dataset.code = JSON.stringify(code);
    drawMap();
  };
  const between = (share, [one, other]) => one.map((value, place) => value + share * (other[place] - value));
  const drawWay = () => {
    const codes = ends.map((place) => [...view().codes[place]]);
    const shares = Array.from({ length: STEPS }, (_, step) => step / (STEPS - 1));
    const decoded = shares.map((share) => view().decode(between(share, codes)));
    const faded = shares.map((share) => between(share, ends.map((place) => all[place])));
    mosaic(find("strips"), [decoded, faded], exhibit.shape, 56);
    way.oninput = () => move(between(way.value / 100, codes));
  };
  const choose = (place, image) => {
    ends = ends.map((end, which) => (which === place ? image : end));
    drawWay();
    drawMap();
  };
  const pair = (first, second) => {
    ends = [first, second];
    way.value = 0;
    drawWay();
    move([...view().codes[first]]);
  };

  const buttons = [...root.querySelectorAll(".network")];
  buttons.forEach((button) => button.addEventListener("click", () => {
    const followed = near(point); // the same image, wherever the other network puts it
    name = button.value;
    press(buttons, button);
    drawWay();
    move([...view().codes[followed]]);
  }));
  const follow = (event) => {
    const box = canvas.getBoundingClientRect();
    move(offCanvas((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height));
  };
  canvas.addEventListener("pointerdown", (event) => { canvas.setPointerCapture(event.pointerId); follow(event); });
  canvas.addEventListener("pointermove", (event) => { if (canvas.hasPointerCapture(event.pointerId)) follow(event); });
  const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  canvas.addEventListener("keydown", (event) => {
    const step = KEYS[event.key];
    if (!step) return;
    event.preventDefault();
    move(view().sides.map(([low, high], axis) => {
      const moved = point[axis] + step[axis] * (high - low) * (event.shiftKey ? 0.1 : 0.02);
      return Math.min(Math.max(moved, low), high);
    }));
  });
  find("everywhere").addEventListener("change", drawMap);
  find("start").addEventListener("click", () => choose(0, near(point)));
  find("end").addEventListener("click", () => choose(1, near(point)));
  find("pair").addEventListener("click", () => pair(random(all.length), random(all.length)));
  redrawers.push(drawMap);
  pair(0, ofAll(Math.max, view().codes[0]));
  pad(root, exhibit, all, (image) => {
    mine = image;
    const rows = image ? Object.entries(views) : [];
    root.querySelector(".answers tbody").replaceChildren(...rows.map(([title, made]) => {
      const code = made().encode(image);
      const restored = made().decode(code);
      const shown = named(picture(restored, exhibit.shape), `reconstruction by ${title}`);
      return row([title, shown, `(${[...code].map(short).join(", ")})`, short(mse(image, restored))]);
    }));
    drawMap();
  });
};
