// Watching and reading: speed with the pitch kept, silence skipped, frames, the waveform as a scrubber,
// words that follow the sound and seek when clicked. The browser's own controls stay, so nothing here is needed to play.

import { isTyping } from "./site.js";
import { wordAt, wordsOf } from "./words.js";

const RATES = [0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3];
const FRAME = 1 / 30;
const SHORTEST_SILENCE = 1.2;
const MARGIN = 0.25;
const RETRY_AFTER = 10_000;

const players = new Map();
let active = null;

class Player {
  constructor(box) {
    this.box = box;
    this.answer = box.closest("[data-answer]");
    this.media = box.querySelector("video, audio");
    this.silences = JSON.parse(box.dataset.silences || "[]").filter(([a, b]) => b - a > SHORTEST_SILENCE);
    this.scrub = box.querySelector("[data-scrub]");
    this.played = box.querySelector("[data-played]");
    this.skips = false;
    this.failedAt = 0;
    this.listen();
    this.setRate(Number(localStorage.getItem("greenroom-rate")) || 1);
  }

  listen() {
    const { media } = this;
    media.preservesPitch = true;
    media.addEventListener("play", () => {
      for (const other of players.values()) if (other !== this) other.media.pause();
      active = this;
      this.follow();
    });
    for (const name of ["timeupdate", "seeked", "loadedmetadata", "durationchange"]) media.addEventListener(name, () => this.show());
    media.addEventListener("ratechange", () => this.showRate());
    media.addEventListener("error", () => this.renew());
    this.box.addEventListener("pointerdown", () => (active = this));
    this.box.addEventListener("focusin", () => (active = this));
    this.scrub?.addEventListener("input", () => this.seek(Number(this.scrub.value)));
  }

  /** Addresses live for minutes; loading again asks for a fresh one and goes on where it stood. */
  renew() {
    if (Date.now() - this.failedAt < RETRY_AFTER) return;
    this.failedAt = Date.now();
    const { currentTime, paused } = this.media;
    this.media.load();
    this.media.addEventListener("loadedmetadata", () => this.seek(currentTime, !paused), { once: true });
  }

  /** Words that arrive while the player stands already become its captions; the player itself is never replaced. */
  addCaptions() {
    const address = this.answer.querySelector("[data-captions]")?.dataset.captions;
    if (!address || !this.media.matches("video") || this.media.querySelector("track")) return;
    const track = Object.assign(document.createElement("track"), { kind: "captions", label: "Machine-made captions", src: address, default: true });
    this.media.append(track);
    track.track.mode = "showing";
  }

  follow() {
    if (this.media.paused) return;
    if (this.until && this.media.currentTime >= this.until) {
      this.until = 0;
      return this.media.pause();
    }
    this.skipSilence();
    this.show();
    requestAnimationFrame(() => this.follow());
  }

  skipSilence() {
    if (!this.skips) return;
    const at = this.media.currentTime;
    const inside = this.silences.find(([a, b]) => at > a + MARGIN && at < b - 2 * MARGIN);
    if (inside) this.media.currentTime = inside[1] - MARGIN;
  }

  show() {
    const { currentTime, duration } = this.media;
    if (this.scrub && duration) {
      this.scrub.max = duration;
      if (!this.scrub.matches(":active")) this.scrub.value = currentTime;
      this.scrub.setAttribute("aria-valuetext", `${clock(currentTime)} of ${clock(duration)}`);
      this.played.setAttribute("width", (currentTime / duration) * this.played.ownerSVGElement.viewBox.baseVal.width);
    }
    this.markWord(currentTime);
  }

  markWord(time) {
    const words = wordsOf(this.answer);
    const word = words && time > 0 ? words.list[wordAt(words, time)] : undefined;
    if (word === this.word) return;
    this.word?.classList.remove("now");
    word?.classList.add("now");
    this.word = word;
    this.keepInView(word);
  }

  /** Scrolls the words, never the page. */
  keepInView(word) {
    const list = word?.closest(".said");
    if (!list || list.scrollHeight <= list.clientHeight || this.media.paused) return;
    const above = word.offsetTop - list.offsetTop - list.scrollTop;
    if (above < 0 || above > list.clientHeight - 48) list.scrollTop += above - list.clientHeight / 3;
  }

  /** From one moment to another, then quiet: a quote. */
  quote(from, until) {
    this.seek(from, true);
    this.until = until;
  }

  seek(time, plays = !this.media.paused) {
    this.until = 0;
    this.media.currentTime = Math.max(0, Math.min(time, this.media.duration || time));
    if (plays) this.media.play().catch(() => {});
  }

