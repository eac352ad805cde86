// Tables are sorted by a click on a heading: numbers by size, the largest first, and words from A to Z.
const sort = (heading) => {
  const body = heading.closest("table").tBodies[0];
  const place = heading.cellIndex;
  const key = (row) => row.cells[place].textContent.trim();
  const rows = [...body.rows];
  const numeric = rows.every((row) => key(row) === "–" || !Number.isNaN(Number.parseFloat(key(row))));
  const falls = heading.ariaSort === "none" ? numeric : heading.ariaSort === "ascending";
  const number = (row) => Number.parseFloat(key(row).replace("–", falls ? "-Infinity" : "Infinity"));
  rows.sort((a, b) => (numeric ? number(a) - number(b) || 0 : key(a).localeCompare(key(b))) * (falls ? -1 : 1));
  heading.parentElement.querySelectorAll("th").forEach((other) => { other.ariaSort = "none"; });
  heading.ariaSort = falls ? "descending" : "ascending";
  body.append(...rows);
};
document.querySelectorAll("table.sortable thead th").forEach((heading) => {
  heading.ariaSort = "none";
  heading.tabIndex = 0;
  heading.title = "Sort";
  heading.addEventListener("click", () => sort(heading));
  heading.addEventListener("keydown", (event) => { if (event.key === "Enter") sort(heading); });
});

// Pictures fill the window at a click, and go back at another.
const enlarged = document.getElementById("enlarged");
document.querySelectorAll(".picture img").forEach((picture) => {
  picture.classList.add("can-enlarge");
  picture.tabIndex = 0;
  const enlarge = () => {
    Object.assign(enlarged.firstElementChild, { src: picture.src, alt: picture.alt });
    enlarged.showModal();
  };
  picture.addEventListener("click", enlarge);
  picture.addEventListener("keydown", (event) => { if (event.key === "Enter") enlarge(); });
});
enlarged.addEventListener("click", () => enlarged.close());

// A link into what is folded, and paper, unfold it.
const unfold = () => {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  for (let one = target; one; one = one.parentElement) if (one.tagName === "DETAILS") one.open = true;
};
addEventListener("hashchange", unfold);
unfold();
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((one) => { one.open = true; }));
