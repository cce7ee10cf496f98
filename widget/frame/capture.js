// Camera and microphone, the level and the light; one take in slices of a second. More in README.md.

const VIDEO = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 30, max: 30 } };
const NARROW = { width: { ideal: 480 }, height: { ideal: 360 }, frameRate: { ideal: 24, max: 30 } };
const AUDIO = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

const NAMES = {
  NotAllowedError: 'denied', NotFoundError: 'missing', NotReadableError: 'busy', OverconstrainedError: 'unsuitable',
  AbortError: 'aborted', SecurityError: 'insecure', TypeError: 'insecure',
};

/** False is certain, null unknown. */
export function allowed(policy, feature) {
  const mine = document.permissionsPolicy || document.featurePolicy;
  if (mine?.allowsFeature && !mine.allowsFeature(feature)) return false;
  return policy && policy[feature] === false ? false : null;
}

export function createDevices() {
  const devices = { stream: null, kind: null, policy: null, ids: { audio: null, video: null }, wasOpen: false, narrow: false, onlost: () => {} };

  devices.hindrance = (kind) => {
    const features = kind === 'video' ? ['camera', 'microphone'] : ['microphone'];
    if (features.some((feature) => allowed(devices.policy, feature) === false)) return 'blocked';
    return navigator.mediaDevices && window.isSecureContext ? null : 'insecure';
  };

  let turn = 0; // closed or opened again meanwhile?
  const stop = (stream) => stream.getTracks().forEach((track) => track.stop());
  const wanted = (kind, how) => ({
    audio: { ...AUDIO, ...how.audio },
    video: kind === 'video' ? { ...(devices.narrow ? NARROW : VIDEO), facingMode: 'user', ...how.video } : false,
  });

  const exact = (id) => (id ? { deviceId: { exact: id } } : {});

  async function find(kind) {
    const { audio, video } = devices.ids;
    try {
      return await navigator.mediaDevices.getUserMedia(wanted(kind, { audio: exact(audio), video: exact(video) }));
    } catch (error) {
      if (!(audio || video) || !['OverconstrainedError', 'NotFoundError'].includes(error.name)) throw error;
    }
    // Ids change between sessions.
    const now = await devices.list();
    const again = (which) => (now[which].find((one) => one.label && one.label === devices.labels[which]) || {}).deviceId || null;
    devices.ids = { audio: again('audio'), video: again('video') };
    return navigator.mediaDevices.getUserMedia(wanted(kind, { audio: exact(devices.ids.audio), video: exact(devices.ids.video) }));
  }

  devices.open = async (kind) => {
    const hindrance = devices.hindrance(kind);
    if (hindrance) throw Object.assign(new Error(hindrance), { word: hindrance });
    devices.close();
    const mine = turn;
    try {
      const stream = await find(kind);
      if (mine !== turn) { stop(stream); throw new Error('closed meanwhile'); }
      if (!stream.getAudioTracks().length || (kind === 'video' && !stream.getVideoTracks().length)) {
        stop(stream);
        throw Object.assign(new Error('no sound'), { name: 'NotFoundError' });
      }
      Object.assign(devices, { stream, kind, wasOpen: true });
      for (const track of stream.getTracks()) track.addEventListener('ended', () => { if (devices.stream === stream) devices.onlost(track.kind); });
      return stream;
    } catch (error) {
      throw Object.assign(error, { word: mine === turn && (NAMES[error.name] || 'unknown') });
    }
  };

  devices.labels = { audio: null, video: null };
  devices.list = async () => {
    const all = await navigator.mediaDevices.enumerateDevices().catch(() => []);
    const of = (kind) => all.filter((one) => one.kind === kind && one.deviceId);
    return { audio: of('audioinput'), video: of('videoinput') };
  };

  devices.choose = (which, id, label) => {
    devices.ids[which] = id;
    devices.labels[which] = label;
    return devices.open(devices.kind);
  };

  devices.close = () => {
    turn += 1;
    if (devices.stream) stop(devices.stream);
    devices.stream = null;
  };
  return devices;
}

