// The designer's draft while the line fails: "not saved yet" stands where "saved" stands, it is tried again by itself, and no press loses the text.

import { toast } from "./site.js";

const AGAIN_AFTER = 5000;
const PATIENCE = 8000;
const UNSAVED = "Not saved yet. It is tried again by itself.";
const form = document.getElementById("design");
const isAutosave = (event) => event.detail.ctx?.sourceElement === form;
let typed = 0;
let sent = 0;
let saved = 0;
let timer = 0;
let isLeaving = false;
let isAway = false;

/** The draft is sent again after a while, or at once when the browser says that the line is back. */
function failed() {
  if (typed === saved) return;
  const status = document.querySelector("#state [role=status]");
  status.textContent = UNSAVED;
  status.classList.add("warn-text");
  if (!isAway) toast(UNSAVED);
  isAway = true;
  clearTimeout(timer);
  timer = setTimeout(again, AGAIN_AFTER);
}

function again() {
  clearTimeout(timer);
  if (typed !== saved) form.dispatchEvent(new Event("input", { bubbles: true }));
}

form.addEventListener("input", () => (typed += 1));
form.addEventListener("htmx:before:request", () => (sent = typed));
form.addEventListener("htmx:error", (event) => {
  if (!isAutosave(event) || event.detail.error?.name === "AbortError") return;
  event.stopPropagation();
  failed();
});
form.addEventListener("htmx:response:error", (event) => isAutosave(event) && event.detail.ctx.response.status >= 500 && failed());
document.addEventListener("htmx:after:request", (event) => {
  if (form.contains(event.detail.ctx.sourceElement) && event.detail.ctx.response?.raw?.ok) {
    saved = sent;
    isAway = false;
  }
});
window.addEventListener("online", again);

// A press that opens another page goes only where somebody answers.
form.addEventListener("submit", async (event) => {
  if (isLeaving || event.defaultPrevented) return;
  event.preventDefault();
  try {
    isLeaving = (await fetch("/health/live", { cache: "no-store", signal: AbortSignal.timeout?.(PATIENCE) })).ok;
  } catch {
    isLeaving = false;
  }
  if (isLeaving) form.requestSubmit(event.submitter);
  else {
    failed();
    toast("The server could not be reached. What you typed is still here; try again.", "bad");
  }
});
window.addEventListener("pageshow", () => (isLeaving = false));
window.addEventListener("beforeunload", (event) => typed !== saved && !isLeaving && event.preventDefault());
