// One question, its recorder or text, its takes.

import { pause } from '../api.js';
import { button, focusOn, freshId, h, paragraphs } from '../dom.js';
import { player, recordPanel } from '../panel.js';
import { clipOf, criteria, notes, readAloud, thinking } from './beside.js';
import { textAnswer } from './writing.js';

const isUnfinished = (row) => !row.local && row.state === 'recording';
const canWatch = (row) => !isUnfinished(row) && (row.state !== 'cut' || row.local.copy?.length > 0); // a cut one has no copy after a reload
const canCount = (row) => !['cut', 'damaged', 'refused'].includes(row.state) && !isUnfinished(row);

export function isAnswered(app, { id }) {
  const answer = app.answerOf(id);
  const chosen = app.takes.chosen(id);
  return Boolean((chosen && canCount(chosen)) || answer?.text);
}

function nextOpen(app, from) {
  const { questions } = app.opened.interview;
  const order = [...questions.slice(from.position), ...questions.slice(0, from.position)];
  return order.find((one) => one.id !== from.id && !isAnswered(app, one)) || null;
}

export function question(app, { question: asked }) {
  const { t } = app;
  const { questions, locale } = app.opened.interview;
  const work = h('div', {});
  const kinds = app.kindsOf(asked);
  const soft = app.stretch(asked.answer_seconds);
  const limits = soft === null ? null : { soft, hard: app.stretch(asked.hard_seconds) };
  let part = null; // what stands in `work`: {node, leave}

  async function put(next) {
    if (part) await part.leave();
    part = next;
    work.replaceChildren(next.node);
  }

  /** `after`: the cut take to go on with, as long as the recorder gives the same kind of file. */
  function showKind(kind, after = null) {
    app.kindWish = kind;
    mark(kind);
    if (kind === 'text') { app.devices.close(); return put(textAnswer(app, asked, goOn)); }
    let take = null;
    const sink = {
      begin(type, recorded) {
        take = after?.type === type ? app.takes.goOn(after) : app.takes.begin({ question: asked.id, kind: recorded, type });
        return take;
      },
      slice: (buffer, seconds) => app.takes.add(take, buffer, seconds),
      end: (result) => (result.reason === 'interrupted' ? app.takes.cut(take, result) : app.takes.end(take, result)),
    };
    return put(recordPanel(app, {
      kind, limits, sink, after, start: after ? 'go_on_recording' : 'start_recording',
      otherKinds: kinds.filter((one) => one !== kind && (one === 'text' || kind === 'video')), onkind: (other) => showKind(other),
      ondone: (result) => {
        app.api.event('question', asked.position); // taken over meanwhile: only a call tells
        return showTakes(take.id, result);
      },
    }));
  }

  async function showTakes(openId, result = {}) {
    const left = app.takes.left(asked);
    const list = takeList(app, asked, openId);
    const broken = app.takes.cutOf(asked.id);
    const head = h('h2', {}, t(broken ? 'cut_title' : openId ? 'watch_title' : 'takes_title'));
    const keep = () => {
      app.takes.endCuts(asked.id);
      if (list.picked()) app.takes.choose(asked.id, list.picked().clientId);
      goOn();
    };
    const cut = result.reason === 'limit' ? t('cut_limit') : (broken || result.code) && `${t(`cut_${result.code || 'before'}`)} ${t('cut_kept')}`;
    await put({
      node: h('section', { class: 'panel' }, head, cut && h('p', { class: 'notice-box warn' }, cut), list.node,
        h('div', { class: 'actions' }, broken && cutWays(broken), (!broken || list.picked()) && button(t('keep_and_go'), keep, broken ? '' : 'primary'),
          left > 0 && button(t('record_again'), () => showKind(wish()))),
        !broken && h('p', { class: 'hint' }, app.takes.lastWasLost(asked.id) ? t('technical_free') : left > 0 ? t('takes_left', { n: left }) : t('takes_none'))),
      leave: list.leave,
    });
    if (openId) focusOn(head);
    if (cut) app.say(cut);
  }

  function cutWays(take) {
    async function goOnWith({ currentTarget: pressed }) {
      pressed.setAttribute('aria-busy', 'true');
      if (await app.takes.mayGoOn(take)) { showKind(take.kind, take); return; }
      pressed.removeAttribute('aria-busy');
      app.shell.warn(t('error_network'));
    }
    async function use() {
      await app.takes.end(take, take);
      await showTakes(take.id);
    }
    const isFull = limits && take.seconds >= limits.hard;
    return [!isFull && button(t('cut_go_on'), goOnWith, 'primary'), button(t('cut_use'), use, isFull ? 'primary' : '')];
  }

  function goOn() {
    app.host.event('answer-saved', { question: asked.position });
    const next = nextOpen(app, asked);
    return (next ? app.go('question', { question: next }) : app.go('check')).then(() => app.say(t('said_kept')));
  }

  const name = freshId();
  const choices = h('fieldset', { class: 'kinds', hidden: kinds.length < 2 }, h('legend', {}, t('answer_by')),
    kinds.map((kind) => h('label', {}, h('input', { type: 'radio', name, value: kind, onchange: () => showKind(kind) }), h('span', {}, t(`kind_${kind}`)))));
  const mark = (kind) => choices.querySelectorAll('input').forEach((input) => { input.checked = input.value === kind; });
  const wish = () => (kinds.includes(app.kindWish) ? app.kindWish : kinds[0]);

  const answer = app.answerOf(asked.id);
  if (answer?.text && !app.takes.chosen(asked.id)) showKind('text');
  else if (app.takes.of(asked.id).length) { mark(wish()); showTakes(null); } else showKind(wish());
  const clock = thinking(app, asked);
  const reader = readAloud(app, asked);
  const place = questions.indexOf(asked);
  const to = (key, one) => one && button(t(key), () => app.go('question', { question: one }), 'link');
  return {
    nodes: [
      h('h1', { class: 'prompt' }, h('span', { class: 'eyebrow' }, t('question_of', { position: asked.position, total: questions.length })), ' ',
        h('span', { lang: locale }, asked.prompt)),
      h('div', { class: 'columns' },
        h('div', {}, clipOf(app, asked.clip, t('clip_question')), h('div', { lang: locale }, paragraphs(asked.meaning, { class: 'meaning' })), reader.node, clock.node,
          h('p', { class: 'hint' }, !clock.node && `${t('think_free')} `, limits ? t('about_long', { time: app.words.duration(soft) }) : t('no_limit'))),
        h('div', { class: 'work' }, choices, work),
        h('div', { class: 'beside' }, notes(app, asked), criteria(app, asked))),
      h('nav', { class: 'actions between', 'aria-label': t('all_questions') },
        to('previous', questions[place - 1]), button(t('all_questions'), () => app.go('overview'), 'link'), to('next', questions[place + 1])),
    ],
    async leave() {
      clock.stop();
      reader.stop();
      if (part) await part.leave();
    },
  };
}

