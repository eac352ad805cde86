// Exhibits come to life when they come near.
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
document.querySelectorAll("[data-living=guess]").forEach(guess);
document.querySelectorAll(".living").forEach((root) => coming.observe(root));
