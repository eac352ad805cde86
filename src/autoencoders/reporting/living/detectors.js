// The detectors of a one-class study: a threshold to move, and verdicts on what is drawn.
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
      const unit = way * (middle - 36) / Math.max(...counts, 1);
      context.fillStyle = colour(name);
      counts.forEach((count, place) => context.fillRect(place * bin + 1, middle, bin - 2, unit * count));
      context.font = "26px system-ui, sans-serif";
      context.fillText(way < 0 ? "normal" : "anomalies", 4, way < 0 ? 26 : height - 10);
    });
    context.fillStyle = colour("--ink");
    const line = Math.min(across(threshold) * width, width - 5);
    context.fillRect(line, 0, 5, height);
    context.textAlign = line > width / 2 ? "right" : "left";
    context.fillText("flagged →", line + (line > width / 2 ? -12 : 16), 26);
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
      const mistake = side ? "0" : "1"; // a normal image flagged, or an anomaly passed
      const wrong = sides[side].flatMap((place, position) => (own.flags[place] === mistake ? [position] : []));
      mosaic(find(name), [sides[side].map((place) => all[place])], exhibit.shape, 48, wrong);
    });
  };
  const set = () => {
    const mark = marks()[slider.value];
    slider.setAttribute("aria-valuetext", `threshold ${short(mark.threshold)}`);
    const counts = [
      ["false_alarms", "normal", "false alarms: normal images flagged"],
      ["misses", "anomalies", "misses: anomalies not flagged"],
    ];
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
      const [style, word] = value > limit ? ["flags", "flagged"] : ["passes", "passes"];
      const verdict = document.createElement("span");
      verdict.className = style;
      verdict.textContent = limit ? `${word} (${(value / limit).toPrecision(2)})` : "no such threshold";
      verdict.dataset.score = value;
      return [named(picture(restored, exhibit.shape), `reconstruction by ${name}`), verdict];
    })])));
  };
  slider.addEventListener("input", set);
  ["detector", "turn"].forEach((name) => find(name).addEventListener("change", fill));
  redrawers.push(set);
  const wrong = ({ rules: own }) => Math.max(...own.misses, 0);
  const turns = Object.entries(exhibit.detectors[find("detector").value]);
  const [hardest] = turns.sort(([, one], [, other]) => wrong(other) - wrong(one))[0];
  find("turn").value = hardest;
  fill();
  pad(root, exhibit, all, (image) => { mine = image; judge(); });
};
