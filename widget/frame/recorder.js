// One take: MediaRecorder in slices of a second. Tries container after container until slices really come, watches the tracks,
// the page and the clock, and ends with what exists. It never throws a take away and never starts by itself.

const TYPES = {
  video: ['video/webm;codecs=vp9,opus', 'video/mp4;codecs=avc1.42E01E,mp4a.40.2', 'video/mp4;codecs=avc1.42E01E,opus',
    'video/webm;codecs=vp8,opus', 'video/mp4', 'video/webm'],
  audio: ['audio/webm;codecs=opus', 'audio/mp4;codecs=mp4a.40.2', 'audio/mp4', 'audio/ogg;codecs=opus'],
};
const SLICE_MS = 1000;
const FIRST_SLICE_MS = 3500;
const STALL_MS = 6000;
const MUTE_MS = 1200; // a shorter mute is a phone's camera starting
const STOP_MS = 5000;

/** Types to try, best first; '' is the browser's own choice. */
export function typesFor(kind) {
  if (typeof MediaRecorder === 'undefined') return [];
  if (!MediaRecorder.isTypeSupported) return [''];
  return [...TYPES[kind].filter((type) => MediaRecorder.isTypeSupported(type)), ''];
}

/** Bits per second for the line we measured (null: not yet). Audio has priority: it is never lowered. */
export function bitsFor(rate) {
  const saver = navigator.connection && navigator.connection.saveData;
  const narrow = saver || (rate !== null && rate < 900000);
  return { audio: 32000, video: narrow ? 240000 : 600000 };
}

/**
 * Callbacks: onslice(buffer, seconds, type, kind), onlive() once it really records, onagain(kind) when another container is tried,
 * onpause(code), onend({seconds, reason, code}). Returns {stop, pause, resume, seconds, state}.
 */
export function record(stream, { kind, mayFallToAudio, bits, ...callbacks }) {
  const attempts = typesFor(kind).map((type) => ({ kind, type }));
  if (kind === 'video' && mayFallToAudio) attempts.push(...typesFor('audio').map((type) => ({ kind: 'audio', type })));
  const run = { recorder: null, attempt: null, slices: 0, line: Promise.resolve(), state: 'starting', reason: null, code: null };
  const undo = [];
  let active = 0; // ms recorded before the current stretch
  let since = null; // start of the current stretch, monotonic
  let lastSlice = 0;
  let finish;
  const finished = new Promise((resolve) => { finish = resolve; });

  const seconds = () => (active + (since === null ? 0 : performance.now() - since)) / 1000;
  const hold = () => { active = seconds() * 1000; since = null; };

  function listen(target, name, fn) {
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
      // Reading a Blob takes a moment: one after the other, or slices would swap places.
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
    // The last slice comes before 'stop'; some engines never say 'stop'.
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
    listen(track, 'ended', () => end('interrupted', lost));
    listen(track, 'mute', () => {
      muted = setTimeout(() => end('interrupted', track.kind === 'audio' ? 'microphone_taken' : 'camera_taken'), MUTE_MS);
    });
    listen(track, 'unmute', () => clearTimeout(muted));
    undo.push(() => clearTimeout(muted));
  }
  listen(document, 'visibilitychange', () => { if (document.hidden) pause('hidden'); });
  const beat = setInterval(() => {
    if (run.state === 'recording' && run.slices && performance.now() - lastSlice > STALL_MS) end('interrupted', 'stalled');
  }, 1000);
  undo.push(() => clearInterval(beat));
  keepAwake(undo);
  tryNext();
  return { stop: (reason = 'stopped') => end(reason), pause, resume, seconds, get state() { return run.state; } };
}

/** The screen stays on during a take where the browser allows it. */
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
