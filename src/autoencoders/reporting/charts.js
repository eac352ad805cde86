// The library of charts is unpacked when the first chart comes near.
const unpack = async () => {
  const packed = document.getElementById("plotly").textContent;
  const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const script = document.createElement("script");
  script.textContent = await new Response(plain).text();
  document.head.append(script);
};
let unpacked;

// Charts wear the colours of the page: black becomes its ink, and points have an edge where they would be hard to see.
const worn = ({ data, layout }) => {
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const ink = colour("--ink");
  const trace = ({ line, marker, ...one }) => ({
    ...one,
    ...(line && { line: line.color === "#000000" ? { ...line, color: ink } : line }),
    ...(marker && { marker: { ...marker, line: { color: colour("--faint"), width: 0.5 } } }),
  });
  const axis = ([name, one]) => [name, /^[xy]axis/.test(name) ? { ...one, gridcolor: colour("--line") } : one];
  const page = { paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", font: { ...layout.font, color: ink } };
  return [data.map(trace), { ...Object.fromEntries(Object.entries(layout).map(axis)), ...page }];
};
const told = (plot) => JSON.parse(plot.nextElementSibling.textContent);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  document.querySelectorAll(".js-plotly-plot").forEach((plot) => Plotly.react(plot, ...worn(told(plot))));
});

// Charts are drawn when they come near; a point that carries an image shows it beside the pointer.
const thumbnail = document.getElementById("thumbnail");
const show = ({ points, event }) => {
  if (!String(points[0].customdata).startsWith("data:image/png;base64,")) return;
  thumbnail.src = points[0].customdata;
  thumbnail.style.left = `${Math.min(event.clientX + 16, innerWidth - 100)}px`;
  thumbnail.style.top = `${Math.max(event.clientY - 100, 4)}px`;
  thumbnail.hidden = false;
};
const draw = async (plot) => {
  await (unpacked ??= unpack());
  const options = { responsive: true, displaylogo: false, modeBarButtonsToRemove: ["select2d", "lasso2d"] };
  await Plotly.newPlot(plot, ...worn(told(plot)), options);
  plot.on("plotly_hover", show);
  plot.on("plotly_click", show);
  plot.on("plotly_unhover", () => { thumbnail.hidden = true; });
};
const near = new IntersectionObserver((seen) => seen.filter((one) => one.isIntersecting).forEach((one) => {
  near.unobserve(one.target);
  draw(one.target);
}), { rootMargin: "600px" });
document.querySelectorAll(".plot").forEach((plot) => near.observe(plot));
