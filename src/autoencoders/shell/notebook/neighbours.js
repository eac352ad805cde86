// Images to click, each of which then shows those nearest to it.
place.style.cssText = "font:14px sans-serif;padding:6px";
const choice = add(place, "div", "display:flex;flex-wrap:wrap;gap:4px;max-width:720px");
const found = add(place, "div", "margin-top:14px;display:grid;grid-template-columns:max-content max-content;gap:8px 14px;align-items:center");

const row = (name, indices) => {
  add(found, "div", "", name);
  const line = add(found, "div", "display:flex;gap:4px");
  indices.forEach((index) => draw(image(line, 48), index));
};

const choose = (index) => {
  [...choice.children].forEach((one, number) => (one.style.outline = number === index ? "3px solid #f28e2b" : "none"));
  found.textContent = "";
  row("clicked", [index]);
  Object.entries(data.nearest).forEach(([name, nearest]) => row(`nearest by ${name}`, nearest[index]));
};

for (let index = 0; index < data.shown; index++) {
  const button = add(choice, "button", "all:unset;cursor:pointer;line-height:0");
  button.setAttribute("aria-label", `image ${index + 1}`);
  draw(image(button, 40), index);
  button.addEventListener("click", () => choose(index));
}
choose(0);
