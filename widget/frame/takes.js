// All takes of this session, and which of them counts for each question.

import { pause } from './api.js';
import { Sha256, hex } from './sha256.js';
import { createUploader } from './upload.js';

const COPY_LIMIT = 5e7; // bytes in memory, to watch at once

const KEPT = 'id session question kind type technical began upload serverId size seconds ended sha256 status isShort lostBy'.split(' ');

const newId = () => hex(crypto.getRandomValues(new Uint8Array(16)));

class Take {
  constructor(kept) {
    Object.assign(this, {
      upload: null, serverId: null, sent: 0, size: 0, seconds: 0, ended: null, sha256: null, declared: false, status: 'recording', lostBy: null,
    }, kept);
    this.hash = kept.hash === null ? null : new Sha256(kept.hash);
    this.copy = [];
    this.line = Promise.resolve();
    this.unlock = () => {};
  }

  /** Enough to finish the take after a reload. */
  record() {
    return { ...Object.fromEntries(KEPT.map((key) => [key, this[key]])), hash: this.hash && this.hash.save() };
  }

  get isLost() {
    return this.status === 'damaged' || this.status === 'refused';
  }
}

/** Another tab must not take a running take for an abandoned one. */
function lock(take) {
  if (!navigator.locks) return;
  navigator.locks.request(`greenroom-${take.id}`, () => new Promise((resolve) => { take.unlock = resolve; })).catch(() => {});
}

async function isAbandoned(record) {
  if (!navigator.locks || record.ended) return true;
  try {
    return await navigator.locks.request(`greenroom-${record.id}`, { ifAvailable: true }, (held) => Boolean(held));
  } catch {
    return true;
  }
}

