// The interface's words in the person's language. A language is one file in words/; numbers, plurals and dates come from Intl.

const NAMES = { en: 'English', es: 'Español', hi: 'हिन्दी', ja: '日本語', de: 'Deutsch', fr: 'Français' };
export const LANGUAGES = Object.entries(NAMES);

/** The first of the wished-for locales that we have, e.g. 'de-AT' -> 'de'. */
export function pickLanguage(wishes) {
  const codes = wishes.filter(Boolean).map((wish) => wish.toLowerCase().split(/[-_]/)[0]);
  return codes.find((code) => NAMES[code]) || 'en';
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

  /** t('takes_left', {n: 2}): {n} picks the plural form, every {name} is filled in. */
  t(key, values = {}) {
    let text = this.words[key];
    if (text === undefined) return key;
    if (typeof text === 'object') text = text[this.plural.select(values.n)] || text.other;
    return text.replace(/\{(\w+)\}/g, (whole, name) => {
      const value = values[name];
      if (value === undefined) return whole;
      return typeof value === 'number' ? new Intl.NumberFormat(this.code).format(value) : value;
    });
  }

  unit(number, unit, digits = 0) {
    return new Intl.NumberFormat(this.code, { style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: digits }).format(number);
  }

  /** 95 -> '1 minute 35 seconds' */
  duration(seconds) {
    const whole = Math.round(seconds);
    const parts = [];
    if (whole >= 60) parts.push(this.unit(Math.floor(whole / 60), 'minute'));
    if (whole % 60 || whole < 60) parts.push(this.unit(whole % 60, 'second'));
    return parts.join(' ');
  }

  size(bytes) {
    if (bytes < 1000) return this.unit(bytes, 'byte');
    const [number, unit] = bytes < 1e6 ? [bytes / 1000, 'kilobyte'] : [bytes / 1e6, 'megabyte'];
    return new Intl.NumberFormat(this.code, { style: 'unit', unit, maximumFractionDigits: number < 10 ? 1 : 0 }).format(number);
  }

  percent(part) {
    return new Intl.NumberFormat(this.code, { style: 'percent', maximumFractionDigits: 0 }).format(part);
  }

  /** In the person's own time zone, which is named. */
  moment(iso) {
    return new Intl.DateTimeFormat(this.code, {
      weekday: 'long', day: 'numeric', month: 'long', year: 'numeric', hour: 'numeric', minute: '2-digit', timeZoneName: 'short',
    }).format(new Date(iso));
  }
}
