// One question: the prompt and what is meant by it, a pad for notes, the way of answering, the recorder, then the takes to watch and keep.

import { button, focusOn, freshId, h, paragraphs } from '../dom.js';
import { recordPanel } from '../panel.js';
import { takeList } from './takelist.js';
import { textAnswer } from './text.js';

/** The question that comes next: the first one after `from` that has no answer, else null. */
export function nextOpen(app, from) {
  const { questions } = app.opened.interview;
  const order = [...questions.slice(from.position), ...questions.slice(0, from.position)];
  return order.find((one) => one.id !== from.id && !isAnswered(app, one)) || null;
}

export function isAnswered(app, question) {
  const answer = app.answerOf(question.id);
  const chosen = app.takes.chosen(question.id);
  return Boolean((chosen && !['damaged', 'refused'].includes(chosen.state)) || (answer && answer.text));
}

export function question(app, { question: asked }) {
  const { t } = app;
  const { questions, locale } = app.opened.interview;
  const work = h('div', { class: 'work' });
  const kinds = app.kindsOf(asked);
  let part = null; // what stands in `work`: {node, leave}

  async function put(next) {
    if (part) await part.leave();
    part = next;
    work.replaceChildren(next.node);
  }

  const limits = app.stretch(asked.answer_seconds) === null ? null
    : { soft: app.stretch(asked.answer_seconds), hard: app.stretch(asked.hard_seconds) };

  function showKind(kind) {
    app.kindWish = kind;
    mark(kind);
    if (kind === 'text') return put(textAnswer(app, asked, goOn));
    let take = null;
    const sink = {
      begin: (type, recorded) => { take = app.takes.begin({ question: asked.id, kind: recorded, type }); return take; },
      slice: (buffer, seconds) => app.takes.add(take, buffer, seconds),
      end: (result) => app.takes.end(take, result),
    };
    return put(recordPanel(app, {
      kind, limits, sink, otherKinds: kinds.filter((one) => one !== kind && (one === 'text' || kind === 'video')), onkind: showKind,
      ondone: (result) => showTakes(take.id, result),
    }));
  }

  async function showTakes(openId, result) {
    const left = app.takes.left(asked);
    const list = takeList(app, asked, { open: openId });
    const head = h('h2', { tabindex: '-1' }, t(openId ? 'watch_title' : 'takes_title'));
    const keep = () => {
      if (list.picked()) app.takes.choose(asked.id, list.picked().clientId);
      goOn();
    };
    const fault = result && result.code && t(`cut_${result.code}`);
    const again = left > 0
      ? button(t('record_again'), () => showKind(kinds.includes(app.kindWish) ? app.kindWish : kinds[0]))
      : null;
    const wasLost = app.takes.lastWasLost(asked.id);
    await put({
      node: h('section', { class: 'panel' }, head, fault && h('p', { class: 'notice-box warn' }, fault),
        result && result.reason === 'limit' && h('p', { class: 'notice-box' }, t('cut_limit')),
        list.node,
        h('div', { class: 'actions' }, button(t('keep_and_go'), keep, 'primary'), again),
        h('p', { class: 'hint' }, wasLost ? t('technical_free') : left > 0 ? t('takes_left', { n: left }) : t('takes_none'))),
      leave: () => list.leave(),
    });
    if (result) focusOn(head);
    if (fault) app.say(fault);
  }

  function goOn() {
    app.host.event('answer-saved', { question: asked.position });
    app.say(t('said_kept'));
    const next = nextOpen(app, asked);
    return next ? app.go('question', { question: next }) : app.go('check');
  }

  const name = freshId();
  const choices = h('fieldset', { class: 'kinds', hidden: kinds.length < 2 }, h('legend', {}, t('answer_by')),
    kinds.map((kind) => h('label', {}, h('input', { type: 'radio', name, value: kind, onchange: () => showKind(kind) }), h('span', {}, t(`kind_${kind}`)))));
  const mark = (kind) => choices.querySelectorAll('input').forEach((input) => { input.checked = input.value === kind; });

  const answer = app.answerOf(asked.id);
  const wish = kinds.includes(app.kindWish) ? app.kindWish : kinds[0];
  if (answer && answer.text && !app.takes.chosen(asked.id)) showKind('text');
  else if (app.takes.of(asked.id).length) { mark(wish); showTakes(null, null); } else showKind(wish);
  const stopThinking = thinking(app, asked);

  const place = questions.indexOf(asked);
  return {
    nodes: [
      h('h1', { class: 'prompt' }, h('span', { class: 'eyebrow' }, t('question_of', { position: asked.position, total: questions.length })), ' ',
        h('span', { lang: locale }, asked.prompt)),
      h('div', { class: 'columns' },
        h('div', { class: 'beside' }, h('div', { lang: locale }, asked.meaning && paragraphs(asked.meaning, { class: 'meaning' })),
          readAloud(app, asked), stopThinking.node, facts(app, asked), criteria(app), notes(app, asked)),
        h('div', {}, choices, work)),
      h('nav', { class: 'actions between', 'aria-label': t('all_questions') },
        place > 0 && button(t('previous'), () => app.go('question', { question: questions[place - 1] }), 'link'),
        button(t('all_questions'), () => app.go('overview'), 'link'),
        place + 1 < questions.length && button(t('next'), () => app.go('question', { question: questions[place + 1] }), 'link')),
    ],
    async leave() {
      stopThinking.stop();
      if (window.speechSynthesis) speechSynthesis.cancel();
      if (part) await part.leave();
    },
  };
}

