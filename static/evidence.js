// Notes and evidence: a note remembers the moment, words chosen by mouse or key are kept as a quote. The form works without this.

import { current, moment } from "./player.js";
import { isTyping } from "./site.js";
import { grow, selected, wordsOf } from "./words.js";

const box = () => document.querySelector("[data-note]");
const picker = document.createElement("button");
Object.assign(picker, { type: "button", className: "picker small", textContent: "Keep as evidence", hidden: true });
document.body.append(picker);

function fill({ question = "", seconds = "", version = "", first = "", last = "" } = {}, quote = "") {
  const { elements } = box();
  const values = { question_id: question, at_seconds: seconds, version, first, last };
  for (const [name, value] of Object.entries(values)) elements[name].value = value;
  const shown = box().querySelector("[data-quote]");
  shown.hidden = !quote;
  shown.textContent = quote;
  box().querySelector("[data-at]").textContent = seconds === "" ? "" : `at ${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
}

function note() {
  fill(moment());
  box().elements.text.focus();
}

/** Takes what is selected, else the sentence being said, into the form; Enter keeps it. */
function keep() {
  if (!selected()) highlight();
  const found = selected();
  if (!found) return;
  const { words, first, last } = found;
  const quote = words.list.slice(first, last + 1).map((word) => word.textContent).join(" ");
  fill({ question: words.answer.dataset.answer, seconds: words.times[first] ?? "", version: words.box.dataset.version, first, last }, quote);
  const criterion = box().elements.criterion_id;
  const marked = document.querySelector("[data-criterion].now")?.dataset.criterion;
  if (marked && !criterion.value) criterion.value = marked;
  getSelection().removeAllRanges();
  picker.hidden = true;
  criterion.focus();
}

function highlight(by = 0) {
  const player = current();
  const answer = player?.answer ?? document.querySelector("[data-answer]:has([data-words])");
  grow(wordsOf(onScreen(answer)), player?.media.currentTime ?? 0, by);
}

/** The answer the reviewer looks at: the one playing, else the one the keys brought to the top. */
function onScreen(answer) {
  if (current() && !current().media.paused) return answer;
  const here = document.querySelector(".jump a.now")?.hash.slice(1);
  const shown = here && document.getElementById(here);
  return shown?.querySelector("[data-words]") ? shown : answer;
}

document.addEventListener("keydown", (event) => {
  if (event.target.closest?.("[data-note]")) return inForm(event);
  if (!box() || isTyping(event)) return undefined;
  if (event.shiftKey && selected() && (event.key === "ArrowRight" || event.key === "ArrowLeft")) highlight(event.key === "ArrowRight" ? 1 : -1);
  else if (event.key === "n") note();
  else if (event.key === "h") highlight();
  else if (event.key === "e") keep();
  else if (event.key === "Escape") getSelection().removeAllRanges();
  else return undefined;
  return event.preventDefault();
});

function inForm(event) {
  const sends = event.key === "Enter" && (event.target.matches("select") || event.ctrlKey || event.metaKey);
  if (sends) box().requestSubmit();
  else if (event.key === "Escape") {
    fill();
    event.target.blur();
  } else return;
  event.preventDefault();
}

// Focus comes back to the fresh form after saving; the keys belong to scoring again. What was refused is still there to mend.
let isSent = false;
document.addEventListener("submit", (event) => (isSent = event.target.matches("[data-note]")));
document.addEventListener("htmx:after:swap", () => {
  if (!isSent || !box() || box().elements.first.value || box().elements.text.value) return;
  isSent = false;
  if (box().contains(document.activeElement)) document.activeElement.blur();
  document.querySelector("[data-criterion].now")?.scrollIntoView({ block: "nearest" });
});

document.addEventListener("selectionchange", () => {
  const found = box() && selected();
  picker.hidden = !found;
  if (!found) return;
  const place = found.range.getBoundingClientRect();
  picker.style.left = `${Math.max(8, Math.min(place.left, innerWidth - 160))}px`;
  picker.style.top = `${Math.max(8, place.top - 40)}px`;
});
picker.addEventListener("pointerdown", (event) => event.preventDefault());
picker.addEventListener("click", keep);
