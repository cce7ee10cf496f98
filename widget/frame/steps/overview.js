// All questions; and the screen for trouble, to which one may come from anywhere.

import { button, field, h } from '../dom.js';
import { newTabLink } from '../panel.js';
import { askPerson } from './help.js';
import { isAnswered, stateOf } from './question.js';

function stateLine(app, question) {
  const { t } = app;
  const row = app.takes.chosen(question.id);
  if (row) return { text: `${t(`kind_${row.kind}`)} · ${stateOf(app, row)}`, state: row.state };
  const answer = app.answerOf(question.id);
  if (answer?.text) return { text: `${t('kind_text')} · ${t('take_safe')}`, state: 'verified' };
  return { text: t(app.takes.of(question.id).length ? 'state_choose' : 'state_unanswered'), state: 'open' };
}

export function questionButton(app, question, id, kind = '') {
  const node = button(app.t(isAnswered(app, question) ? 'change' : 'answer'), () => app.go('question', { question }), kind);
  node.setAttribute('aria-describedby', id);
  return node;
}

export function overview(app, { isBack } = {}) {
  const { t, words } = app;
  const { interview, person } = app.opened;
  const { questions } = interview;
  const open = questions.filter((one) => !isAnswered(app, one));
  const progress = h('progress', { max: questions.length, 'aria-label': t('progress_label') });
  const count = h('p', { class: 'lead' });
  const states = questions.map(() => h('span', { class: 'take-state' }));

  function update() {
    const n = questions.filter((one) => isAnswered(app, one)).length;
    const minutes = Math.ceil(questions.reduce((sum, one) => sum + (isAnswered(app, one) ? 0 : one.answer_seconds / 30), 0));
    count.textContent = words.list([t('answered_of', { n, total: questions.length }), minutes && t('about_left', { time: words.unit(minutes, 'minute') })].filter(Boolean));
    progress.value = n;
    questions.forEach((one, i) => {
      const { text, state } = stateLine(app, one);
      if (states[i].textContent !== text) states[i].textContent = text;
      states[i].className = `take-state ${state}`;
    });
  }
  const unwatch = app.takes.watch(update);
  update();

  const rows = questions.map((one, i) => h('li', { class: 'row' },
    h('div', {}, h('strong', { id: `n${i}` }, t('question_n', { position: one.position })), ' ',
      (one.preview || !open.includes(one)) && h('span', { lang: interview.locale }, one.prompt), states[i]),
    questionButton(app, one, `n${i}`, one === open[0] ? 'primary' : '')));

  return {
    nodes: [
      h('h1', {}, t(isBack ? 'welcome_back' : 'overview_title')),
      count, progress,
      h('p', { class: 'hint' }, t('any_order'), ' ', app.session.deadline && t('outline_deadline', { moment: words.moment(app.session.deadline) })),
      h('ol', { class: 'rows' }, rows),
      h('div', { class: 'actions' }, button(t('check_and_submit'), () => app.go('check'), open.length ? '' : 'primary')),
      h('details', {}, h('summary', {}, t('come_back_title')), h('p', {}, t('come_back_text')), linkBack(app),
        isBack && person && h('p', {}, t('signed_in_as', { name: person.name }), ' ',
          app.token.includes('~') && button(t('not_you'), () => startAfresh(app), 'link'))),
      withdrawal(app),
    ],
    leave: unwatch,
  };
}

function linkBack(app) {
  const box = h('input', { type: 'text', readonly: true, value: app.linkBack(), onfocus: () => box.select() });
  const copy = button(app.t('copy'), async () => {
    box.select();
    if (await navigator.clipboard.writeText(box.value).then(() => true, () => document.execCommand('copy'))) app.say(app.t('copied'));
  });
  return h('div', { class: 'copy' }, field(app.t('private_link'), box, app.t('private_link_hint')), copy);
}

/** Someone else sits here now; what is unsent belongs to the first person. */
async function startAfresh(app) {
  if (app.takes.progress().open) { app.shell.warn(app.t('not_you_wait')); return; }
  await app.forgetResume();
  location.reload();
}

export function withdrawal(app) {
  const { t } = app;
  const box = h('div', { class: 'actions' });
  const ask = button(t('withdraw'), () => {
    const sure = button(t('withdraw_sure'), () => app.api.withdraw().then(
      () => app.go('trouble', { error: { code: 'state_withdrawn' } }), (error) => app.say(app.explain(error))), 'stop');
    box.replaceChildren(sure, button(t('cancel'), () => { box.replaceChildren(ask); ask.focus(); }));
    sure.focus();
  });
  box.append(ask);
  return h('details', {}, h('summary', {}, t('withdraw_title')), h('p', {}, t('withdraw_text')), box);
}

export function trouble(app, { error, again }) {
  const { t } = app;
  const { code = 'unknown' } = error;
  const isKnown = app.words.has(`${code}_title`);
  if (!isKnown) app.host.event('error', { code });
  const timer = code === 'moved' && app.session ? setInterval(lookAfter, 5000) : null;

  async function lookAfter() {
    const session = await app.api.session().catch(() => null);
    if (!session || session.state === 'in_progress') return;
    await app.go('trouble', { error: { code: session.state === 'submitted' ? 'submitted_elsewhere' : `state_${session.state}` } });
  }

  async function reopen() {
    try {
      await app.open();
      app.shell.render();
      await app.enter();
    } catch (problem) {
      await app.go('trouble', { error: problem, again: true });
    }
  }

  const isElsewhere = ['other_tab', 'moved'].includes(code);
  return {
    nodes: [
      h('h1', {}, isKnown ? t(`${code}_title`) : t('error_title')),
      h('p', { class: 'lead' }, isKnown ? t(`${code}_text`) : app.explain(error)),
      h('div', { class: 'actions' },
        (isElsewhere || again || error.passing) && button(t(isElsewhere ? 'use_this_tab' : 'try_again'), reopen, 'primary'),
        app.host.isFramed && again && app.token && newTabLink(app)),
      askPerson(app),
    ],
    leave: () => clearInterval(timer),
  };
}
