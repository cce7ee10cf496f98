// The list without the mouse: J and K go through the rows, T ticks one, / goes to the search and ↓ from there to what was found,
// X to the next candidate. Tab reaches all of it too.

import { isTyping } from "./site.js";

const rows = () => [...document.querySelectorAll(".inbox .row")];
const here = () => document.activeElement.closest(".inbox .row");

function step(by) {
  const all = rows();
  const at = all.indexOf(here());
  all[Math.max(0, Math.min(all.length - 1, at + by))]?.querySelector("a").focus();
}

function tick() {
  here()?.querySelector("[name=session]")?.click();
}

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  t: tick,
  "/": () => document.getElementById("q").select(),
  x: () => document.querySelector("a[data-next]")?.click(),
};

document.addEventListener("keydown", (event) => {
  const isLeavingSearch = event.target.id === "q" && event.key === "ArrowDown";
  const act = isLeavingSearch ? KEYS.j : !isTyping(event) && KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