function facts(app, asked) {
  const { t, words } = app;
  const soft = app.stretch(asked.answer_seconds);
  const thinks = app.stretch(asked.thinking_seconds || 0);
  return h('p', { class: 'hint' }, thinks ? '' : `${t('think_free')} `, soft === null ? t('no_limit') : t('about_long', { time: words.duration(soft) }));
}

/** Thinking time, where the employer set one. When it is over nothing happens but a word: nothing records by itself. */
function thinking(app, asked) {
  const seconds = asked.thinking_seconds ? app.stretch(asked.thinking_seconds) : 0;
  const node = h('p', { class: 'hint' });
  if (!seconds) return { node: null, stop() {} };
  const until = performance.now() + seconds * 1000;
  const tick = () => {
    const left = (until - performance.now()) / 1000;
    node.textContent = left > 0 ? app.t('think_left', { time: app.words.duration(left > 60 ? Math.ceil(left / 30) * 30 : Math.ceil(left / 10) * 10) }) : app.t('think_over');
    if (left <= 0) { clearInterval(timer); app.say(node.textContent); }
  };
  const timer = setInterval(tick, 1000);
  tick();
  return { node, stop: () => clearInterval(timer) };
}

function readAloud(app, asked) {
  if (!window.speechSynthesis || !window.SpeechSynthesisUtterance) return null;
  return button(app.t('read_aloud'), () => {
    if (speechSynthesis.speaking) { speechSynthesis.cancel(); return; }
    const speech = new SpeechSynthesisUtterance(`${asked.prompt}. ${asked.meaning || ''}`);
    speech.lang = app.opened.interview.locale;
    speechSynthesis.speak(speech);
  }, 'link');
}

function criteria(app) {
  const { criteria: all, locale } = app.opened.interview;
  if (!all || !all.length) return null;
  return h('details', {}, h('summary', {}, app.t('criteria_title')),
    h('dl', { lang: locale }, all.map((one) => h('div', {}, h('dt', {}, one.name), h('dd', {}, one.description)))));
}

function notes(app, asked) {
  const key = `notes:${app.session.id}:${asked.id}`;
  const id = freshId();
  const area = h('textarea', { id, rows: '4', 'aria-describedby': `${id}h`, oninput: () => app.store.note(key, area.value) });
  app.store.get(key).then((kept) => { if (kept) area.value = kept; });
  return h('div', { class: 'field' }, h('label', { for: id }, app.t('notes')), area, h('span', { class: 'hint', id: `${id}h` }, app.t('notes_hint')));
}
