// The words of an answer: which one is being said, and a passage of them chosen by mouse or key.

const SENTENCE_END = /[.!?。！？؟।…]['")\]」』]*$/;
const LONGEST = 30;
const known = new WeakMap();

/** `{answer, box, list, times}` of the words shown in one answer; null where there are none. */
export function wordsOf(answer) {
  const box = answer?.querySelector("[data-words]");
  if (!box) return null;
  if (!known.has(box)) {
    const times = [...box.querySelectorAll("[data-times]")].flatMap((part) => part.dataset.times.split(" ").map(Number));
    known.set(box, { answer, box, list: [...box.querySelectorAll("i")], times });
  }
  return known.get(box);
}

/** The number of the word being said at this moment; -1 before the first. */
export function wordAt({ times }, seconds) {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= seconds + 0.02) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** `{words, first, last}` of what is selected in one answer; null when nothing useful is. */
export function selected() {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  const box = range.startContainer.parentElement?.closest("[data-words]");
  const words = box?.contains(range.endContainer) && wordsOf(box.closest("[data-answer]"));
  if (!words) return null;
  const inside = words.list.flatMap((word, n) => (range.intersectsNode(word) && !touchesOnly(range, word) ? [n] : []));
  return inside.length ? { words, first: inside[0], last: inside.at(-1), range } : null;
}

function touchesOnly(range, word) {
  const isAfter = word.contains(range.startContainer) && range.startContainer !== word && range.startOffset === word.textContent.length;
  return isAfter || (word.contains(range.endContainer) && range.endContainer !== word && range.endOffset === 0);
}

export function select(words, first, last) {
  const [from, to] = [words.list[first], words.list[last]];
  getSelection().setBaseAndExtent(from, 0, to, to.childNodes.length);
  to.scrollIntoView({ block: "nearest" });
}

/** First and last word of the sentence around word number `at`. */
export function sentence({ list }, at) {
  const ends = (n) => SENTENCE_END.test(list[n].textContent);
  let first = Math.max(0, at);
  let last = first;
  while (first > 0 && !ends(first - 1) && at - first < LONGEST) first -= 1;
  while (last < list.length - 1 && !ends(last) && last - at < LONGEST) last += 1;
  return [first, last];
}

/** Chooses the sentence being said; what is chosen already grows by a sentence, or with `by` by words at its end. */
export function grow(words, seconds, by = 0) {
  const now = selected();
  if (!now) return words?.list.length && select(words, ...sentence(words, wordAt(words, seconds)));
  const end = by ? now.last + by : sentence(now.words, Math.min(now.last + 1, now.words.list.length - 1))[1];
  return select(now.words, now.first, Math.max(now.first, Math.min(end, now.words.list.length - 1)));
}
