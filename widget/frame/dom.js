// Builds nodes. Text only ever becomes text nodes.

const PROPERTIES = new Set(['value', 'checked', 'muted', 'srcObject', 'selected']);

export function h(tag, props, ...kids) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props || {})) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (PROPERTIES.has(name)) node[name] = value;
    else node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...kids.flat(Infinity).filter((kid) => kid !== null && kid !== undefined && kid !== false));
  return node;
}

export const button = (label, onclick, kind = '') => h('button', { type: 'button', class: kind, onclick }, label);

export const paragraphs = (text, props) =>
  String(text || '').split(/\n\s*\n/).filter(Boolean).map((part) => h('p', props, part));

let last = 0;
export const freshId = () => `g${(last += 1)}`;

export function field(label, control, hint) {
  const id = freshId();
  control.id = id;
  if (hint) control.setAttribute('aria-describedby', `${id}h`);
  return h('p', { class: 'field' }, h('label', { for: id }, label), control, hint && h('span', { class: 'hint', id: `${id}h` }, hint));
}

export function tick(label, control, hint) {
  const id = freshId();
  control.id = id;
  if (hint) control.setAttribute('aria-describedby', `${id}h`);
  return h('p', { class: 'tick' }, control, h('label', { for: id }, label), hint && h('span', { class: 'hint', id: `${id}h` }, hint));
}

/** What is typed or ticked stays in `kept`, the step's params, and so stands there again in another language. */
export function keeping(kept, key, control) {
  const what = control.type === 'checkbox' ? 'checked' : 'value';
  if (key in kept) control[what] = kept[key];
  control.addEventListener('input', () => { kept[key] = control[what]; });
  return control;
}

/** A line for what is wrong: `tell(text)` shows it and moves focus to `control` or to itself. */
export function problemLine(text) {
  const node = h('p', { class: 'error', tabindex: -1, hidden: !text }, text);
  const tell = (words, control = node) => { node.hidden = false; node.textContent = words; control.focus(); };
  return { node, tell };
}

/** A line beside the button for what has been done: seen there, and spoken. */
export function doneLine(app) {
  const node = h('span', { class: 'done' });
  return { node, tell: (text) => { node.textContent = text; app.say(text); } };
}

/** More than `limit` characters is never cut in silence: it stays, is told, and is refused when it would be sent. */
export function lengthLine(app, area, limit, isCounted = false) {
  const node = h('p', {});
  const over = () => Math.max(0, area.value.trim().length - limit);
  const told = () => app.t('characters_over', { n: over() });

  function measure() {
    const isOver = over() > 0;
    if (isOver !== (node.className === 'error')) app.say(isOver ? told() : '');
    node.className = isOver ? 'error' : 'hint';
    node.hidden = !isOver && !isCounted;
    node.textContent = isOver ? told() : app.t('characters_left', { n: Math.max(0, limit - area.value.length) });
  }

  function refuses() {
    if (over()) { app.say(told()); area.focus(); }
    return over() > 0;
  }

  area.addEventListener('input', measure);
  measure();
  return { node, over, measure, refuses };
}

/** What is wrong with each of these `[control, text]` stands beside it (an empty text takes it away); the first one gets the focus. */
export function mark(faults) {
  for (const [control, text] of faults) {
    const place = control.parentNode;
    place.querySelector('.error')?.remove();
    if (text) place.append(h('span', { class: 'error', id: `${control.id}e` }, text));
    control.setAttribute('aria-invalid', String(Boolean(text)));
    control.setAttribute('aria-describedby', [...place.querySelectorAll('.error, .hint')].map((one) => one.id).join(' '));
  }
  const wrong = faults.filter(([, text]) => text);
  wrong[0]?.[0].focus();
  return wrong.map(([, text]) => text).join(' ');
}

export function focusOn(node) {
  node.tabIndex = -1;
  node.focus();
}
