// What was typed and not sent yet outlives whatever else changes on the page: a form that is drawn anew gets it back, and leaving asks first.

const TYPED = "textarea, input:not([type]), input[type=text], input[type=email]";
const forms = () => [...document.querySelectorAll("main form")];
let sent = null;

function isTouched(field) {
  if (field.matches("[type=radio], [type=checkbox]")) return field.checked !== field.defaultChecked;
  if (field.matches("select")) return field.selectedOptions[0] !== ([...field.options].find((option) => option.defaultSelected) ?? field.options[0]);
  return field.value !== field.defaultValue;
}

/** What somebody put into a form, to be put into its successor: fields by name, and for a note the passage it is about. */
function contents(form) {
  const touched = [...form.elements].filter((field) => field.name && field.type !== "hidden" && isTouched(field));
  return { form, touched, hasPassage: form.matches("[data-note]") && form.elements.question_id.value !== "" };
}

function isSuccessor(form, before) {
  return form.getAttribute("action") === before.form.getAttribute("action") && before.touched.every(({ name }) => form.elements[name]);
}

function giveBack(before) {
  const form = forms().find((each) => isSuccessor(each, before));
  if (!form) return;
  if (before.hasPassage) givePassage(before.form, form);
  for (const old of before.touched) {
    const field = [...form.elements].find((each) => each.name === old.name && (old.type !== "radio" || each.value === old.value));
    if (!field) continue;
    if (old.matches("[type=radio], [type=checkbox]")) field.checked = old.checked;
    else field.value = old.value;
    for (let at = field.closest("details"); at; at = at.parentElement.closest("details")) at.open = true;
  }
}

function givePassage(from, to) {
  for (const field of from.querySelectorAll("input[type=hidden]")) to.elements[field.name].value = field.value;
  for (const part of ["[data-quote]", "[data-at]"]) {
    const [shown, next] = [from.querySelector(part), to.querySelector(part)];
    Object.assign(next, { hidden: shown.hidden, textContent: shown.textContent });
  }
}

let kept = [];
document.addEventListener("htmx:before:swap", (event) => {
  const sender = event.detail.ctx.sourceElement.closest("form");
  kept = forms().filter((form) => form !== sender).map(contents).filter(({ touched, hasPassage }) => touched.length || hasPassage);
});
document.addEventListener("htmx:after:swap", () => {
  for (const before of kept) if (!before.form.isConnected) giveBack(before);
  kept = [];
});

// A form that goes to another page asks nothing; when somebody goes on typing in it, it did not go.
document.addEventListener("submit", (event) => (sent = event.defaultPrevented ? null : event.target));
document.addEventListener("input", () => (sent = null));
window.addEventListener("beforeunload", (event) => {
  const fields = forms().filter((form) => form !== sent).flatMap((form) => [...form.elements]);
  if (fields.some((field) => field.matches(TYPED) && !field.readOnly && isTouched(field))) event.preventDefault();
});
