// All questions with their states, in any order; the way back by link; the way on to handing in.

import { button, field, h } from '../dom.js';
import { isAnswered } from './question.js';
import { stateOf } from './takelist.js';

function stateLine(app, question) {
  const { t } = app;
  const row = app.takes.chosen(question.id);
  if (row) return { text: `${t(`kind_${row.kind}`)} · ${stateOf(app, row)}`, state: row.state };
  const answer = app.answerOf(question.id);
  if (answer && answer.text) return { text: `${t('kind_text')} · ${t('take_safe')}`, state: 'verified' };
  const rows = app.takes.of(question.id);
  if (rows.length) return { text: t('state_choose'), state: 'open' };
  return { text: t('state_unanswered'), state: 'open' };
}

export function overview(app, { isBack, cut = [] } = {}) {
  const { t, words } = app;
  const { interview, person } = app.opened;
  const { questions } = interview;
  const done = () => questions.filter((one) => isAnswered(app, one)).length;
  const progress = h('progress', { max: String(questions.length), value: done(), 'aria-label': t('progress_label') });
  const count = h('p', { class: 'lead' });
  const states = questions.map(() => h('span', { class: 'take-state' }));

  function update() {
    count.textContent = t('answered_of', { n: done(), total: questions.length });
    progress.value = done();
    questions.forEach((one, i) => {
      const { text, state } = stateLine(app, one);
      if (states[i].textContent !== text) states[i].textContent = text;
      states[i].className = `take-state ${state}`;
    });
  }
  const unwatch = app.takes.watch(update);
  update();

  const rows = questions.map((one, i) => h('li', { class: 'row' },
    h('div', {}, h('strong', { id: `n${one.position}` }, t('question_n', { position: one.position })), ' ',
      (one.preview || isAnswered(app, one)) && h('span', { lang: interview.locale }, one.prompt), states[i]),
    h('button', { type: 'button', class: isAnswered(app, one) ? '' : 'primary', onclick: () => app.go('question', { question: one }),
      'aria-describedby': `n${one.position}` }, t(isAnswered(app, one) ? 'change' : 'answer'))));
  const cutNames = cut.map((take) => t('question_n', { position: (questions.find((one) => one.id === take.question) || {}).position }));

  return {
    nodes: [
      h('h1', {}, t(isBack ? 'welcome_back' : 'overview_title')),
      cut.length > 0 && h('p', { class: 'notice-box' }, t('recovered', { questions: new Intl.ListFormat(words.code).format(cutNames) })),
      count, progress,
      h('p', { class: 'hint' }, t('any_order'), ' ', app.session.deadline && t('outline_deadline', { moment: words.moment(app.session.deadline) })),
      h('ol', { class: 'rows' }, rows),
      h('div', { class: 'actions' }, button(t('check_and_submit'), () => app.go('check'), done() === questions.length ? 'primary' : '')),
      h('details', {}, h('summary', {}, t('come_back_title')), h('p', {}, t('come_back_text')), linkBack(app),
        isBack && person && h('p', {}, t('signed_in_as', { name: person.name }), ' ',
          app.token.includes('~') && button(t('not_you'), () => startAfresh(app), 'link'))),
      h('details', {}, h('summary', {}, t('withdraw_title')), h('p', {}, t('withdraw_text')), withdrawButton(app)),
    ],
    leave: unwatch,
  };
}

function linkBack(app) {
  const box = h('input', { type: 'text', readonly: true, value: app.linkBack(), onfocus: () => box.select() });
  const copy = button(app.t('copy'), async () => {
    box.select();
    const isDone = await navigator.clipboard.writeText(box.value).then(() => true, () => document.execCommand('copy'));
    app.say(app.t(isDone ? 'copied' : 'copy_by_hand'));
  });
  return h('div', { class: 'copy' }, field(app.t('private_link'), box, app.t('private_link_hint')), copy);
}

/** Someone else sits at this device now. What is still unsent belongs to the first person: it must leave first. */
async function startAfresh(app) {
  if (app.takes.progress().open) { app.shell.warn(app.t('not_you_wait'), button(app.t('understood'), () => app.shell.warn(''))); return; }
  await app.forgetResume();
  location.reload();
}

/** Two presses: the second one, with its own words, does it. */
export function withdrawButton(app) {
  const box = h('div', { class: 'actions' });
  const ask = button(app.t('withdraw'), () => {
    const sure = button(app.t('withdraw_sure'), async () => {
      try {
        await app.api.withdraw();
        await app.go('trouble', { error: { code: 'state_withdrawn' } });
      } catch (error) { app.say(app.explain(error)); }
    }, 'stop');
    box.replaceChildren(sure, button(app.t('cancel'), () => { box.replaceChildren(ask); ask.focus(); }));
    sure.focus();
  });
  box.append(ask);
  return box;
}
