// A written answer: as good as a spoken one. Saved while it is typed, on this device at once and on the server a moment later.

import { button, field, h } from '../dom.js';

const SAVE_MS = 1200;

/** `ondone` after the server has it. Returns {node, leave}. */
export function textAnswer(app, question, ondone) {
  const { t } = app;
  const key = `draft:${app.session.id}:${question.id}`;
  const limit = question.characters || 5000;
  const known = app.answerOf(question.id);
  const area = h('textarea', { rows: '10', maxlength: String(limit), lang: app.opened.interview.locale, oninput: typed });
  const state = h('p', { class: 'hint' });
  const count = h('p', { class: 'hint' });
  const problem = h('p', { class: 'error', tabindex: '-1', hidden: true });
  let timer = null;
  let sent = known && known.text ? known.text : '';
  area.value = sent;
  app.store.get(key).then((draft) => { if (draft && !area.value) { area.value = draft; measure(); } });

  function measure() {
    count.textContent = t('characters_left', { n: limit - area.value.length });
  }

  function typed() {
    measure();
    state.textContent = t('text_saving');
    app.store.note(key, area.value);
    clearTimeout(timer);
    timer = setTimeout(() => save(false), SAVE_MS);
  }

  /** While a recorded take counts, typing alone must not push it aside: only the button does. */
  async function save(isMeant) {
    clearTimeout(timer);
    const text = area.value.trim();
    if (!text || text === sent || (!isMeant && app.takes.chosen(question.id))) {
      state.textContent = text ? t('text_saved') : '';
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
    if (!area.value.trim()) {
      problem.hidden = false;
      problem.textContent = t('text_empty');
      area.focus();
      return;
    }
    await app.takes.unchoose(question.id);
    const outcome = await save(true);
    if (outcome !== true) {
      problem.hidden = false;
      problem.textContent = app.explain(outcome);
      problem.focus();
      return;
    }
    await app.store.note(key, null);
    ondone();
  }

  measure();
  return {
    node: h('section', { class: 'panel' }, field(t('your_answer'), area), count, state, problem,
      h('div', { class: 'actions' }, button(t('use_answer'), done, 'primary'))),
    async leave() { if (area.value.trim() !== sent) await save(false); clearTimeout(timer); },
  };
}
