// tus 1.0.0 for takes that are still growing. A slice is released only after the server has it.

import { Trouble, waitOf } from './api.js';
import { base64, sha256, utf8 } from './sha256.js';

const TUS = { 'Tus-Resumable': '1.0.0' };
const REQUEST_MS = 30000;
const SMALLEST = 16384;
const LARGEST = 1048576;

const metadata = (values) => Object.entries(values).map(([key, value]) => `${key} ${base64(utf8(String(value)))}`).join(',');

export function createUploader({ api, store, takes, changed }) {
  let wake = null;
  let failures = 0;
  let rate = null;
  let most = 262144; // bytes in one request: doubled by what arrives soon, halved by a cut

  const sleep = (ms) => new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    wake = () => { clearTimeout(timer); resolve(); };
  });
  const poke = () => wake && wake();
  addEventListener('online', () => { takes.forEach((take) => { take.wait = 0; }); failures = 0; poke(); });

  const isOpen = (take) => !['verified', 'damaged', 'refused'].includes(take.status);
  const hasWork = (take) => isOpen(take) && (take.size > take.sent || take.ended) && (take.wait || 0) <= performance.now();

  const offsetOf = (response) => Number(response.headers.get('Upload-Offset'));

  async function tus(method, url, headers, body) {
    const response = await api.fetch(url, { method, headers: { ...TUS, ...headers }, body }, REQUEST_MS);
    if (response.ok) return response;
    const answer = await response.json().catch(() => null);
    throw new Trouble(answer?.error?.code || `status_${response.status}`, response.status, answer, waitOf(response));
  }

  async function create(take) {
    const response = await tus('POST', '/c/uploads', {
      'Upload-Defer-Length': '1',
      'Upload-Metadata': metadata({
        question: take.question, kind: take.kind, filetype: take.type, take: take.id, technical: take.technical ? 1 : 0,
      }),
    });
    // Our own origin, not a proxy's.
    const place = new URL(response.headers.get('Location'), location.href);
    take.upload = place.pathname + place.search;
    take.doubt = true; // It may have been created before.
    await store.saveTake(take.record());
  }

  async function ask(take) {
    const response = await tus('HEAD', take.upload);
    Object.assign(take, { doubt: false, isStrange: false });
    take.declared = response.headers.has('Upload-Length');
    const size = offsetOf(response);
    // Storage was full before a reload: keep what arrived.
    if (take.lostBy && size > take.size) Object.assign(take, { size, hash: null, sha256: null, lostBy: 'recovered', ended: take.ended && 'recovered' });
    await moveTo(take, size);
  }

  async function moveTo(take, offset) {
    if (!Number.isFinite(offset)) throw new Trouble('network');
    if (offset < take.sent && !(await store.read(take.id, offset, 1))) throw new Trouble('lost', 410);
    take.sent = offset;
    await store.release(take.id, offset);
    changed(take);
  }

  async function send(take) {
    const body = take.sent < take.size ? await store.read(take.id, take.sent, most) : new Uint8Array(0);
    if (!body) throw new Trouble('lost', 410);
    const headers = {
      'Content-Type': 'application/offset+octet-stream',
      'Upload-Offset': String(take.sent),
    };
    // Of a cut body with a checksum nothing counts.
    if (most > SMALLEST) headers['Upload-Checksum'] = `sha256 ${base64(sha256(body))}`;
    const isLast = take.ended && take.sent + body.length === take.size;
    if (isLast) headers['Upload-Length'] = String(take.size);
    const began = performance.now();
    const response = await tus('PATCH', take.upload, headers, body);
    const took = Math.max(1, performance.now() - began);
    if (took < 8000) most = Math.min(LARGEST, Math.max(most, body.length * 2));
    const measured = body.length * 8000 / took;
    if (body.length > SMALLEST) rate = (rate || measured) * 0.7 + measured * 0.3;
    if (isLast) take.declared = true;
    await moveTo(take, offsetOf(response));
  }

  async function close(take) {
    if (!take.serverId) {
      const session = await api.session();
      const known = session.takes.find((one) => one.client_id === take.id);
      if (!known) throw new Trouble('lost', 410);
      take.serverId = known.id;
    }
    const answer = await api.close(take.serverId, {
      bytes: take.size, sha256: take.sha256, seconds: Math.round(take.seconds * 10) / 10, reason: take.ended,
    });
    take.status = answer.state === 'damaged' ? 'damaged' : 'verified';
    if (take.status === 'verified') await store.release(take.id, Infinity);
    await store.saveTake(take.record());
    changed(take);
  }

  function advance(take) {
    if (!take.upload) return create(take);
    if (take.doubt) return ask(take);
    if (take.sent < take.size || (take.ended && !take.declared)) return send(take);
    return close(take);
  }

  /** What fits is sent in small pieces; once the recording has ended, what arrived counts. */
  function atTheLimit(take) {
    if (!take.upload) take.status = 'refused';
    else if (most > SMALLEST) most = SMALLEST;
    else if (take.ended && take.sent) Object.assign(take, { size: take.sent, sha256: null, ended: 'recovered', isShort: true, copy: null });
    else if (take.ended) take.status = 'refused';
  }

  async function setBack(take, trouble) {
    failures += 1;
    take.doubt = Boolean(take.upload);
    take.fault = trouble.status === 507 ? 'storage_full' : trouble.code;
    const { status } = trouble;
    if (!status) most = Math.max(SMALLEST, most / 2);
    const isGone = status === 404 || status === 410;
    if (status === 401 && api.renew) await api.renew().catch(() => {});
    else if (isGone && take.upload && trouble.code !== 'lost' && (await store.read(take.id, 0, 1))) {
      Object.assign(take, { upload: null, serverId: null, sent: 0, doubt: false }); // begin again: every slice is still here
    } else if (isGone) take.status = 'damaged';
    else if (status === 413) atTheLimit(take);
    else if (status === 409 && !take.upload) take.status = 'refused'; // no retake left
    const steps = status === 423 || status === 460 || status === 409 ? 300 : 800;
    const wait = Math.min(30000, steps * 2 ** Math.min(failures - 1, 6)) * (0.7 + Math.random() * 0.6);
    take.wait = performance.now() + Math.max(wait, trouble.after * 1000, status === 507 ? 10000 : 0);
    changed(take);
  }

  async function run() {
    for (;;) {
      const take = takes.find(hasWork);
      if (!take) {
        await sleep(takes.some(isOpen) ? 250 : 1000);
        continue;
      }
      try {
        await advance(take);
        failures = 0;
        take.fault = null;
      } catch (trouble) {
        await setBack(take, trouble instanceof Trouble ? trouble : new Trouble('network'));
      }
    }
  }

  run();
  return { poke, rate: () => rate };
}
