// Before handing in: every answer once more, each with its state. "Submitted" comes only after the server has confirmed every byte;
// until then this screen says what is missing and goes on trying.

import { button, focusOn, h } from '../dom.js';
import { hex, sha256, utf8 } from '../sha256.js';
import { pause } from '../api.js';
import { isAnswered } from './question.js';
import { takeList } from './takelist.js';

/** What this browser knows of the answer that counts: its hash and length, or null where it never held it. */
function proofOf(app, question) {
  const row = app.takes.chosen(question.id);
  const answer = app.answerOf(question.id);
  if (!row && answer && answer.text) {
    const bytes = utf8(answer.text);
    return { question_id: question.id, sha256: hex(sha256(bytes)), bytes: bytes.length };
  }
  const local = row && row.local;
  return { question_id: question.id, sha256: local ? local.sha256 : null, bytes: local ? local.size : null };
}

const isSafe = (app, question) => {
  const row = app.takes.chosen(question.id);
  const answer = app.answerOf(question.id);
  if (row) return row.state === 'verified' && Boolean(answer && answer.take_id === row.id);
  return Boolean(answer && (answer.text || answer.take_id));
};

export function check(app) {
  const { t, words } = app;
  const { questions, locale } = app.opened.interview;
  const lists = [];
  const problem = h('div', { class: 'notice-box warn', tabindex: '-1', hidden: true });
  const waiting = h('p', { class: 'notice-box', hidden: true });
  const submit = button(t('submit'), () => handIn(), 'primary big');
  const stop = button(t('not_yet'), () => { isWaiting = false; show(); });
  let isWaiting = false;
  let isGone = false;

  function card(one) {
    const answer = app.answerOf(one.id);
    const row = app.takes.chosen(one.id);
    const list = row ? takeList(app, one, {}) : null;
    if (list) lists.push(list);
    return h('li', { class: 'card' },
      h('h2', { id: `n${one.position}` }, t('question_n', { position: one.position }), ' ', h('span', { lang: locale }, one.prompt)),
      list && list.node,
      !row && answer && answer.text && h('blockquote', { lang: locale }, answer.text),
      !isAnswered(app, one) && h('p', { class: 'take-state open' }, t('state_unanswered')),
      h('div', { class: 'actions' }, h('button', { type: 'button', onclick: () => app.go('question', { question: one }),
        'aria-describedby': `n${one.position}` }, t(isAnswered(app, one) ? 'change' : 'answer'))));
  }

  function refuse(nodes) {
    isWaiting = false;
    problem.replaceChildren(...nodes);
    problem.hidden = false;
    show();
    focusOn(problem);
  }

  function show() {
    const { total, sent } = app.takes.progress();
    waiting.hidden = !isWaiting;
    stop.hidden = !isWaiting;
    submit.hidden = isWaiting;
    const text = total ? t('submit_waiting', { percent: words.percent(sent / total) }) : t('submit_checking');
    if (waiting.textContent !== text) waiting.textContent = text;
  }

  async function handIn() {
    const open = questions.filter((one) => !isAnswered(app, one));
    if (open.length) {
      return refuse([h('h2', {}, t('missing_title')), h('ul', {}, open.map((one) => h('li', {},
        button(t('question_n', { position: one.position }), () => app.go('question', { question: one }), 'link'))))]);
    }
    problem.hidden = true;
    isWaiting = true;
    show();
    focusOn(stop);
    app.say(t('submit_checking'));
    return untilDone();
  }

  /** Wait for the last bytes, hand in, and on a passing fault try again: only the person or the server ends this. */
  async function untilDone() {
    for (let tries = 0; isWaiting && !isGone; tries += 1) {
      app.takes.poke();
      await app.takes.settle();
      if (!questions.every((one) => isSafe(app, one))) {
        const lost = questions.filter((one) => !isAnswered(app, one));
        if (lost.length) return handIn();
        if (tries % 10 === 9) await app.refresh().catch(() => {});
        await pause(500);
        continue;
      }
      try {
        const receipt = await app.api.submit(questions.map((one) => proofOf(app, one)));
        return await app.go('submitted', { receipt });
      } catch (error) {
        if (error.code === 'not_complete' && !isStillComing(error)) return refuse(missing(error));
        if (!error.passing && error.code !== 'not_complete') return refuse([h('p', {}, app.explain(error))]);
        waiting.textContent = t('submit_retrying');
        await app.refresh().catch(() => {});
        await pause(Math.min(15000, 1000 * 2 ** Math.min(tries, 4)));
      }
    }
    return undefined;
  }

  const isStillComing = (error) => (error.body.missing || []).every((one) => one.reason === 'incomplete');

  function missing(error) {
    return [h('h2', {}, t('missing_title')), h('ul', {}, (error.body.missing || []).map((gap) => {
      const one = questions.find((question) => question.id === gap.question_id);
      const reason = app.words.has(`missing_${gap.reason}`) ? t(`missing_${gap.reason}`) : gap.reason;
      return h('li', {}, one && button(t('question_n', { position: one.position }), () => app.go('question', { question: one }), 'link'), ' ', reason);
    }))];
  }

  const unwatch = app.takes.watch(() => { if (isWaiting) show(); });
  show();
  return {
    nodes: [
      h('h1', {}, t('check_title')), h('p', {}, t('check_text')),
      h('ol', { class: 'cards' }, questions.map(card)),
      problem, waiting,
      h('div', { class: 'actions' }, submit, stop, button(t('all_questions'), () => app.go('overview'), 'link')),
      h('p', { class: 'hint' }, t('submit_hint')),
    ],
    leave() { isGone = true; unwatch(); lists.forEach((list) => list.leave()); },
  };
}
