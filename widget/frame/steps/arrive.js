// Before the first question: the notice with its consents, the device check, the practice question.

import { button, field, focusOn, h, mark, paragraphs, problemLine, tick } from '../dom.js';
import { memorySink, newTabLink, player, recordPanel } from '../panel.js';
import { clipOf } from './beside.js';

const CLIP = { soft: 10, hard: 15 };
const PRACTICE = { soft: 60, hard: 90 };

export const factList = (facts, lang) => h('dl', { class: 'facts', lang },
  facts.map((fact) => h('div', {}, h('dt', {}, fact.question), h('dd', {}, fact.answer))));

/** The address is shown as well: not everybody has a mail program behind such a link. */
export const mailTo = (contact) => contact?.email
  && h('a', { href: `mailto:${contact.email}` }, [contact.name, contact.email].filter(Boolean).join(', '));

function outline(app) {
  const { t, words } = app;
  const { questions, minutes, deadline, days_open: days, locale } = app.opened.interview;
  const retakes = Math.min(...questions.map((one) => one.retakes));
  const facts = [
    t('outline_length', { time: words.unit(minutes, 'minute'), n: questions.length }),
    t('outline_kinds', { kinds: words.list(app.kindsAnywhere().map((kind) => t(`kind_${kind}`))) }),
    retakes > 0 && t('outline_retakes', { n: retakes }),
    t('outline_practice'), t('outline_pace'),
    deadline ? t('outline_deadline', { moment: words.moment(deadline) }) : days && t('outline_days', { n: days }),
  ];
  const open = questions.filter((one) => one.preview && one.prompt);
  return [h('ul', { class: 'outline' }, facts.filter(Boolean).map((fact) => h('li', {}, fact))),
    open.length > 0 && h('details', {}, h('summary', {}, t('preview_questions')),
      h('ol', { lang: locale }, open.map((one) => h('li', { value: one.position }, one.prompt))))];
}

export function notice(app, { problem } = {}) {
  const { t } = app;
  const { employer, interview, notice: shown, person } = app.opened;
  // What was typed stays; a tick holds only for the very words it was given to.
  const kept = app.entered || {};
  const ticked = kept.hash === shown.hash ? kept : {};
  const recording = h('input', { type: 'checkbox', name: 'recording', checked: Boolean(ticked.recording) });
  const ai = h('input', { type: 'checkbox', name: 'ai', checked: Boolean(ticked.ai) });
  const name = h('input', { type: 'text', name: 'name', autocomplete: 'name', maxlength: 200, value: kept.name || '' });
  const email = h('input', { type: 'email', name: 'email', autocomplete: 'email', maxlength: 254, value: kept.email || '' });
  const message = problemLine(problem);
  const go = button(t('start'), begin, 'primary big');
  const isBlocked = ['audio', 'video'].some((kind) => app.devices.hindrance(kind) === 'blocked');

  /** All that is missing at once. */
  function missing() {
    const wrong = mark([
      ...(person ? [] : [[name, !name.value.trim() && t('need_name')], [email, !(email.value && email.validity.valid) && t('need_email')]]),
      [recording, !recording.checked && t('error_consent_needed')],
    ]);
    app.say(wrong);
    return wrong;
  }

  async function begin() {
    if (go.hasAttribute('aria-busy')) return undefined;
    if (missing()) return undefined;
    go.setAttribute('aria-busy', 'true');
    app.agreed = startSession(app, { recording: true, ai: ai.checked }, person || { name: name.value.trim(), email: email.value.trim() });
    const kind = firstKind(app.kindsAnywhere());
    // While the agreement is written down, the devices may be turned on; nothing can be recorded before it is.
    const isAhead = kind && !app.devices.hindrance(kind);
    if (isAhead) app.go('devices');
    try {
      await app.agreed;
    } catch (error) {
      app.agreed = null;
      if (error.code === 'notice_changed') await app.open();
      const problem = app.explain(error);
      await app.go('notice', { problem });
      return app.say(problem);
    }
    return isAhead || app.go(kind ? 'devices' : 'overview');
  }

  return {
    nodes: [
      employer.logo_url && h('img', { class: 'logo', src: employer.logo_url, alt: employer.name }),
      h('h1', { lang: interview.locale }, interview.title), h('p', { class: 'lead' }, t('invites', { employer: employer.name })),
      isBlocked && h('div', { class: 'notice-box warn' }, h('h2', {}, t('device_blocked_title')), h('p', {}, t('device_blocked')),
        app.host.isFramed && h('div', { class: 'actions' }, newTabLink(app))),
      clipOf(app, interview.welcome_clip, t('clip_welcome', { employer: employer.name })),
      h('div', { lang: interview.locale }, paragraphs(interview.opening), paragraphs(interview.welcome)),
      outline(app),
      h('h2', {}, t('facts_title')), factList(shown.facts, shown.locale),
      mailTo(interview.contact) && h('p', { class: 'hint' }, t('ask_person'), ' ', mailTo(interview.contact)),
      h('form', { class: 'consents', novalidate: true, onfocusin: app.api.warm, onpointerover: app.api.warm, onsubmit: (event) => { event.preventDefault(); begin(); } },
        h('h2', {}, t('consent_title')),
        person ? h('p', {}, t('signed_in_as', { name: person.name })) : [field(t('your_name'), name), field(t('your_email'), email, t('email_hint'))],
        tick(t('consent_recording', { employer: employer.name }), recording),
        shown.ai_consent_asked && tick(t('consent_ai'), ai, t('consent_ai_hint')),
        message.node, h('div', { class: 'actions' }, go), h('p', { class: 'hint' }, t('nothing_records'))),
    ],
    leave() { app.entered = { hash: shown.hash, name: name.value, email: email.value, recording: recording.checked, ai: ai.checked }; },
  };
}