  setRate(rate) {
    this.media.defaultPlaybackRate = this.media.playbackRate = rate;
    this.showRate();
  }

  showRate() {
    const out = this.box.querySelector("[data-rate]");
    if (out) out.textContent = `${this.media.playbackRate}×`;
  }

  faster(by) {
    const here = RATES.findIndex((rate) => rate >= this.media.playbackRate);
    const rate = RATES[Math.max(0, Math.min(RATES.length - 1, here + by))];
    localStorage.setItem("greenroom-rate", rate);
    for (const player of players.values()) player.setRate(rate);
  }

  do(what) {
    const { media } = this;
    if (what === "play") media.paused ? media.play().catch(() => {}) : media.pause();
    if (what === "slower" || what === "faster") this.faster(what === "faster" ? 1 : -1);
    if (what === "back" || what === "on") this.seek(media.currentTime + (what === "on" ? 5 : -5));
    if (what === "frame-back" || what === "frame-on") {
      media.pause();
      this.seek(media.currentTime + (what === "frame-on" ? FRAME : -FRAME), false);
    }
    if (what === "skip") {
      this.skips = !this.skips;
      this.box.querySelector("[data-do=skip]")?.setAttribute("aria-pressed", this.skips);
    }
    if (what === "captions") for (const track of media.textTracks) track.mode = track.mode === "showing" ? "hidden" : "showing";
  }
}

function clock(seconds) {
  const whole = Math.floor(seconds || 0);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

function scan() {
  for (const [box] of players) if (!box.isConnected) players.delete(box);
  for (const box of document.querySelectorAll("[data-player]")) if (!players.has(box)) players.set(box, new Player(box));
  if (!active?.box.isConnected) active = null;
}

function playerOf(answer) {
  return [...players.values()].find((player) => player.answer === answer);
}

/** The player that keys act on: the last one touched, else the first on the page. */
export function current() {
  return active ?? players.values().next().value;
}

/** `{question, seconds}` of where the current player stands. */
export function moment() {
  const player = current();
  return player && { question: player.answer.dataset.answer, seconds: Math.round(player.media.currentTime * 10) / 10 };
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button) players.get(button.closest("[data-player]"))?.do(button.dataset.do);
  const place = event.target.closest("[data-words] i, [data-seek]");
  if (!place || String(getSelection())) return;
  const answer = place.dataset.of ? document.getElementById(`answer-${place.dataset.of}`) : place.closest("[data-answer]");
  const player = playerOf(answer);
  const seconds = place.dataset.seek ?? wordsOf(answer)?.times[wordsOf(answer).list.indexOf(place)];
  if (!player || seconds === undefined) return;
  active = player;
  if (place.dataset.until) player.quote(Number(seconds), Number(place.dataset.until));
  else player.seek(Number(seconds));
  if (place.dataset.of) player.box.scrollIntoView({ block: "nearest" });
});

const KEYS = {
  " ": "play", k: "play", j: "back", l: "on", ",": "frame-back", ".": "frame-on",
  "<": "slower", ">": "faster", s: "skip", c: "captions",
};

document.addEventListener("keydown", (event) => {
  if (isTyping(event)) return;
  if (event.key === " " && event.target.closest("button, a, summary, input, video, audio")) return;
  if (event.key === "[" || event.key === "]") return turn(event.key === "]" ? 1 : -1);
  const what = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!what || !current()) return undefined;
  event.preventDefault();
  return current().do(what);
});

function turn(by) {
  const answers = [...document.querySelectorAll("[data-answer]")];
  const here = answers.findIndex((answer) => answer.dataset.answer === onScreen);
  const next = answers[Math.max(0, Math.min(answers.length - 1, here + by))];
  if (!next) return;
  next.scrollIntoView({ block: "start" });
  place(next.dataset.answer);
  active = playerOf(next) ?? active;
}

let onScreen = "";
function place(answer) {
  onScreen = answer;
  for (const link of document.querySelectorAll(".jump a")) link.classList.toggle("now", link.hash === `#answer-${onScreen}`);
}

const watcher = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) if (entry.isIntersecting) place(entry.target.dataset.answer);
  },
  { rootMargin: "-20% 0px -70% 0px" },
);
for (const answer of document.querySelectorAll("[data-answer]")) watcher.observe(answer);

document.addEventListener("htmx:after:swap", () => {
  scan();
  for (const player of players.values()) player.addCaptions();
});
scan();
