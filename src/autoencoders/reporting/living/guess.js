// Guess first: until a name is chosen the ranking is hidden, and so is the rest of the section (living.css).
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
    const verdict = button.value === best ? `Right: ${best}.` : `No, it is ${best}. Did you expect that?`;
    root.querySelector(".verdict").textContent = verdict;
  }));
};
