// What every page of the employer's side shares: toasts that can be dismissed, and a word when the server is away.
// Pages work without it.

document.documentElement.classList.add("has-js");

// On a narrow screen bars scroll sideways: where one is stays in sight.
for (const here of document.querySelectorAll(".bar nav [aria-current], .tabs [aria-current]")) {
  const bar = here.parentElement;
  bar.scrollLeft = here.offsetLeft - bar.offsetLeft - (bar.clientWidth - here.clientWidth) / 2;
}

const toasts = document.getElementById("toasts");

export function toast(message, kind = "") {
  const box = document.createElement("div");
  box.className = `toast ${kind}`;
  box.dataset.toast = "";
  const text = document.createElement("p");
  text.textContent = message;
  const close = document.createElement("button");
  Object.assign(close, { type: "button", textContent: "×" });
  close.dataset.dismiss = "";
  close.setAttribute("aria-label", "Dismiss");
  box.append(text, close);
  for (const same of [...toasts.children].filter((each) => each.querySelector("p")?.textContent === message)) same.remove();
  toasts.append(box);
}

/** True when a key press belongs to a field or a dialog and is no shortcut. */
export function isTyping(event) {
  const at = event.target;
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return true;
  return at.matches("textarea, select, [contenteditable], input:not([type=radio], [type=range], [type=checkbox])");
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) document.getElementById(opener.dataset.open).showModal();
  if (event.target.closest("[data-dismiss]")) event.target.closest("[data-toast], dialog")?.remove();
  for (const open of document.querySelectorAll("details.bar-me[open]")) if (!open.contains(event.target)) open.open = false;
});

document.addEventListener("change", (event) => {
  const { all } = event.target.dataset;
  if (all) for (const box of event.target.form.elements[all].length ? event.target.form.elements[all] : [event.target.form.elements[all]]) box.checked = event.target.checked;
});

document.addEventListener("keydown", (event) => {
  const help = document.getElementById("shortcuts");
  if (event.key === "?" && help && !isTyping(event)) help.showModal();
  if (event.key !== "Escape") return;
  for (const open of document.querySelectorAll("details.bar-me[open]")) open.open = false;
});

// Errors stay until dismissed; good news leaves by itself, never while the pointer or the focus rests on it.
new MutationObserver((changes) => {
  for (const change of changes) for (const node of change.addedNodes) if (node.nodeType === 1) leaveLater(node);
}).observe(toasts, { childList: true });
for (const box of toasts.children) leaveLater(box);

function leaveLater(box) {
  if (box.classList.contains("bad") || box.classList.contains("warn")) return;
  const timer = setInterval(() => {
    if (box.matches(":hover, :focus-within")) return;
    clearInterval(timer);
    box.remove();
  }, 6000);
}

// What is removed takes the focus with it: that goes to the place the form names.
let landing = "";
document.addEventListener("submit", (event) => (landing = event.target.dataset.gone ?? ""));
document.addEventListener("htmx:after:swap", () => {
  if (landing && document.activeElement === document.body) document.getElementById(landing)?.focus({ preventScroll: true });
});

// A request that never reached the server: what was typed is still there, so say so.
document.addEventListener("htmx:error", (event) => {
  if (event.detail?.error?.name !== "AbortError") toast("The server could not be reached. What you typed is still here; try again.", "bad");
});
