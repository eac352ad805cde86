// Living exhibits of a report: the networks run here, in the page. Python makes the data; see reporting/living.
"use strict";
(() => {
  // ------------------------------------------------------------------------------------------------ networks
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
    for (let column = 0, place = row * x.length; column < x.length; column += 1) sum += weight[place + column] * x[column];
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

  // ------------------------------------------------------------------------------------------------- pictures
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
    return labels.map((_, place) => Float64Array.from(all.subarray(place * size, (place + 1) * size), (one) => one / intensity));
  };
  const short = (number) => Number(number.toPrecision(3)).toString();
  const press = (buttons, chosen) => buttons.forEach((one) => one.setAttribute("aria-pressed", one === chosen));
  const random = (count) => Math.floor(Math.random() * count);

  // ------------------------------------------------------------------------------------------------- drawing
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
      Object.assign(context, { lineWidth: pen.width, lineCap: "round", lineJoin: "round", strokeStyle: "#fff" });
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
  const pad = (root, exhibit, all, judge) => {
    const canvas = root.querySelector(".pad");
    if (!canvas) return;
    const context = canvas.getContext("2d");
    const seen = root.querySelector(".seen");
    let strokes = [];
    const show = (image) => {
      if (image) paint(seen, image, exhibit.shape);
      else seen.getContext("2d").clearRect(0, 0, seen.width, seen.height);
      judge(image);
    };
    const drawn = (given) => {
      strokes = given;
      context.clearRect(0, 0, canvas.width, canvas.height);
      Object.assign(context, { lineWidth: canvas.width * exhibit.pen.width / exhibit.pen.extent, lineCap: "round", lineJoin: "round", strokeStyle: "#fff" });
      strokes.forEach((stroke) => {
        context.beginPath();
        stroke.forEach(([x, y], place) => context[place ? "lineTo" : "moveTo"](x * canvas.width, y * canvas.height));
        if (stroke.length === 1) context.lineTo(stroke[0][0] * canvas.width, stroke[0][1] * canvas.height);
        context.stroke();
      });
      if (!strokes.length) {
        Object.assign(context, { fillStyle: "#999", font: "34px system-ui, sans-serif", textAlign: "center" });
        context.fillText("draw here", canvas.width / 2, canvas.height / 2);
      }
      show(strokes.length ? rasterise(strokes, exhibit.shape, exhibit.pen) : null);
    };
    const place = (event) => {
      const box = canvas.getBoundingClientRect();
      return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    };
    const tell = () => pads.forEach((one) => one(strokes));
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      strokes = [...strokes, [place(event)]];
      tell();
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!canvas.hasPointerCapture(event.pointerId)) return;
      strokes.at(-1).push(...(event.getCoalescedEvents?.() ?? [event]).map(place), place(event));
      tell();
    });
    root.querySelector(".clear").addEventListener("click", () => { strokes = []; tell(); });
    root.querySelector(".take").addEventListener("click", () => {
      strokes = [];
      context.clearRect(0, 0, canvas.width, canvas.height);
      show(all[random(all.length)]);
    });
    pads.push(drawn);
    drawn(strokes);
  };

  // -------------------------------------------------------------------------------------------- map of codes
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
      Object.assign(context, { font: "600 22px system-ui, sans-serif", textAlign: "center", textBaseline: "middle" });
      context.imageSmoothingEnabled = false;
      if (find("everywhere").checked) context.drawImage(view().everywhere(), 0, 0, canvas.width, canvas.height);
      else {
        view().codes.forEach((code, place) => {
          context.fillStyle = ofClass()(exhibit.labels[place]);
          context.fillText(exhibit.labels[place], ...onCanvas(code));
        });
      }
      Object.assign(context, { strokeStyle: colour("--blue"), fillStyle: colour("--blue"), lineWidth: 3 });
      const [start, end] = ends.map((place) => onCanvas(view().codes[place]));
      context.setLineDash([8, 8]);
      context.beginPath();
      context.moveTo(...start);
      context.lineTo(...end);
      context.stroke();
      context.setLineDash([]);
      context.font = "700 26px system-ui, sans-serif";
      [["A", start], ["B", end]].forEach(([text, [x, y]]) => context.fillText(text, Math.min(x + 20, canvas.width - 14), Math.max(y - 20, 16)));
      context.strokeStyle = colour("--alarm");
      if (mine) {
        const [x, y] = onCanvas(view().encode(mine)).map((value) => Math.min(Math.max(value, 12), canvas.width - 12));
        context.lineWidth = 6;
        context.beginPath();
        [[-12, 12], [12, 12]].forEach(([dx, dy]) => { context.moveTo(x - dx, y - dy); context.lineTo(x + dx, y + dy); });
        context.stroke();
      }
      context.lineWidth = 6;
      context.beginPath();
      context.arc(...onCanvas(point), 17, 0, 2 * Math.PI);
      context.stroke();
    };
    const move = (code) => {
      point = code;
      const nearest = near(code);
      paint(find("decoded"), view().decode(code), exhibit.shape);
      paint(find("nearest"), all[nearest], exhibit.shape);
      where.textContent = `code (${code.map(short).join(", ")}); nearest test image: ${exhibit.classes[exhibit.labels[nearest]]}`;
      where.dataset.code = JSON.stringify(code);
      drawMap();
    };
    const between = (share, [one, other]) => one.map((value, place) => value + share * (other[place] - value));
    const drawWay = () => {
      const codes = ends.map((place) => [...view().codes[place]]);
      const shares = Array.from({ length: STEPS }, (_, step) => step / (STEPS - 1));
      const decoded = shares.map((share) => view().decode(between(share, codes)));
      mosaic(find("strips"), [decoded, shares.map((share) => between(share, ends.map((place) => all[place])))], exhibit.shape, 56);
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
    const show = () => { move(point); drawWay(); };

    const buttons = [...root.querySelectorAll(".network")];
    buttons.forEach((button) => button.addEventListener("click", () => {
      const followed = point && near(point);
      name = button.value;
      press(buttons, button);
      point = [...view().codes[followed]];
      show();
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
        return row([title, picture(restored, exhibit.shape), `(${[...code].map(short).join(", ")})`, short(mse(image, restored))]);
      }));
      drawMap();
    });
  };
  const row = (cells) => {
    const made = document.createElement("tr");
    made.append(...cells.map((content, place) => {
      const cell = document.createElement(place ? "td" : "th");
      cell.append(content);
      return cell;
    }));
    return made;
  };

  // -------------------------------------------------------------------------------------------- detectors
  const BESIDE = 6; // images on each side of the threshold
  const detectors = (root, exhibit) => {
    const find = (name) => root.querySelector(`.${name}`);
    const [slider, rules] = [find("threshold"), find("rules")];
    const all = images(exhibit);
    let rule = null;
    const turn = () => exhibit.detectors[find("detector").value][find("turn").value];
    const marks = () => { // all places that the slider stops at: steps, and the rules' thresholds, in order
      const read = ({ thresholds, false_alarms: alarms, misses, names = [] }) => thresholds.map((threshold, place) => (
        { name: names[place], threshold, false_alarms: alarms[place], misses: misses[place] }));
      return [...read(turn()), ...read(turn().rules)].sort((one, other) => one.threshold - other.threshold);
    };
    const across = (threshold) => { // share of the histogram's width
      const [low, high] = turn().bounds;
      const by = turn().is_log ? Math.log : (value) => value;
      return Math.min(Math.max((by(threshold) - by(low)) / (by(high) - by(low) || 1), 0), 1);
    };
    const percent = (count, of) => `${count} of ${of} (${(100 * count / (of || 1)).toFixed(1)} %)`;

    const drawHistogram = (threshold) => {
      const canvas = find("histogram");
      const context = fit(canvas, canvas.clientWidth < 500 ? 0.45 : 0.27);
      const { width, height } = canvas;
      const [normal, anomalies] = turn().histogram;
      const bin = width / normal.length;
      const middle = height / 2;
      [[normal, "--blue", -1], [anomalies, "--alarm", 1]].forEach(([counts, name, way]) => {
        const most = Math.max(...counts, 1);
        context.fillStyle = colour(name);
        counts.forEach((count, place) => context.fillRect(place * bin + 1, middle, bin - 2, way * count / most * (middle - 36)));
        context.font = "26px system-ui, sans-serif";
        context.fillText(way < 0 ? "normal" : "anomalies", 4, way < 0 ? 26 : height - 10);
      });
      context.fillStyle = colour("--ink");
      context.fillRect(Math.min(across(threshold) * width, width - 5), 0, 5, height);
      context.textAlign = across(threshold) > 0.5 ? "right" : "left";
      context.fillText("flagged →", across(threshold) * width + (across(threshold) > 0.5 ? -12 : 16), 26);
      context.textAlign = "right";
      context.fillStyle = colour("--faint");
      context.fillText(`${turn().is_log ? "anomaly score (log scale)" : "anomaly score"} →`, width - 4, height - 10);
    };
    const beside = (threshold) => {
      const own = turn();
      const values = new Float32Array(bytes(own.scores).buffer);
      const order = [...values.keys()].sort((one, other) => values[one] - values[other]);
      const first = order.findIndex((place) => values[place] > threshold);
      const border = first < 0 ? order.length : first;
      const sides = [order.slice(Math.max(border - BESIDE, 0), border), order.slice(border, border + BESIDE)];
      ["passed", "flagged"].forEach((name, side) => {
        const wrong = sides[side].flatMap((place, position) => ((own.flags[place] === "1") === (side === 0) ? [position] : []));
        mosaic(find(name), [sides[side].map((place) => all[place])], exhibit.shape, 48, wrong);
      });
    };
    const set = () => {
      const mark = marks()[slider.value];
      slider.setAttribute("aria-valuetext", `threshold ${short(mark.threshold)}`);
      const counts = [["false_alarms", "normal", "false alarms: normal images flagged"], ["misses", "anomalies", "misses: anomalies not flagged"]];
      find("counts").replaceChildren(...counts.map(([name, of, text]) => {
        const line = document.createElement("div");
        const number = document.createElement("b");
        number.textContent = percent(mark[name], turn()[of]);
        number.className = name;
        line.append(number, ` ${text}`);
        return line;
      }));
      press([...rules.children], [...rules.children].find((one) => one.value === mark.name));
      drawHistogram(mark.threshold);
      beside(mark.threshold);
    };
    const follow = (chosen) => {
      rule = chosen;
      slider.value = marks().findIndex((mark) => mark.name === rule);
      set();
      judge();
    };
    const fill = () => {
      const own = turn();
      slider.max = marks().length - 1;
      rules.replaceChildren(...own.rules.names.map((name) => {
        const button = document.createElement("button");
        Object.assign(button, { type: "button", value: name, textContent: name });
        button.addEventListener("click", () => follow(name));
        return button;
      }));
      follow(own.rules.names.includes(rule) ? rule : own.rules.names[0]);
    };

    let mine = null;
    const judges = Object.entries(exhibit.networks).map(([name, turns]) => [
      name, Object.fromEntries(Object.entries(turns).map(([one, packed]) => [one, lazily(() => network(packed))]))]);
    const judge = () => {
      const table = root.querySelector(".answers tbody");
      if (!table) return;
      find("rule").textContent = rule;
      const turns = mine ? Object.keys(judges[0][1]) : [];
      table.replaceChildren(...turns.map((one) => row([one.replaceAll("_", " "), ...judges.flatMap(([name, networks]) => {
        const restored = networks[one]().decode(networks[one]().encode(mine));
        const value = score(exhibit.formula, mine, restored, exhibit.shape);
        const { names, thresholds } = exhibit.detectors[name][one].rules;
        const limit = thresholds[names.indexOf(rule)];
        const verdict = document.createElement("span");
        verdict.className = value > limit ? "flags" : "passes";
        verdict.textContent = limit === undefined ? "no such threshold" : `${value > limit ? "flagged" : "passes"} (${(value / limit).toPrecision(2)})`;
        verdict.dataset.score = value;
        return [picture(restored, exhibit.shape), verdict];
      })])));
    };
    slider.addEventListener("input", set);
    ["detector", "turn"].forEach((name) => find(name).addEventListener("change", fill));
    redrawers.push(set);
    const wrong = ({ rules: own }) => Math.max(...own.misses, 0);
    const [hardest] = Object.entries(exhibit.detectors[find("detector").value]).sort(([, one], [, other]) => wrong(other) - wrong(one))[0];
    find("turn").value = hardest;
    fill();
    pad(root, exhibit, all, (image) => { mine = image; judge(); });
  };

  // ------------------------------------------------------------------------------------------------ guesses
  const guess = (root) => {
    root.dataset.open = "";
    const choices = root.querySelector(".choices");
    const buttons = [...choices.children];
    const best = root.querySelector("li").dataset.name;
    choices.hidden = false;
    buttons.forEach((button) => button.addEventListener("click", () => {
      delete root.dataset.open;
      press(buttons, button);
      root.querySelectorAll("li").forEach((one) => one.toggleAttribute("data-chosen", one.dataset.name === button.value));
      root.querySelector(".verdict").textContent = button.value === best ? `Right: ${best}.` : `No, it is ${best}. Did you expect that?`;
    }));
  };

  // ------------------------------------------------------------------------------------- begin when it comes near
  const KINDS = { map, detectors };
  globalThis.living = { network, score }; // for tests, and for whoever wants the numbers
  const begin = (root) => {
    const stage = root.querySelector(".stage");
    stage.hidden = false;
    KINDS[root.dataset.living](root, JSON.parse(root.querySelector(":scope > script").textContent));
  };
  const coming = new IntersectionObserver((seen) => seen.filter((one) => one.isIntersecting).forEach(({ target }) => {
    coming.unobserve(target);
    begin(target);
  }), { rootMargin: "800px" });
  document.querySelectorAll("[data-living]").forEach((root) => (root.dataset.living === "guess" ? guess(root) : coming.observe(root)));
})();
