// The check and handing in. "Submitted" is shown only after the server's 200.

import { button, focusOn, h } from '../dom.js';
import { hex, sha256, utf8 } from '../sha256.js';
import { pause } from '../api.js';
import { questionButton } from './overview.js';
import { isAnswered, takeList } from './question.js';

function proofOf(app, { id }) {
  const row = app.takes.chosen(id);
  const answer = app.answerOf(id);
  if (!row && answer?.text) {
    const bytes = utf8(answer.text);
    return { question_id: id, sha256: hex(sha256(bytes)), bytes: bytes.length };
  }
  const local = row?.local;
  return { question_id: id, sha256: local ? local.sha256 : null, bytes: local ? local.size : null };
}

function isSafe(app, { id }) {
  const row = app.takes.chosen(id);
  const answer = app.answerOf(id);
  if (row) return row.state === 'verified' && answer?.take_id === row.id;
  return Boolean(answer && (answer.text || answer.take_id));
}

export function check(app) {
  const { t, words } = app;
  const { questions, locale } = app.opened.interview;
  const lists = [];
  const problem = h('div', { class: 'notice-box warn', tabindex: -1, hidden: true });
  const waiting = h('p', { class: 'notice-box', hidden: true });
  const submit = button(t('submit'), handIn, 'primary big');
  const stop = button(t('not_yet'), () => { isWaiting = false; show(); });
  let isWaiting = false;
  let announced = 0; // quarters of what had to be sent
  let isGone = false;

  function card(one, i) {
    const answer = app.answerOf(one.id);
    const list = app.takes.chosen(one.id) && takeList(app, one);
    if (list) lists.push(list);
    return h('li', { class: 'card' },
      h('h2', { id: `n${i}` }, t('question_n', { position: one.position }), ' ', h('span', { lang: locale }, one.prompt)),
      list ? list.node : answer?.text && h('blockquote', { lang: locale }, answer.text),
      !isAnswered(app, one) && h('p', { class: 'take-state open' }, t('state_unanswered')),
      h('div', { class: 'actions' }, questionButton(app, one, `n${i}`)));
  }

  function refuse(nodes) {
    isWaiting = false;
    problem.replaceChildren(...nodes);
    problem.hidden = false;
    show();
    focusOn(problem);
  }

  const missing = (gaps) => refuse([h('h2', {}, t('missing_title')), h('ul', {}, gaps.map(({ question_id: id, reason }) => {
    const one = questions.find((question) => question.id === id);
    return h('li', {}, one && button(t('question_n', { position: one.position }), () => app.go('question', { question: one }), 'link'), ' ',
      words.has(`missing_${reason}`) ? t(`missing_${reason}`) : reason);
  }))]);

  function show(text) {
    const { total, sent } = app.takes.progress();
    waiting.hidden = !isWaiting;
    stop.hidden = !isWaiting;
    submit.hidden = isWaiting;
    const line = text || (total ? t('submit_waiting', { percent: words.percent(sent / total) }) : t('submit_checking'));
    if (waiting.textContent !== line) waiting.textContent = line;
    const quarter = isWaiting && total ? Math.floor((4 * sent) / total) : 0;
    if (quarter > announced) app.say(line);
    announced = quarter;
  }

  const unanswered = () => questions.filter((one) => !isAnswered(app, one)).map((one) => ({ question_id: one.id, reason: 'unanswered' }));

  async function handIn() {
    if (unanswered().length) return missing(unanswered());
    problem.hidden = true;
    isWaiting = true;
    show();
    stop.focus();
    app.say(t('submit_checking'));
    for (let tries = 0; isWaiting && !isGone; tries += 1) await attempt(tries).catch(() => pause(1000));
    return undefined;
  }

  /** Only the person or the server ends this. */
  async function attempt(tries) {
    app.takes.poke();
    await app.takes.settle();
    if (!questions.every((one) => isSafe(app, one))) {
      if (unanswered().length) return missing(unanswered());
      if (tries % 10 === 9) await app.refresh().catch(() => {});
      return pause(500);
    }
    try {
      const receipt = await app.api.submit(questions.map((one) => proofOf(app, one)));
      isWaiting = false;
      return await app.go('submitted', { receipt });
    } catch (error) {
      const gaps = error.code === 'not_complete' && (error.body.missing || []);
      if (gaps && gaps.some((gap) => gap.reason !== 'incomplete')) return missing(gaps);
      if (!gaps && !error.passing) return refuse([h('p', {}, app.explain(error))]);
      show(t('submit_retrying'));
      await app.refresh().catch(() => {});
      return pause(Math.min(15000, 1000 * 2 ** Math.min(tries, 4)));
    }
  }

  const unwatch = app.takes.watch(() => { if (isWaiting) show(); });
  show();
  return {
    nodes: [
      h('h1', {}, t('check_title')), h('p', {}, t('check_text')), h('ol', { class: 'cards' }, questions.map(card)), problem, waiting,
      h('div', { class: 'actions' }, submit, stop, button(t('all_questions'), () => app.go('overview'), 'link')),
      h('p', { class: 'hint' }, t('submit_hint')),
    ],
    leave() { isGone = true; unwatch(); lists.forEach((list) => list.leave()); },
  };
}
