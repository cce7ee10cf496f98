// All questions; and the two screens one may come to from anywhere: another way to answer, and trouble.

import { button, field, h, problemLine, tick } from '../dom.js';
import { newTabLink } from '../panel.js';
import { mailTo } from './arrive.js';
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

export function overview(app, { isBack, cut = [] } = {}) {
  const { t, words } = app;
  const { interview, person } = app.opened;
  const { questions } = interview;
  const open = questions.filter((one) => !isAnswered(app, one));
  const progress = h('progress', { max: questions.length, 'aria-label': t('progress_label') });
  const count = h('p', { class: 'lead' });
  const states = questions.map(() => h('span', { class: 'take-state' }));

  function update() {
    const n = questions.filter((one) => isAnswered(app, one)).length;
    count.textContent = t('answered_of', { n, total: questions.length });
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
  const names = questions.filter((one) => cut.some((take) => take.question === one.id)).map((one) => t('question_n', { position: one.position }));

  return {
    nodes: [
      h('h1', {}, t(isBack ? 'welcome_back' : 'overview_title')),
      names.length > 0 && h('p', { class: 'notice-box' }, t('recovered', { questions: words.list(names) })),
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

/** No reason is asked for and reviewers never see it. */
export function help(app, { from }) {
  const { t } = app;
  const session = app.session || { time_factor: 1 };
  const box = (name, isOn) => h('input', { type: 'checkbox', name, checked: Boolean(isOn || (app.wishes || {})[name]) });
  const time = box('more_time', session.time_factor !== 1);
  const kinds = box('other_kinds', session.other_kinds);
  const takes = box('more_retakes', session.extra_retakes > 0);
  const message = h('textarea', { rows: 3, maxlength: 2000 });
  const problem = problemLine();
  const back = () => app.go(from ? from.name : 'notice', from ? { ...from.params, isBack: false, cut: [] } : {});

  async function use() {
    app.wishes = { more_time: time.checked, other_kinds: kinds.checked, more_retakes: takes.checked, message: message.value.trim() };
    try {
      if (app.session) app.setSession(await app.api.accommodation(app.wishes));
    } catch (error) {
      problem.tell(app.explain(error));
      return;
    }
    app.say(t('help_done'));
    await back();
  }

  return {
    nodes: [
      h('h1', {}, t('help_title')), h('p', { class: 'lead' }, t('help_text')),
      h('form', { novalidate: true, onsubmit: (event) => { event.preventDefault(); use(); } },
        tick(t('help_time'), time, t('help_time_hint')), tick(t('help_kinds'), kinds, t('help_kinds_hint')), tick(t('help_takes'), takes),
        field(t('help_message'), message, t('help_message_hint')), problem.node,
        h('div', { class: 'actions' }, button(t('help_use'), use, 'primary'), button(t('back'), back))),
      h('h2', {}, t('help_more')),
      h('ul', {}, ['help_captions', 'help_read', 'help_pause'].map((key) => h('li', {}, t(key)))),
      askPerson(app),
    ],
  };
}

const askPerson = (app) => {
  const link = app.opened && mailTo(app.opened.interview.contact);
  return link && h('p', {}, app.t('ask_person'), ' ', link);
};

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