/** What recording begins with; null where everything is answered in writing. */
const firstKind = (offered) => offered.find((kind) => kind !== 'text') || null;

function device() {
  const agent = navigator.userAgent;
  const side = Math.min(screen.width, screen.height);
  return {
    kind: navigator.maxTouchPoints < 2 ? 'computer' : side < 600 ? 'phone' : 'tablet',
    engine: /Firefox\//.test(agent) ? 'firefox' : /Chrome\//.test(agent) ? 'chromium' : /WebKit/.test(agent) ? 'webkit' : 'other',
  };
}

async function startSession(app, consent, { name, email }) {
  const started = await app.api.start({
    token: app.token, host_origin: app.host.origin, locale: app.words.code, notice_hash: app.opened.notice.hash, consent, name, email,
    time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone, device: device(), ...(app.wishes && { accommodation: app.wishes }),
  });
  app.api.token = started.token;
  app.setSession(started.session);
  await app.keepResume(started.resume);
  app.keepWishes(null);
  app.opened.interview = started.interview; // prompts that may not be previewed come only now
  app.host.event('started');
  app.shell.render();
  app.shell.tellMemoryIfNeeded();
}

/** The clip stays in memory. */
function rehearsal(app, kind, limits, title, text, ways = {}) {
  const sink = memorySink();
  const clip = h('div', { class: 'clip' });
  let address = null;
  const drop = () => address && URL.revokeObjectURL(address);
  const panel = recordPanel(app, {
    kind, limits, sink, otherKinds: ways.kinds || [], onkind: ways.choose, start: 'start_test',
    ondone() {
      drop();
      address = URL.createObjectURL(new Blob(sink.clip.parts, { type: sink.clip.type }));
      const head = h('h2', {}, title);
      clip.replaceChildren(head, player(kind, address), h('p', { class: 'hint' }, text));
      focusOn(head);
      panel.reopen();
    },
  });
  return { panel, clip, async leave() { await panel.leave(); drop(); } };
}

export function devices(app, { kind: wished } = {}) {
  const { t } = app;
  const offered = app.kindsAnywhere();
  const kind = wished || firstKind(offered) || 'audio';
  const choose = (other) => {
    app.kindWish = other;
    return other === 'text' ? app.go('overview') : app.go('devices', { kind: other });
  };
  const kinds = offered.filter((one) => one !== kind && (one === 'text' || kind === 'video'));
  const { panel, clip, leave } = rehearsal(app, kind, CLIP, t('clip_title'), t('clip_hint'), { kinds, choose });
  const pickers = h('div', { class: 'pickers' });
  const media = navigator.mediaDevices || new EventTarget();

  function picker(which, label, found) {
    const track = app.devices.stream.getTracks().find((one) => one.kind === which);
    const current = track?.getSettings().deviceId;
    const select = h('select', { onchange: async () => {
      await app.devices.choose(which, select.value, select.selectedOptions[0].textContent).catch(() => {}); // the panel says it
      panel.reopen();
    } }, found[which].map((one, i) => h('option', { value: one.deviceId, selected: one.deviceId === current }, one.label || `${label} ${i + 1}`)));
    return found[which].length > 0 && field(label, select);
  }

  const onward = button(t('go_to_questions'), () => { app.kindWish = app.kindWish || kind; app.go('overview'); });

  async function fill() {
    if (!app.devices.stream || pickers.childElementCount) return;
    onward.className = 'primary';
    const found = await app.devices.list();
    if (app.devices.stream) pickers.replaceChildren(...[kind === 'video' && picker('video', t('camera'), found), picker('audio', t('microphone'), found)].filter(Boolean));
  }
  const refill = () => pickers.replaceChildren();
  const timer = setInterval(fill, 400);
  media.addEventListener('devicechange', refill);

  return {
    nodes: [
      h('h1', {}, t(kind === 'video' ? 'devices_title' : 'devices_title_audio')), h('p', {}, t('devices_text')),
      panel.node, clip,
      h('div', { class: 'actions' },
        onward, button(t('practise'), () => app.go('practice', { kind })),
        offered.filter((one) => one !== kind).map((one) => button(t(`use_${one}`), () => choose(one), kinds.includes(one) ? 'link twice' : 'link'))),
      pickers, // they come when the devices are known: below, so that no button moves under a press
    ],
    leave() {
      clearInterval(timer);
      media.removeEventListener('devicechange', refill);
      return leave();
    },
  };
}

export function practice(app, { kind = 'video' } = {}) {
  const { t } = app;
  const { panel, clip, leave } = rehearsal(app, kind, PRACTICE, t('practice_done'), t('practice_done_text'));
  return {
    nodes: [
      h('h1', {}, h('span', { class: 'eyebrow' }, t('practice_eyebrow')), ' ', t('practice_prompt')),
      h('p', { class: 'notice-box' }, t('practice_text')), panel.node, clip,
      h('div', { class: 'actions' }, button(t('go_to_questions'), () => app.go('overview'), 'primary')),
    ],
    leave,
  };
}
