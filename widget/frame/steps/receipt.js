// The receipt: what is held, what was done with it, the words to correct, and what the candidate may still ask for.

import { button, doneLine, field, h, problemLine, tick } from '../dom.js';
import { factList } from './arrive.js';
import { askPerson, inquiryForm } from './help.js';

export async function submitted(app, params = {}) {
  const { t, words } = app;
  const given = params.receipt;
  if (!app.api.token) app.api.token = app.token; // a receipt link opens with its own token
  const receipt = given || await app.api.receipt();
  const { employer, notice } = app.opened;
  if (given) {
    app.session.state = 'submitted';
    app.host.event('submitted');
    await app.takes.forgetAll();
  }
  const link = receipt.receipt_token && `${location.origin}/i#${receipt.receipt_token}`;
  const line = (key, value) => value && h('div', {}, h('dt', {}, t(key)), h('dd', {}, value));
  return {
    nodes: [
      h('h1', {}, t('submitted_title')), h('p', { class: 'lead' }, t('submitted_text', { employer: employer.name })),
      h('dl', { class: 'facts' }, line('receipt_reference', receipt.reference),
        receipt.submitted_at && line('receipt_time', words.moment(receipt.submitted_at)),
        receipt.promise_at && line('receipt_promise', words.day(receipt.promise_at))),
      link && h('p', {}, h('a', { class: 'button', href: link, target: '_blank', rel: 'noopener' }, t('receipt_link'))),
      h('h2', {}, t('work_title')), workDone(app, receipt), whatWasHeard(app, receipt.transcribed, params),
      h('h2', {}, t('receipt_answers')), h('p', { class: 'hint' }, t('receipt_hash_text')), h('ol', { class: 'cards' }, answers(app, receipt)),
      h('h2', {}, t('choices_title')), app.session && notice.ai_consent_asked && aiChoice(app),
      inquiryForm(app, params, receipt.inquiries), askPerson(app),
      receipt.facts && [h('h2', {}, t('facts_title')), factList(receipt.facts, notice.locale)],
    ],
  };
}

const answers = (app, receipt) => receipt.answers.map((one) => h('li', { class: 'card' },
  h('h3', {}, app.t('question_n', { position: one.position }), ' ', h('span', { lang: app.opened.interview.locale }, one.prompt)),
  one.sha256 ? [
    h('p', {}, [app.t(`kind_${one.kind}`), one.seconds && app.words.duration(one.seconds), app.t('receipt_bytes', { n: one.bytes })].filter(Boolean).join(' · ')),
    h('p', { class: 'hash' }, 'SHA-256 ', h('code', {}, one.sha256))] : h('p', {}, app.t('state_unanswered'))));

function workDone(app, { transcribed, proposed_at: proposed, reviewed_at: reviewed }) {
  const { t, words } = app;
  return h('ul', { class: 'outline' }, [
    transcribed?.length > 0 && t('work_transcribed'),
    proposed ? t('work_proposed', { date: words.day(proposed) }) : t('work_none'),
    reviewed ? t('work_reviewed', { date: words.day(reviewed) }) : t('work_waiting'),
  ].filter(Boolean).map((text) => h('li', {}, text)));
}

/** Every place stands from the start and is filled when its words come, so that nothing moves under a finger. */
function whatWasHeard(app, positions = [], kept) {
  if (!positions.length) return null;
  const { t } = app;
  const coming = app.api.transcripts();
  return [h('h2', {}, t('words_title')), h('p', {}, t('words_text')), ...positions.map((position) =>
    correction(app, position, coming.then(({ transcripts }) => transcripts.find((one) => one.position === position)), kept))];
}

/** `kept` holds what was typed and not saved, with the number of the version it corrects. */
function correction(app, position, coming, kept) {
  const { t } = app;
  const key = `words${position}`;
  const area = h('textarea', { rows: 6, lang: app.opened.interview.locale, readonly: true, oninput: () => { done.tell(''); kept[key] = { text: area.value, number: one.number }; } });
  const problem = problemLine();
  const done = doneLine(app);
  let one = null;

  coming.then((words) => {
    one = words && { ...words, ...kept[key] };
    area.lang = one.language || area.lang;
    area.value = one.text;
    area.readOnly = false;
  }).catch((error) => {
    problem.node.textContent = app.explain(error);
    problem.node.hidden = false;
  });

  async function save() {
    if (!one) return;
    try {
      Object.assign(one, await app.api.correct(one.take_id, { number: one.number, text: area.value }));
      delete kept[key];
      problem.node.hidden = true;
      done.tell(t('text_saved'));
    } catch (error) {
      problem.tell(app.explain(error), area);
    }
  }

  return h('details', { open: key in kept }, h('summary', {}, t('question_n', { position })),
    field(t('words_heard'), area), problem.node, h('div', { class: 'actions' }, button(t('words_save'), save), done.node));
}

function aiChoice(app) {
  const box = h('input', { type: 'checkbox', checked: app.session.consent.ai, onchange: () => app.api.consent(box.checked).then(
    () => { app.session.consent.ai = box.checked; app.say(app.t('text_saved')); },
    (error) => { box.checked = !box.checked; app.shell.warn(app.explain(error)); },
  ) });
  return tick(app.t('consent_ai'), box, app.t('consent_ai_hint'));
}
