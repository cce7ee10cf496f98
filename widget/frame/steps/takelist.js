// The takes of one question: watch any of them, choose which one counts, see whether each is safe with the employer's server.

import { button, freshId, h } from '../dom.js';
import { player } from '../panel.js';

/** A take's state in words: on its way with a share, safe, damaged... */
export function stateOf(app, row) {
  const { t, words } = app;
  const { local, state } = row;
  if (state === 'verified') return t('take_safe');
  if (state === 'damaged') return t('take_damaged');
  if (state === 'refused') return t('take_refused');
  if (local) return t('take_sending', { percent: words.percent(local.size ? local.sent / local.size : 0) });
  return state === 'closed' ? t('take_checking') : t('take_unfinished');
}

async function sourceOf(app, row) {
  const { local } = row;
  if (local && local.copy && local.copy.length) return URL.createObjectURL(new Blob(local.copy, { type: local.type }));
  if (!row.id) return null;
  const answer = await app.api.media(row.id).catch(() => null);
  return answer && answer.url;
}

/**
 * `open`: client id of the take whose player is open from the start. Returns {node, picked, leave}.
 */
export function takeList(app, question, { open } = {}) {
  const { t, words } = app;
  const rows = app.takes.of(question.id);
  const isUnfinished = (row) => !row.local && row.state === 'recording';
  const canCount = (row) => !['damaged', 'refused'].includes(row.state) && !isUnfinished(row);
  const usable = rows.filter(canCount);
  // What was just recorded is proposed first; then what counted so far; then the newest.
  let picked = usable.find((row) => row.clientId === open) || app.takes.chosen(question.id) || usable.at(-1) || null;
  const addresses = [];
  const group = `take-${question.id}`;

  async function watchIn(place, row, toggle) {
    if (place.childElementCount) {
      place.replaceChildren();
      toggle.setAttribute('aria-expanded', 'false');
      return;
    }
    toggle.setAttribute('aria-expanded', 'true');
    const source = await sourceOf(app, row);
    if (source && source.startsWith('blob:')) addresses.push(source);
    const cannot = () => place.replaceChildren(h('p', { class: 'hint' }, t('cannot_play')));
    if (!source) return cannot();
    const media = player(row.kind, source);
    media.addEventListener('error', cannot);
    place.replaceChildren(media);
  }

  function card(row, i) {
    const place = h('div', { class: 'clip' });
    const name = freshId();
    const label = t('take_label', { n: i + 1, time: words.duration(row.seconds || 0), kind: t(`kind_${row.kind}`) });
    const toggle = button(t(row.kind === 'audio' ? 'listen' : 'watch'), () => watchIn(place, row, toggle));
    toggle.setAttribute('aria-expanded', 'false');
    toggle.setAttribute('aria-describedby', name);
    const state = h('span', { class: `take-state ${row.state}` }, stateOf(app, row));
    const radio = h('input', {
      type: 'radio', name: group, checked: Boolean(picked) && picked.clientId === row.clientId,
      onchange: () => { picked = row; app.takes.choose(question.id, row.clientId); },
    });
    if (row.clientId === open) watchIn(place, row, toggle);
    return h('li', { class: 'take' },
      h('div', { class: 'take-head' }, h('label', { id: name }, canCount(row) && rows.length > 1 && radio, ' ', label), state),
      h('div', { class: 'actions' }, !isUnfinished(row) && toggle,
        isUnfinished(row) && row.offset > 0 && button(t('keep_arrived'), () => keepArrived(app, row))), place);
  }

  const list = h('ol', { class: 'takes' }, rows.map(card));
  const unwatch = app.takes.watch(() => {
    const now = app.takes.of(question.id);
    list.querySelectorAll('.take-state').forEach((node, i) => {
      const text = now[i] && stateOf(app, now[i]);
      if (text && node.textContent !== text) { node.textContent = text; node.className = `take-state ${now[i].state}`; }
    });
  });
  return {
    node: h('div', {}, rows.length > 1 && h('p', { class: 'hint' }, t('choose_take')), list),
    /** The take that would count now, or null. */
    picked: () => picked,
    leave() { unwatch(); addresses.forEach((one) => URL.revokeObjectURL(one)); },
  };
}

/** Part of a take reached the server and this browser no longer has the rest: the person may keep that part. */
async function keepArrived(app, row) {
  try {
    await app.api.close(row.id, { bytes: row.offset, sha256: null, seconds: row.seconds || null, reason: 'recovered' });
    await app.refresh();
    await app.again();
  } catch (error) {
    app.say(app.explain(error));
  }
}
