// First screen: whose interview, how long, what happens with the answers, who decides; consents unticked; then start.

import { button, field, focusOn, h, paragraphs, tick } from '../dom.js';
import { newTabLink } from '../panel.js';

function factsOf(app) {
  const { notice, interview, employer } = app.opened;
  return h('section', {}, h('h2', {}, app.t('facts_title')),
    h('dl', { class: 'facts', lang: notice.locale },
      notice.facts.map((fact) => h('div', {}, h('dt', {}, fact.question), h('dd', {}, fact.answer)))),
    interview.contact && interview.contact.email && h('p', { class: 'hint' }, app.t('contact_line', { employer: employer.name }), ' ',
      h('a', { href: `mailto:${interview.contact.email}` }, interview.contact.name || interview.contact.email)));
}

function outline(app) {
  const { t, words } = app;
  const { interview } = app.opened;
  const kinds = ['video', 'audio', 'text'].filter((kind) => interview.questions.some((one) => one.kinds.includes(kind)));
  const list = new Intl.ListFormat(words.code, { type: 'disjunction' });
  const retakes = Math.min(...interview.questions.map((one) => one.retakes));
  const facts = [
    t('outline_length', { time: words.unit(interview.minutes, 'minute'), n: interview.questions.length }),
    t('outline_kinds', { kinds: list.format(kinds.map((kind) => t(`kind_${kind}`))) }),
    retakes > 0 && t('outline_retakes', { n: retakes }),
    t('outline_pace'),
    interview.deadline && t('outline_deadline', { moment: words.moment(interview.deadline) }),
  ];
  const open = interview.questions.filter((one) => one.preview && one.prompt);
  return [h('ul', { class: 'outline' }, facts.filter(Boolean).map((fact) => h('li', {}, fact))),
    open.length > 0 && h('details', {}, h('summary', {}, t('preview_questions')),
      h('ol', { lang: interview.locale }, open.map((one) => h('li', { value: one.position }, one.prompt))))];
}

export function notice(app, { problem } = {}) {
  const { t } = app;
  const { employer, interview, notice: shown, person } = app.opened;
  const recording = h('input', { type: 'checkbox', name: 'recording' });
  const ai = h('input', { type: 'checkbox', name: 'ai' });
  const name = h('input', { type: 'text', name: 'name', autocomplete: 'name', maxlength: '200' });
  const email = h('input', { type: 'email', name: 'email', autocomplete: 'email', maxlength: '254' });
  const message = h('p', { class: 'error', tabindex: '-1', hidden: !problem }, problem);
  const go = button(t('start'), begin, 'primary big');
  const isBlocked = app.devices.hindrance('audio') === 'blocked' || app.devices.hindrance('video') === 'blocked';

  function refuse(text, control) {
    message.hidden = false;
    message.textContent = text;
    app.say(text);
    focusOn(control);
  }

  async function begin() {
    if (!recording.checked) return refuse(t('need_consent'), recording);
    if (!person && !name.value.trim()) return refuse(t('need_name'), name);
    if (!person && !(email.value && email.validity.valid)) return refuse(t('need_email'), email);
    go.setAttribute('aria-busy', 'true');
    try {
      await startSession(app, { recording: true, ai: ai.checked }, person || { name: name.value.trim(), email: email.value.trim() });
    } catch (error) {
      go.removeAttribute('aria-busy');
      if (error.code === 'notice_changed') { await app.open(); return app.go('notice', { problem: t('error_notice_changed') }); }
      if (error.code === 'consent_needed') return refuse(t('need_consent'), recording);
      return refuse(app.explain(error), message);
    }
    const needsDevices = interview.questions.some((one) => app.kindsOf(one).some((kind) => kind !== 'text'));
    return app.go(needsDevices ? 'devices' : 'overview');
  }

  return {
    nodes: [
      h('h1', {}, interview.title),
      h('p', { class: 'lead' }, t('invites', { employer: employer.name })),
      isBlocked && h('div', { class: 'notice-box warn' }, h('h2', {}, t('device_blocked_title')), h('p', {}, t('device_blocked')),
        app.host.isFramed && h('div', { class: 'actions' }, newTabLink(app))),
      h('div', { lang: interview.locale }, paragraphs(interview.opening), paragraphs(interview.welcome)),
      outline(app),
      factsOf(app),
      h('form', { class: 'consents', novalidate: true, onsubmit: (event) => { event.preventDefault(); begin(); } },
        h('h2', {}, t('consent_title')),
        !person && [field(t('your_name'), name), field(t('your_email'), email, t('email_hint'))],
        person && h('p', {}, t('signed_in_as', { name: person.name })),
        tick(t('consent_recording', { employer: employer.name }), recording),
        shown.ai_consent_asked && tick(t('consent_ai'), ai, t('consent_ai_hint')),
        message,
        h('div', { class: 'actions' }, go),
        h('p', { class: 'hint' }, t('nothing_records'))),
    ],
  };
}

async function startSession(app, consent, person) {
  const touch = navigator.maxTouchPoints > 1;
  const kind = touch ? (Math.min(screen.width, screen.height) < 600 ? 'phone' : 'tablet') : 'computer';
  const agent = navigator.userAgent;
  const engine = /Firefox\//.test(agent) ? 'firefox' : /Chrome\//.test(agent) ? 'chromium' : /AppleWebKit/.test(agent) ? 'webkit' : 'other';
  const started = await app.api.start({
    token: app.token, host_origin: app.host.origin, locale: app.words.code, notice_hash: app.opened.notice.hash, consent,
    name: person.name, email: person.email, time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone, device: { kind, engine },
  });
  app.api.token = started.token;
  app.setSession(started.session);
  await app.keepResume(started.resume);
  if (app.wishes) app.setSession(await app.api.accommodation(app.wishes).catch(() => app.session));
  // Prompts that may not be previewed come only now.
  const opened = await app.api.open(started.resume, app.host.origin, app.words.code);
  app.opened = opened;
  app.api.token = opened.token || started.token;
  app.host.event('started');
  app.shell.render();
  app.shell.tellMemoryIfNeeded();
}