export function createTakes({ api, store }) {
  const list = [];
  const watchers = new Set();
  const changed = (take) => {
    watchers.forEach((watch) => watch(take));
    settle();
  };
  const uploader = createUploader({ api, store, takes: list, changed });
  const takes = { list, session: null, rate: uploader.rate, poke: uploader.poke };
  const choices = new Map(); // question -> client take id, until the server was told

  takes.watch = (watch) => { watchers.add(watch); return () => watchers.delete(watch); };

  takes.begin = ({ question, kind, type }) => {
    const take = new Take({
      id: newId(), session: takes.session.id, question, kind, type, technical: takes.lastWasLost(question), began: Date.now(),
    });
    takes.endCuts(question);
    lock(take);
    list.push(take);
    return take;
  };

  takes.add = (take, buffer, seconds) => {
    const bytes = new Uint8Array(buffer);
    take.line = take.line.then(async () => {
      take.hash?.update(bytes);
      take.seconds = seconds;
      const at = take.size;
      await store.keep({ ...take.record(), size: at + bytes.length }, at, bytes);
      take.size = at + bytes.length;
      if (take.copy) take.copy.push(new Blob([bytes]));
      if (take.size > COPY_LIMIT) take.copy = null;
      uploader.poke();
      changed(take);
    });
    return take.line;
  };

  takes.end = async (take, { seconds, reason }) => {
    await take.line;
    Object.assign(take, {
      seconds, ended: take.lostBy || reason, sha256: take.hash && hex(take.hash.digest()), status: take.isLost ? take.status : 'sending',
    });
    await leave(take);
  };

  /** A fault ended the recording: all of it is sent, and the person says whether to go on with it. */
  takes.cut = async (take, { seconds, reason }) => {
    await take.line;
    Object.assign(take, { seconds, lostBy: reason, status: take.isLost ? take.status : 'cut' });
    await leave(take);
  };

  async function leave(take) {
    take.unlock();
    await store.saveTake(take.record());
    uploader.poke();
    changed(take);
  }

  takes.cutOf = (question) => list.findLast((take) => take.question === question && take.status === 'cut') || null;

  /** Those nobody went on with are kept as they are. */
  takes.endCuts = (question) => {
    for (const take of list) if (take.question === question && take.status === 'cut') takes.end(take, { seconds: take.seconds });
  };

  /** What an earlier page left may have arrived further than this page knows: the server is asked before more is added. */
  takes.mayGoOn = async (take) => {
    uploader.poke();
    for (let tries = 0; take.isStrange && tries < 200; tries += 1) await pause(100);
    return !take.isStrange && take.status === 'cut';
  };

  /** The recorder begins a container of its own in the same take; the server joins them. */
  takes.goOn = (take) => {
    Object.assign(take, { status: 'recording', copy: null });
    lock(take);
    return take;
  };

  /** Take up what an earlier page left. */
  takes.recover = async (session) => {
    takes.session = session;
    dropTakenElsewhere();
    for (const record of await store.leftTakes(session.id)) {
      if (!(await isAbandoned(record))) continue;
      const take = new Take(record);
      take.copy = null;
      Object.assign(take, { doubt: true, isStrange: true });
      const onServer = session.takes.find((one) => one.client_id === take.id);
      if (!take.size && !onServer) { await store.forgetTake(take.id); continue; }
      list.push(take);
      if (take.status === 'verified' || take.isLost) continue;
      if (!take.ended) await takes.cut(take, { seconds: take.seconds, reason: 'recovered' });
    }
    for (const [question, id] of Object.entries(await store.get(`choices:${session.id}`) || {})) choices.set(question, id);
    list.sort((a, b) => a.began - b.began);
    uploader.poke();
  };

  /** Cut here, then gone on with in another tab. */
  function dropTakenElsewhere() {
    const isOpen = (take) => takes.session.takes.some((one) => one.client_id === take.id && one.state === 'recording');
    list.filter((take) => take.status === 'cut' && take.upload && !isOpen(take)).forEach((take) => list.splice(list.indexOf(take), 1));
  }

  /** Oldest first. */
  takes.of = (question) => {
    const known = (takes.session.takes || []).filter((one) => one.question_id === question && one.state !== 'discarded');
    const rows = known.map((one) => ({
      clientId: one.client_id, id: one.id, kind: one.kind, seconds: one.seconds, technical: one.technical, state: one.state, offset: one.offset, local: null,
    }));
    for (const take of list.filter((one) => one.question === question && one.size)) {
      let row = rows.find((one) => one.clientId === take.id);
      if (!row) rows.push(row = { clientId: take.id });
      Object.assign(row, {
        id: take.serverId || row.id, kind: take.kind, seconds: take.seconds, technical: take.technical, local: take, state: take.status,
      });
    }
    return rows;
  };

  takes.lastWasLost = (question) => {
    const last = takes.of(question).at(-1);
    if (!last) return false;
    return ['cut', 'damaged'].includes(last.state) || Boolean(last.local && ['interrupted', 'recovered'].includes(last.local.ended));
  };

  takes.left = (question) => {
    const used = takes.of(question.id).filter((one) => !one.technical && one.state !== 'refused').length;
    const left = 1 + question.retakes + (takes.session.extra_retakes || 0) - used;
    return Math.max(left, takes.lastWasLost(question.id) ? 1 : 0);
  };

  takes.chosen = (question) => {
    const rows = takes.of(question);
    const wanted = choices.get(question);
    const answer = takes.session.answers.find((one) => one.question_id === question);
    return rows.find((one) => one.clientId === wanted) || (answer && rows.find((one) => one.id === answer.take_id)) || null;
  };

  const keepChoices = () => store.note(`choices:${takes.session.id}`, Object.fromEntries(choices));

  takes.choose = async (question, clientId) => {
    choices.set(question, clientId);
    keepChoices();
    await settle();
  };

  takes.unchoose = (question) => {
    choices.delete(question);
    keepChoices();
  };

  let settling = false;
  async function settle() {
    if (settling || !takes.session) return;
    settling = true;
    for (const [question, clientId] of choices) {
      const row = takes.of(question).find((one) => one.clientId === clientId);
      if (!row || row.state !== 'verified' || !row.id) continue;
      const answer = await api.answer(question, { take_id: row.id }).catch(() => null);
      if (!answer) continue;
      takes.setAnswer(question, { take_id: row.id, kind: row.kind, text: null });
      if (choices.get(question) === clientId) takes.unchoose(question);
      watchers.forEach((watch) => watch());
    }
    settling = false;
  }
  takes.settle = settle;

  takes.setAnswer = (question, answer) => {
    const { answers } = takes.session;
    const known = answers.find((one) => one.question_id === question);
    if (known) Object.assign(known, answer);
    else answers.push({ question_id: question, ...answer });
  };

  takes.progress = () => {
    const open = list.filter((one) => one.size && one.status !== 'verified' && !one.isLost && !(one.status === 'cut' && one.sent === one.size));
    const total = open.reduce((sum, one) => sum + one.size, 0);
    const sent = open.reduce((sum, one) => sum + one.sent, 0);
    return { open: open.length, total, sent, fault: (open.find((one) => one.fault) || {}).fault || null };
  };

  takes.forgetAll = async () => {
    for (const take of list) await store.forgetTake(take.id);
    await store.note(`choices:${takes.session.id}`, null);
  };
  return takes;
}