export function stateOf(app, { local, state }) {
  const fixed = { verified: 'take_safe', cut: 'take_cut', damaged: 'take_damaged', refused: 'take_refused' }[state];
  if (local?.isShort) return app.t('take_short');
  if (fixed) return app.t(fixed);
  if (local) return app.t('take_sending', { percent: app.words.percent(local.size ? local.sent / local.size : 0) });
  return app.t(state === 'closed' ? 'take_checking' : 'take_unfinished');
}

/** Null: not yet. Empty: never. */
async function sourceOf(app, { id, local }) {
  if (local?.copy?.length) return URL.createObjectURL(new Blob(local.copy, { type: local.type }));
  if (local?.isLost) return '';
  const take = id || local?.serverId; // a row is older than what was sent since
  return take ? app.api.media(take).then(({ url }) => url, (error) => (error.code === 'gone' ? '' : null)) : null;
}

export function takeList(app, asked, openId) {
  const { t, words } = app;
  const rows = app.takes.of(asked.id);
  const usable = rows.filter(canCount);
  // What was just recorded is proposed first; then what counted so far; then the newest.
  let picked = usable.find((row) => row.clientId === openId) || app.takes.chosen(asked.id) || usable.at(-1) || null;
  const addresses = [];
  let isGone = false;
  const group = freshId();

  /** What the server has still to make ready is waited for and opens by itself. */
  async function watchIn(place, row, toggle) {
    const isOpen = toggle.getAttribute('aria-expanded') === 'true';
    const mark = (is) => toggle.setAttribute('aria-expanded', String(is));
    const hold = (text = '') => place.replaceChildren(h('p', { class: row.kind === 'video' ? 'player wait' : 'hint wait' }, text)); // the player's place
    const say = (key) => { hold(t(key)); app.say(t(key)); };
    if (isOpen) { mark(false); place.replaceChildren(); return; }
    if (place.dataset.waits) return;
    place.dataset.waits = 'yes';
    hold();
    let source = null;
    for (let tries = 0; !source && !isGone && tries < 120; tries += 1) {
      if (tries === 1) say('take_preparing');
      if (tries) await pause(1500);
      source = await sourceOf(app, row);
      if (source === '') break;
    }
    delete place.dataset.waits;
    if (isGone) return;
    if (!source) { say('cannot_play'); return; }
    addresses.push(source);
    const media = player(row.kind, source);
    media.addEventListener('error', () => { mark(false); say('cannot_play'); });
    mark(true);
    if (place.textContent) app.say('');
    place.replaceChildren(media);
  }

  function card(row, i) {
    const place = h('div', { class: 'clip' });
    const id = freshId();
    const toggle = button(t(row.kind === 'audio' ? 'listen' : 'watch'), () => watchIn(place, row, toggle));
    toggle.setAttribute('aria-expanded', 'false');
    toggle.setAttribute('aria-describedby', id);
    const radio = h('input', {
      type: 'radio', name: group, checked: Boolean(picked) && picked.clientId === row.clientId,
      onchange: () => { picked = row; app.takes.choose(asked.id, row.clientId); },
    });
    if (row.clientId === openId) watchIn(place, row, toggle);
    return h('li', { class: 'take' },
      h('div', { class: 'take-head' },
        h('label', { id }, canCount(row) && rows.length > 1 && radio, ' ',
          t('take_label', { n: i + 1, time: words.duration(row.seconds || 0), kind: t(`kind_${row.kind}`) })),
        h('span', { class: `take-state ${row.state}` }, stateOf(app, row))),
      h('div', { class: 'actions' }, canWatch(row) && toggle,
        isUnfinished(row) && row.offset > 0 && button(t('keep_arrived'), () => keepArrived(app, row))), place);
  }

  const list = h('ol', { class: 'takes' }, rows.map(card));
  const unwatch = app.takes.watch(() => {
    const now = app.takes.of(asked.id);
    list.querySelectorAll('.take-state').forEach((node, i) => {
      const text = now[i] && stateOf(app, now[i]);
      if (text && node.textContent !== text) { node.textContent = text; node.className = `take-state ${now[i].state}`; }
    });
  });
  return {
    node: h('div', {}, rows.length > 1 && h('p', { class: 'hint' }, t('choose_take')), list),
    picked: () => picked,
    leave() { isGone = true; unwatch(); addresses.forEach((one) => URL.revokeObjectURL(one)); },
  };
}

/** This browser no longer has the rest. */
async function keepArrived(app, row) {
  try {
    await app.api.close(row.id, { bytes: row.offset, sha256: null, seconds: row.seconds || null, reason: 'recovered' });
    await app.refresh();
    await app.again();
  } catch (error) {
    app.say(app.explain(error));
  }
}
