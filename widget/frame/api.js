// The only way to the server: bearer token, time limits, repeats where repeating is safe.

export class Trouble extends Error {
  /** `after`: the seconds that the server asks us to wait. */
  constructor(code, status = 0, body = null, after = 0) {
    super(code);
    this.after = after;
    this.code = code;
    this.status = status;
    this.body = body || {};
  }

  get passing() {
    return this.code === 'network' || this.status >= 500 || this.status === 429;
  }
}

const WARM_MS = 8000; // the server holds an idle line longer

export const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

const codeFor = (status, body) => body?.error?.code || (status >= 500 ? 'server' : `status_${status}`);

export const waitOf = (response) => Number(response.headers.get('Retry-After')) || 0;

export function createApi() {
  const api = { token: null }; // the candidate token, in memory only

  api.fetch = async (path, options = {}, limitMs = 15000) => {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), limitMs);
    const headers = { ...options.headers };
    if (api.token) headers.Authorization = `Bearer ${api.token}`;
    try {
      return await fetch(path, { ...options, headers, signal: stop.signal, credentials: 'omit', cache: 'no-store' });
    } catch {
      throw new Trouble('network');
    } finally {
      clearTimeout(timer);
    }
  };

  /** Has a line open when somebody has finished typing. Calls without credentials do not travel on the document's. */
  let warmed = -WARM_MS;
  api.warm = () => {
    if (performance.now() - warmed < WARM_MS) return;
    warmed = performance.now();
    api.fetch('/c/uploads', { method: 'OPTIONS' }).catch(() => {});
  };

  async function once(method, path, body) {
    const options = { method, headers: {} };
    if (body !== undefined) {
      options.body = JSON.stringify(body);
      options.headers['Content-Type'] = 'application/json';
    }
    const response = await api.fetch(path, options);
    if (response.status === 204) return null;
    const answer = await response.json().catch(() => null);
    if (response.ok && answer) return answer;
    throw new Trouble(codeFor(response.status, answer), response.status, answer, waitOf(response));
  }

  api.call = async (method, path, body, tries = 3) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await once(method, path, body);
      } catch (trouble) {
        if (trouble.code === 'other_tab') api.onothertab();
        if (trouble.code === 'token_expired' && api.renew && attempt === 1) await api.renew();
        else if (!trouble.passing || attempt >= tries) throw trouble;
        else await pause(700 * attempt + Math.random() * 300);
      }
    }
  };

  api.open = (token, hostOrigin, locale) => api.call('POST', '/c/open', { token, host_origin: hostOrigin, locale });
  api.start = (body) => api.call('POST', '/c/start', body, 1);
  api.session = () => api.call('GET', '/c/session');
  api.close = (takeId, body) => api.call('POST', `/c/takes/${takeId}/close`, body, 1);
  api.media = (takeId) => api.call('GET', `/c/takes/${takeId}/media`);
  api.answer = (questionId, body) => api.call('PUT', `/c/answers/${questionId}`, body, 1);
  api.submit = (answers) => api.call('POST', '/c/submit', { answers }, 1);
  api.ask = (body) => api.call('POST', '/c/inquiries', body, 1);
  api.transcripts = () => api.call('GET', '/c/transcripts');
  api.correct = (takeId, body) => api.call('PUT', `/c/transcripts/${takeId}`, body, 1);
  api.receipt = () => api.call('GET', '/c/receipt');
  api.withdraw = () => api.call('POST', '/c/withdraw', {});
  api.consent = (ai) => api.call('POST', '/c/consent', { ai });
  api.accommodation = (wishes) => api.call('POST', '/c/accommodation', wishes);
  api.extend = () => api.call('POST', '/c/extend', {});
  api.event = (step, position = null, trouble = null) => {
    if (api.token) api.call('POST', '/c/events', { step, position, trouble }, 1).catch(() => {});
  };
  return api;
}