const TYPES = {
  video: ['video/webm;codecs=vp9,opus', 'video/mp4;codecs=avc1.42E01E,mp4a.40.2', 'video/mp4;codecs=avc1.42E01E,opus',
    'video/webm;codecs=vp8,opus', 'video/mp4', 'video/webm'],
  audio: ['audio/webm;codecs=opus', 'audio/mp4;codecs=mp4a.40.2', 'audio/mp4', 'audio/ogg;codecs=opus'],
};
const SLICE_MS = 1000;
const FIRST_SLICE_MS = 3500;
const STALL_MS = 6000;
const MUTE_MS = 1200; // shorter is a phone's camera starting
const STOP_MS = 5000;

/** '' is the browser's own choice. */
export function typesFor(kind) {
  if (typeof MediaRecorder === 'undefined') return [];
  if (!MediaRecorder.isTypeSupported) return [''];
  return [...TYPES[kind].filter((type) => MediaRecorder.isTypeSupported(type)), ''];
}

export function bitsFor(rate) {
  const saver = navigator.connection?.saveData;
  const narrow = saver || (rate !== null && rate < 900000);
  return { audio: 32000, video: narrow ? 240000 : 600000 };
}

export function record(stream, { kind, mayFallToAudio, bits, ...callbacks }) {
  const attempts = typesFor(kind).map((type) => ({ kind, type }));
  if (kind === 'video' && mayFallToAudio) attempts.push(...typesFor('audio').map((type) => ({ kind: 'audio', type })));
  const run = { recorder: null, attempt: null, slices: 0, line: Promise.resolve(), state: 'starting', reason: null, code: null };
  const undo = [];
  let active = 0; // ms before the current stretch
  let since = null;
  let lastSlice = 0;
  let finish;
  const finished = new Promise((resolve) => { finish = resolve; });

  const seconds = () => (active + (since === null ? 0 : performance.now() - since)) / 1000;
  const hold = () => { active = seconds() * 1000; since = null; };

  function on(target, name, fn) {
    target.addEventListener(name, fn);
    undo.push(() => target.removeEventListener(name, fn));
  }

  function tryNext() {
    run.attempt = attempts.shift();
    if (!run.attempt) { end('interrupted', 'cannot_record'); return; }
    const tracks = run.attempt.kind === 'audio' ? stream.getAudioTracks() : stream.getTracks();
    try {
      const recorder = new MediaRecorder(new MediaStream(tracks), {
        ...(run.attempt.type && { mimeType: run.attempt.type }),
        audioBitsPerSecond: bits.audio,
        ...(run.attempt.kind === 'video' && { videoBitsPerSecond: bits.video, videoKeyFrameIntervalDuration: SLICE_MS }),
      });
      follow(recorder);
      recorder.start(SLICE_MS);
    } catch {
      tryNext();
    }
  }

  function follow(recorder) {
    run.recorder = recorder;
    const isCurrent = () => run.recorder === recorder;
    const giveUp = setTimeout(() => {
      if (!isCurrent() || run.slices) return;
      run.recorder = null;
      hold();
      active = 0;
      try { recorder.stop(); } catch { /* it never ran */ }
      callbacks.onagain(attempts[0] ? attempts[0].kind : null);
      tryNext();
    }, FIRST_SLICE_MS);
    recorder.onstart = () => {
      if (!isCurrent()) return;
      since = performance.now();
      lastSlice = since;
      run.state = 'recording';
      callbacks.onlive(run.attempt.kind);
    };
    recorder.ondataavailable = ({ data }) => {
      if (!isCurrent() || !data.size) return;
      clearTimeout(giveUp);
      run.slices += 1;
      lastSlice = performance.now();
      const at = seconds();
      // One after the other, or slices would swap places.
      run.line = run.line.then(() => data.arrayBuffer()).then((buffer) => callbacks.onslice(buffer, at, recorder.mimeType, run.attempt.kind));
    };
    recorder.onerror = () => { if (isCurrent()) end('interrupted', 'recorder_failed'); };
    recorder.onstop = () => { clearTimeout(giveUp); if (isCurrent()) finish(); };
  }

  async function end(reason, code = null) {
    if (run.state === 'ended') return;
    run.state = 'ended';
    hold();
    undo.forEach((fn) => fn());
    const { recorder } = run;
    if (recorder && recorder.state !== 'inactive') recorder.stop();
    else finish();
    // Some engines never say 'stop'.
    await Promise.race([finished, new Promise((resolve) => { setTimeout(resolve, STOP_MS); })]);
    await run.line;
    callbacks.onend({ seconds: seconds(), reason, code });
  }

  function pause(code) {
    if (run.state !== 'recording') return;
    run.state = 'paused';
    hold();
    run.recorder.pause();
    callbacks.onpause(code);
  }

  function resume() {
    if (run.state !== 'paused') return;
    run.state = 'recording';
    since = performance.now();
    lastSlice = since;
    run.recorder.resume();
  }

  for (const track of stream.getTracks()) {
    const lost = track.kind === 'audio' ? 'microphone_lost' : 'camera_lost';
    let muted = null;
    on(track, 'ended', () => end('interrupted', lost));
    on(track, 'mute', () => {
      muted = setTimeout(() => end('interrupted', track.kind === 'audio' ? 'microphone_taken' : 'camera_taken'), MUTE_MS);
    });
    on(track, 'unmute', () => clearTimeout(muted));
    undo.push(() => clearTimeout(muted));
  }
  on(document, 'visibilitychange', () => { if (document.hidden) pause('hidden'); });
  const beat = setInterval(() => {
    if (run.state === 'recording' && run.slices && performance.now() - lastSlice > STALL_MS) end('interrupted', 'stalled');
  }, 1000);
  undo.push(() => clearInterval(beat));
  keepAwake(undo);
  tryNext();
  return { stop: (reason = 'stopped') => end(reason), pause, resume, seconds, get state() { return run.state; } };
}

