// Scoring without the mouse: a digit scores the marked criterion and goes on, Enter submits, Enter opens the next candidate.
// The forms work without it.

import { isTyping, toast } from "./site.js";

const form = () => document.querySelector("[data-scoring]");
const groups = () => [...document.querySelectorAll("[data-scoring] [data-criterion]")];
const nameOf = (group) => group.querySelector("legend").firstChild.textContent.trim();
const isScored = (group) => group.querySelector("input:checked") !== null;
let marked = null;

function mark(group, scrolls = true) {
  marked = group?.dataset.criterion ?? null;
  for (const each of groups()) each.classList.toggle("now", each === group);
  if (group && scrolls) group.scrollIntoView({ block: "nearest" });
}

function markedGroup() {
  const all = groups();
  return all.find((group) => group.dataset.criterion === marked) ?? all.find((group) => !isScored(group)) ?? all[0];
}

function give(level) {
  const group = markedGroup();
  const choice = group?.querySelector(`input[value="${level}"]`);
  if (!choice) {
    const offered = [...(group?.querySelectorAll("input") ?? [])].map((input) => input.value).join(", ");
    if (group) toast(`“${nameOf(group)}” has no level ${level}. It has ${offered}.`);
    return;
  }
  if (!choice.checked) {
    choice.checked = true;
    choice.dispatchEvent(new Event("change", { bubbles: true }));
  }
  const all = groups();
  const after = all.slice(all.indexOf(group) + 1);
  mark(after.find((each) => !isScored(each)) ?? all.find((each) => !isScored(each)) ?? group);
}

function step(by) {
  const all = groups();
  const next = all[all.indexOf(markedGroup()) + by];
  if (next) mark(next);
}

function submit() {
  const open = groups().find((group) => !isScored(group));
  if (open) {
    mark(open);
    toast(`“${nameOf(open)}” has no level yet.`);
  } else form().requestSubmit(form().querySelector("[name=then]"));
}

document.addEventListener("keydown", (event) => {
  if (isTyping(event)) return;
  const isOnControl = event.target.closest("button, a, summary, [data-scrub], video, audio");
  if (/^[1-9]$/.test(event.key) && form()) give(event.key);
  else if (event.key === "Enter" && form() && !isOnControl) submit();
  else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && form() && !isOnControl && !event.target.matches("input")) step(event.key === "ArrowDown" ? 1 : -1);
  else if (event.key === "d") decide();
  else if (event.key === "v") document.querySelector("[data-reveal]")?.click();
  else if (event.key === "x") document.querySelector("a[data-next]")?.click();
  else return;
  event.preventDefault();
});

document.addEventListener("focusin", (event) => {
  const group = event.target.closest("[data-scoring] [data-criterion]");
  if (group) mark(group, false);
});

function decide() {
  const section = document.getElementById("decision");
  if (!section) return;
  for (const details of section.querySelectorAll("details")) if (details.querySelector("[name=verdict]")) details.open = true;
  (section.querySelector("[name=verdict]:checked") ?? section.querySelector("[name=verdict]"))?.focus();
}

document.addEventListener("htmx:after:swap", () => {
  const next = document.querySelector("#scorecard [data-after-scores]") ?? document.querySelector("#scorecard #scorecard-title[tabindex]");
  if (next && !form() && document.activeElement === document.body) next.focus({ preventScroll: true });
});
if (form()) mark(groups().find((group) => !isScored(group)) ?? null, false);
