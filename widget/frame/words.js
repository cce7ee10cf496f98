// The interface's words. A language is one file in words/; numbers, plurals and dates come from Intl.

const CODES = document.documentElement.dataset.languages.split(' '); // the files that lie in words/
const languageName = (code) => new Intl.DisplayNames(code, { type: 'language' }).of(code);
export const LANGUAGES = CODES.map((code) => [code, languageName(code).replace(/^./u, (first) => first.toLocaleUpperCase(code))]);

export function pickLanguage(wishes) {
  return wishes.filter(Boolean).map((wish) => wish.toLowerCase().split(/[-_]/)[0]).find((code) => CODES.includes(code)) || 'en';
}

/** Those of one language stand in the document; where another cannot be had, they serve. */
export async function loadWords(code) {
  const along = document.getElementById('words');
  const fetched = along.lang === code ? null : await fetch(`${document.documentElement.dataset.place}/words/${code}.json`, { credentials: 'omit' })
    .then((response) => (response.ok ? response.json() : null), () => null);
  return fetched ? new Words(code, fetched) : new Words(along.lang, JSON.parse(along.textContent));
}

class Words {
  constructor(code, words) {
    this.code = code;
    this.words = words;
    this.plural = new Intl.PluralRules(code);
    this.region = navigator.languages.find((one) => one.split('-')[0] === code) || code; // dates as they are written at home
  }

  has(key) {
    return key in this.words;
  }

  number(number, options) {
    return new Intl.NumberFormat(this.region, { maximumFractionDigits: 0, ...options }).format(number);
  }

  /** {n} picks the plural form. */
  t(key, values = {}) {
    const found = this.words[key];
    if (found === undefined) return key;
    const text = typeof found === 'string' ? found : found[this.plural.select(values.n)] || found.other;
    return text.replace(/\{(\w+)\}/g, (_, name) => (typeof values[name] === 'number' ? this.number(values[name]) : values[name]));
  }

  unit(number, unit) {
    return this.number(number, { style: 'unit', unit, unitDisplay: 'long' });
  }

  duration(seconds) {
    const whole = Math.round(seconds);
    return [whole >= 60 && this.unit(Math.floor(whole / 60), 'minute'), (whole % 60 || !whole) && this.unit(whole % 60, 'second')]
      .filter((part) => typeof part === 'string').join(' ');
  }

  /** Whole minutes from one on: nobody waits to the second. */
  wait(seconds) {
    return this.duration(seconds < 60 ? seconds : Math.ceil(seconds / 60) * 60);
  }

  percent(part) {
    return this.number(part, { style: 'percent' });
  }

  list(parts) {
    return new Intl.ListFormat(this.code, { type: 'unit' }).format(parts);
  }

  /** In the time zone of whoever reads it. */
  moment(iso) {
    return this.day(iso, { hour: 'numeric', minute: '2-digit', timeZoneName: 'short' });
  }

  day(iso, more = {}) {
    return new Intl.DateTimeFormat(this.region, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric', ...more }).format(new Date(iso));
  }
}