function keepAwake(undo) {
  if (!navigator.wakeLock) return;
  let held = null;
  const ask = () => {
    if (document.hidden) return;
    navigator.wakeLock.request('screen').then((lock) => { held = lock; }, () => {});
  };
  document.addEventListener('visibilitychange', ask);
  undo.push(() => { document.removeEventListener('visibilitychange', ask); if (held) held.release().catch(() => {}); });
  ask();
}

const SILENT = 0.005; // speech at a laptop is above 0.03
const NOISY = 0.045;
const SILENT_MS = 3000;

export function listen(stream, { onlevel = () => {}, onsilent = () => {}, onnoisy = () => {} }) {
  const Context = window.AudioContext || window.webkitAudioContext;
  if (!Context || !stream.getAudioTracks().length) return () => {};
  const context = new Context();
  const source = context.createMediaStreamSource(new MediaStream(stream.getAudioTracks()));
  const analyser = context.createAnalyser();
  analyser.fftSize = 2048;
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  let heard = performance.now();
  let silent = false;
  let quietest = [];
  const timer = setInterval(() => {
    if (context.state !== 'running') { heard = performance.now(); context.resume().catch(() => {}); return; }
    analyser.getFloatTimeDomainData(samples);
    let sum = 0;
    for (const sample of samples) sum += sample * sample;
    const level = Math.sqrt(sum / samples.length);
    onlevel(Math.min(1, level * 5));
    if (level > SILENT) heard = performance.now();
    const isSilent = performance.now() - heard > SILENT_MS;
    if (isSilent !== silent) onsilent(silent = isSilent);
    quietest.push(level);
    if (quietest.length === 50) {
      if (Math.min(...quietest) > NOISY) onnoisy();
      quietest = [];
    }
  }, 100);
  return () => { clearInterval(timer); source.disconnect(); context.close().catch(() => {}); };
}

/** 0..255, or null while it cannot be told. */
export function brightness(video) {
  if (!video.videoWidth) return null;
  const canvas = document.createElement('canvas');
  canvas.width = 32;
  canvas.height = 24;
  const context = canvas.getContext('2d');
  context.drawImage(video, 0, 0, 32, 24);
  const { data } = context.getImageData(0, 0, 32, 24);
  let sum = 0;
  for (let i = 0; i < data.length; i += 4) sum += data[i] * 0.3 + data[i + 1] * 0.6 + data[i + 2] * 0.1;
  return sum / (data.length / 4);
}
