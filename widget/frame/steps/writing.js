// An answer in writing.

import { button, field, h, lengthLine, problemLine } from '../dom.js';

const SAVE_MS = 1200;

/** Saved while it is typed: here at once, on the server a moment later. */
export function textAnswer(app, question, ondone) {
  const { t } = app;
  const key = `draft:${app.session.id}:${question.id}`;
  const limit = question.characters || 5000;
  const known = app.answerOf(question.id);
  const area = h('textarea', { rows: '10', lang: app.opened.interview.locale, oninput: typed });
  const state = h('p', { class: 'hint' }, '\u00a0'); // nothing moves under a finger
  const problem = problemLine();
  let timer = null;
  let sent = known?.text || '';
  area.value = sent;
  const length = lengthLine(app, area, limit, true);
  app.store.get(key).then((draft) => { if (draft && (!area.value || draft.length > limit)) { area.value = draft; length.measure(); } });

  function typed() {
    state.textContent = length.over() ? '\u00a0' : t('text_saving');
    app.store.note(key, area.value);
    clearTimeout(timer);
    timer = setTimeout(() => save(false), SAVE_MS);
  }

  /** While a recorded take counts, typing alone must not push it aside: only the button does. */
  async function save(isMeant) {
    clearTimeout(timer);
    const text = area.value.trim();
    if (length.over()) return true;
    if (!text || text === sent || (!isMeant && app.takes.chosen(question.id))) {
      state.textContent = text ? t('text_saved') : '\u00a0';
      return true;
    }
    try {
      await app.api.answer(question.id, { text });
      sent = text;
      app.takes.setAnswer(question.id, { text, take_id: null, kind: 'text' });
      state.textContent = t('text_saved');
      return true;
    } catch (error) {
      state.textContent = t('text_saved_here');
      timer = setTimeout(() => save(isMeant), 5000);
      return error;
    }
  }

  async function done() {
    if (!area.value.trim()) { problem.tell(t('text_empty'), area); return; }
    if (length.refuses()) return;
    app.takes.unchoose(question.id);
    const outcome = await save(true);
    if (outcome !== true) { problem.tell(app.explain(outcome)); return; }
    app.store.note(key, null);
    ondone();
  }

  return {
    node: h('section', { class: 'panel' }, field(t('your_answer'), area), length.node, state, problem.node,
      h('div', { class: 'actions' }, button(t('use_answer'), done, 'primary'))),
    async leave() { if (area.value.trim() !== sent) await save(false); clearTimeout(timer); },
  };
}
