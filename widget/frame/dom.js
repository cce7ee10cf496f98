// Builds DOM nodes. Text only ever becomes text nodes, so nothing an employer or a server wrote can become markup.

const PROPERTIES = new Set(['value', 'checked', 'muted', 'srcObject', 'selected']);

/** h('p', {class: 'x', onclick: fn}, 'text', [nodes], null) */
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

/** Text with blank lines becomes paragraphs. */
export const paragraphs = (text, props) =>
  String(text || '').split(/\n\s*\n/).filter(Boolean).map((part) => h('p', props, part));

let last = 0;
export const freshId = () => `g${(last += 1)}`;

/** A labelled field: label above, hint below and tied to the control. */
export function field(label, control, hint) {
  const id = freshId();
  control.id = id;
  if (hint) control.setAttribute('aria-describedby', `${id}h`);
  return h('p', { class: 'field' }, h('label', { for: id }, label), control, hint && h('span', { class: 'hint', id: `${id}h` }, hint));
}

/** A ticked choice: the whole line is the target. */
export function tick(label, control, hint) {
  const id = freshId();
  control.id = id;
  if (hint) control.setAttribute('aria-describedby', `${id}h`);
  return h('p', { class: 'tick' }, control, h('label', { for: id }, label), hint && h('span', { class: 'hint', id: `${id}h` }, hint));
}

/** Move focus to a heading without making it a Tab stop. */
export function focusOn(node) {
  if (!node) return;
  if (!node.hasAttribute('tabindex')) node.setAttribute('tabindex', '-1');
  node.focus();
}
