// The interface's words. A language is one file in words/; numbers, plurals and dates come from Intl.

const NAMES = { en: 'English', es: 'Español', hi: 'हिन्दी', ja: '日本語', de: 'Deutsch', fr: 'Français' };
export const LANGUAGES = Object.entries(NAMES);

export function pickLanguage(wishes) {
  return wishes.filter(Boolean).map((wish) => wish.toLowerCase().split(/[-_]/)[0]).find((code) => NAMES[code]) || 'en';
}

export async function loadWords(code) {
  const { default: words } = await import(`./words/${code}.js`);
  return new Words(code, words);
}

class Words {
  constructor(code, words) {
    this.code = code;
    this.words = words;
    this.plural = new Intl.PluralRules(code);
  }

  has(key) {
    return key in this.words;
  }

  number(number, options) {
    return new Intl.NumberFormat(this.code, { maximumFractionDigits: 0, ...options }).format(number);
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

  percent(part) {
    return this.number(part, { style: 'percent' });
  }

  list(parts) {
    return new Intl.ListFormat(this.code, { type: 'unit' }).format(parts);
  }

  moment(iso) {
    return new Intl.DateTimeFormat(this.code, {
      weekday: 'long', day: 'numeric', month: 'long', year: 'numeric', hour: 'numeric', minute: '2-digit', timeZoneName: 'short',
    }).format(new Date(iso));
  }
}
