// One take in slices of a second, whatever container this browser really fills. More in README.md.

const TYPES = {
  video: ['video/webm;codecs=vp9,opus', 'video/mp4;codecs=avc1.42E01E,mp4a.40.2', 'video/mp4;codecs=avc1.42E01E,opus',
    'video/webm;codecs=vp8,opus', 'video/mp4', 'video/webm'],
  audio: ['audio/webm;codecs=opus', 'audio/mp4;codecs=mp4a.40.2', 'audio/mp4;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus'],
};
const SLICE_MS = 1000;
const FIRST_SLICE_MS = 3000;
const STALL_MS = 6000;
const MUTE_MS = 1200; // shorter is a phone's camera starting
const STOP_MS = 5000;
const SLEPT_MS = 5000;
const NARROW_BITS = 900000;
const VIDEO_TRIES = 2; // a third would cost the candidate another three seconds

const deaf = new Set(); // types that gave nothing here: no later take waits for them again

/** '' is the browser's own choice. Video that gave nothing twice is not tried again. */
export function typesFor(kind) {
  if (typeof MediaRecorder === 'undefined') return [];
  if (kind === 'video' && [...deaf].filter((type) => type.startsWith('video')).length >= VIDEO_TRIES) return [];
  const known = TYPES[kind].filter((type) => MediaRecorder.isTypeSupported?.(type) && !deaf.has(type));
  return [...known, ''];
}

/** Bits per second for a line of that many, as measured; before the first measure what the browser guesses. */
export function bitsFor(rate) {
  const { saveData, downlink } = navigator.connection || {};
  const line = rate ?? (downlink ? downlink * 1e6 : Infinity);
  return { audio: 32000, video: saveData || line < NARROW_BITS ? 240000 : 600000 };
}

/** `after`: the {type, seconds} of what this goes on with. */
export function record(stream, { kind, mayFallToAudio, bits, after, ...callbacks }) {
  let attempts = (after ? [after.type] : typesFor(kind)).map((type) => ({ kind, type }));
  const before = after ? after.seconds * 1000 : 0;
  if (kind === 'video' && mayFallToAudio && !after) attempts.push(...typesFor('audio').map((type) => ({ kind: 'audio', type })));
  const run = { recorder: null, attempt: null, slices: 0, line: Promise.resolve(), state: 'starting', reason: null, code: null };
  const undo = [];
  let active = before; // ms before the current stretch
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
    let giveUp = setTimeout(passOver, FIRST_SLICE_MS);
    function passOver() {
      if (!isCurrent() || run.slices) return;
      if (run.state === 'paused') { giveUp = setTimeout(passOver, FIRST_SLICE_MS); return; }
      run.recorder = null;
      hold();
      active = before;
      try { recorder.stop(); } catch { /* it never ran */ }
      deaf.add(run.attempt.type);
      if (run.attempt.kind === 'video' && !typesFor('video').length) attempts = attempts.filter((one) => one.kind === 'audio');
      if (attempts.length) callbacks.onagain(attempts[0].kind);
      tryNext();
    }
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
    if (!run.slices && active - before > SLICE_MS * 2 && run.attempt) deaf.add(run.attempt.type);
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
    const wait = () => {
      muted = setTimeout(() => end('interrupted', track.kind === 'audio' ? 'microphone_taken' : 'camera_taken'), MUTE_MS);
    };
    if (track.muted) wait(); // a call that began before this take
    on(track, 'mute', wait);
    on(track, 'unmute', () => clearTimeout(muted));
    undo.push(() => clearTimeout(muted));
  }
  on(document, 'visibilitychange', () => { if (document.hidden) pause('hidden'); });
  let last = performance.now();
  const beat = setInterval(() => {
    const late = performance.now() - last;
    last = performance.now();
    if (late > SLEPT_MS && run.state === 'recording') { lastSlice = last; pause('slept'); }
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
