// The design room with JavaScript: copy buttons, focus after a part was added or moved, folded parts that open when they are linked to.
// Every page works without it.

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    await navigator.clipboard.writeText(field.value);
    const before = button.textContent;
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = before), 2000);
  });
}

let pressed = "";

/** After moving a part the focus stays on the arrow; at the end of the list on the other one. */
function arrow(part) {
  const [verb] = pressed.split("-");
  const movable = [...part.querySelectorAll(".order button:not([disabled])")].filter((button) => /^(up|down)-/.test(button.value));
  return ["up", "down"].includes(verb) ? (movable.find((button) => button.value.startsWith(verb)) ?? movable[0]) : null;
}

function show(id) {
  const part = document.getElementById(id);
  if (!part) return;
  const moved = arrow(part);
  if (moved) return moved.focus();
  for (const details of part.querySelectorAll("details.anchor-fields")) details.open = true;
  part.querySelector("textarea, input:not([type=hidden])")?.focus({ preventScroll: true });
  part.scrollIntoView({ block: "nearest", behavior: "auto" });
}

const BY = "button[hx-target='#parts']";
let holder = null;

/** From the press on, also while it waits behind a draft that is being saved, nobody types into parts that are about to be drawn anew. */
function hold(button) {
  holder = button;
  document.getElementById("parts").inert = true;
}

/** Any answer lets go: a press behind it that is still to go holds again at once. */
function release() {
  const parts = document.getElementById("parts");
  if (!parts?.inert) return;
  parts.inert = false;
  holder.focus();
}

document.addEventListener("htmx:before:request", (event) => event.detail.ctx.sourceElement.matches(BY) && hold(event.detail.ctx.sourceElement));
document.addEventListener("htmx:finally:request", release);

document.addEventListener("htmx:after:swap", () => {
  const parts = document.getElementById("parts");
  if (!parts?.dataset.focus) return;
  show(parts.dataset.focus);
  delete parts.dataset.focus;
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  pressed = button?.value ?? "";
  if (button?.matches(BY)) hold(button);
  const link = event.target.closest(".todo a[href^='#criterion-']");
  if (link) show(link.hash.slice(1));
  const field = event.target.closest(".todo a") && document.querySelector(event.target.closest(".todo a").hash);
  field?.closest("details")?.setAttribute("open", "");
});

// What a question's folded settings say, kept in step with them.
document.addEventListener("change", (event) => {
  const box = event.target.closest("details.settings");
  if (!box) return;
  const [answer, think, tries] = [...box.querySelectorAll("select")].map((select) => select.selectedOptions[0].text);
  const kinds = [...box.querySelectorAll("[name$='-kinds']:checked")].map((kind) => kind.parentElement.textContent.trim());
  const shown = box.querySelector("[name$='-preview']").checked ? "shown beforehand" : "not shown beforehand";
  const said = [`${answer} to answer`, `${think} to think`, `further tries: ${tries}`, kinds.join(", ") || "no way to answer", shown];
  box.querySelector("summary").textContent = said.join(" · ");
});

// A link's token stands after the #: it goes into the form and out of the address bar.
const token = document.querySelector("[data-from-fragment]");
if (token && location.hash.length > 20) {
  token.value = location.hash.slice(1);
  token.closest("[data-hide-filled]").hidden = true;
  history.replaceState(null, "", location.pathname);
}
