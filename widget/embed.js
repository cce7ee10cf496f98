// Greenroom's loader, for the employer's page: <greenroom-interview token="..."> or <div data-greenroom-token="...">.
// Makes the frame when it comes near the screen, speaks only with that frame on our origin, follows its height, and says plainly when
// it cannot be shown. Leaves no global, cookie, storage or <style> behind; works under `script-src` and `frame-src` of our host alone.
(() => {
  'use strict';
  const NAME = 'greenroom-interview';
  const script = document.currentScript || [...document.scripts].reverse().find((one) => /\/embed\.js(\?|$)/.test(one.src));
  if (!script || !script.src) return;
  const make = (token, { locale }) => {
    const element = document.createElement(NAME);
    element.setAttribute('token', token);
    if (locale) element.setAttribute('locale', locale);
    return element;
  };
  // For editors that drop the element but keep the script: the token in the script's own data-token.
  if (script.dataset.token && script.closest('body')) script.after(make(script.dataset.token, script.dataset));
  if (customElements.get(NAME)) return; // a second script tag
  const ORIGIN = new URL(script.src).origin;
  const HANDSHAKE_MS = 8000;
  const LATE_MS = 3000;
  const NEAR = 600; // pixels
  const WORDS = {
    en: ['Interview', 'The security settings of this page block the interview.', 'The interview may not be shown inside this page.', 'The interview could not be loaded. Check your connection.', 'Open the interview in a new tab', 'This interview has lost its key: its "token" is missing. Please tell the employer to paste the snippet again.'],
    de: ['Interview', 'Die Sicherheitseinstellungen dieser Seite blockieren das Interview.', 'Das Interview darf in dieser Seite nicht angezeigt werden.', 'Das Interview konnte nicht geladen werden. Bitte prüfen Sie Ihre Verbindung.', 'Interview in neuem Tab öffnen', 'Diesem Interview fehlt sein Schlüssel („token“). Bitte sagen Sie dem Unternehmen, dass der Code neu eingefügt werden muss.'],
    fr: ['Entretien', 'Les réglages de sécurité de cette page bloquent l’entretien.', 'L’entretien ne peut pas être affiché dans cette page.', 'L’entretien n’a pas pu être chargé. Vérifiez votre connexion.', 'Ouvrir l’entretien dans un nouvel onglet', 'Il manque la clé de cet entretien (« token »). Merci de dire à l’employeur de coller le code à nouveau.'],
    es: ['Entrevista', 'La configuración de seguridad de esta página bloquea la entrevista.', 'La entrevista no puede mostrarse dentro de esta página.', 'No se pudo cargar la entrevista. Compruebe su conexión.', 'Abrir la entrevista en una pestaña nueva', 'A esta entrevista le falta su clave («token»). Diga a la empresa que vuelva a pegar el código.'],
    hi: ['साक्षात्कार', 'इस पेज की सुरक्षा सेटिंग साक्षात्कार को रोक रही है।', 'साक्षात्कार इस पेज के भीतर नहीं दिखाया जा सकता।', 'साक्षात्कार लोड नहीं हो सका। अपना कनेक्शन जाँचें।', 'साक्षात्कार नए टैब में खोलें', 'इस साक्षात्कार की कुंजी ("token") गायब है। नियोक्ता से कहें कि कोड फिर से लगाए।'],
    ja: ['面接', 'このページのセキュリティ設定により、面接を表示できません。', 'このページの中では面接を表示できません。', '面接を読み込めませんでした。接続を確認してください。', '面接を新しいタブで開く', 'この面接の鍵（token）がありません。コードを貼り直すよう、企業にお伝えください。'],
  };

  /** What the page's Permissions-Policy says, where the browser tells: true, false, or null for unknown. */
  const allows = (feature) => {
    const policy = document.permissionsPolicy || document.featurePolicy;
    return policy && policy.allowsFeature ? policy.allowsFeature(feature) : null;
  };

  /** Is the page dark behind `node`? A frame cannot see that, and a dark block on a white page looks broken. */
  const isDark = (node) => {
    for (let one = node; one; one = one.parentElement) {
      const [red, green, blue, alpha = 1] = (getComputedStyle(one).backgroundColor.match(/[\d.]+/g) || [0, 0, 0, 0]).map(Number);
      if (alpha > 0) return red * 0.3 + green * 0.6 + blue * 0.1 < 110;
    }
    return getComputedStyle(document.documentElement).colorScheme.includes('dark') && matchMedia('(prefers-color-scheme: dark)').matches;
  };

  class GreenroomInterview extends HTMLElement {
    connectedCallback() {
      this.style.display = 'block';
      this.token = this.getAttribute('token') || this.dataset.token || '';
      // A page that is still being put together may add it in a moment; an editor that stripped it never will.
      if (!this.token) { this.timer = setTimeout(() => this.isConnected && this.tell(5), LATE_MS); return; }
      // Near enough already: no need to wait for the page's next picture.
      if (!window.IntersectionObserver || this.getBoundingClientRect().top < innerHeight + NEAR) { this.open(); return; }
      this.near = new IntersectionObserver((seen) => { if (seen.some((one) => one.isIntersecting)) this.open(); }, { rootMargin: `${NEAR}px` });
      this.near.observe(this);
    }

    static observedAttributes = ['token', 'data-token'];

    attributeChangedCallback(name, old, now) {
      if (!this.isConnected || !now || now === this.token) return;
      this.disconnectedCallback();
      this.connectedCallback();
    }

    disconnectedCallback() {
      if (this.near) this.near.disconnect();
      clearTimeout(this.timer);
      removeEventListener('message', this.hear);
      document.removeEventListener('securitypolicyviolation', this.refused);
      this.replaceChildren();
      this.frame = null;
    }

    get words() {
      const nearest = this.closest('[lang]');
      this.locale = this.getAttribute('locale') || this.dataset.locale || (nearest && nearest.lang) || '';
      return WORDS[(this.locale || navigator.language).slice(0, 2).toLowerCase()] || WORDS.en;
    }

    open() {
      if (this.near) this.near.disconnect();
      if (this.frame) return;
      const frame = document.createElement('iframe');
      frame.title = this.words[0];
      frame.allow = ['camera', 'microphone', 'autoplay', 'fullscreen', 'screen-wake-lock'].map((feature) => `${feature} ${ORIGIN}`).join('; ');
      frame.style.cssText = 'display:block;width:100%;height:480px;border:0;visibility:hidden';
      // The embed id only names the page's allowed origins; the token itself goes by message, never in an address.
      frame.src = `${ORIGIN}/frame/${encodeURIComponent(this.token.split('~')[0])}?lang=${encodeURIComponent(this.locale)}#${encodeURIComponent(location.origin)}`;
      this.frame = frame;
      this.height = 480;
      this.growths = [];
      this.hear = (event) => this.onmessage(event);
      this.refused = (event) => { if (event.effectiveDirective === 'frame-src' && event.blockedURI.startsWith(ORIGIN)) this.fail(1); };
      addEventListener('message', this.hear);
      document.addEventListener('securitypolicyviolation', this.refused);
      this.timer = setTimeout(() => this.probe(), HANDSHAKE_MS);
      this.replaceChildren(frame);
    }

    onmessage({ origin, source, data }) {
      if (!this.frame || origin !== ORIGIN || source !== this.frame.contentWindow || !data || data.greenroom !== 1) return;
      if (data.type === 'ready') {
        const token = this.getAttribute('invite') || this.dataset.invite || this.token;
        this.words; // reads the locale
        source.postMessage({
          greenroom: 1, type: 'init', token, locale: this.locale, scheme: isDark(this) ? 'dark' : 'light',
          policy: { camera: allows('camera'), microphone: allows('microphone') },
        }, ORIGIN);
      } else if (data.type === 'ack') {
        clearTimeout(this.timer);
        this.frame.style.visibility = 'visible';
        this.say('ready');
      } else if (data.type === 'resize') this.resize(Number(data.height));
      else if (data.type === 'event' && ['started', 'answer-saved', 'submitted', 'error'].includes(data.name)) this.say(data.name, data.detail);
    }

    /** Follow the frame's height, but never a frame and a page that make each other grow. */
    resize(height) {
      if (!(height > 0)) return;
      const now = Date.now();
      if (height > this.height) {
        this.growths = [...this.growths.filter((one) => now - one < 1000), now];
        if (this.growths.length > 30) return;
      }
      this.height = Math.min(Math.ceil(height), 20000);
      this.frame.style.height = `${this.height}px`;
    }

    say(name, detail = {}) {
      this.dispatchEvent(new CustomEvent(`greenroom:${name}`, { bubbles: true, composed: true, detail }));
    }

    /** No word from the frame: is our server away, or did the browser refuse the frame? Only a script may be asked for here. */
    probe() {
      const test = document.createElement('script');
      test.onload = () => { test.remove(); this.fail(2); };
      test.onerror = () => { test.remove(); this.fail(3); };
      try { test.src = `${ORIGIN}/embed.js?probe`; } catch { this.fail(3); return; } // a page with Trusted Types
      document.head.append(test);
    }

    fail(which) {
      if (!this.frame) return;
      clearTimeout(this.timer);
      this.frame = null;
      const link = document.createElement('a');
      link.href = `${ORIGIN}/i#${encodeURIComponent(this.getAttribute('invite') || this.token)}`;
      link.target = '_blank';
      link.rel = 'noopener';
      link.textContent = this.words[4];
      this.tell(which, link);
    }

    tell(which, ...more) {
      const text = document.createElement('p');
      text.setAttribute('role', 'alert');
      text.append(`${this.words[which]} `, ...more);
      this.replaceChildren(text);
      this.say('error', { code: ['', 'page_blocks', 'frame_refused', 'load_failed', '', 'no_token'][which] });
    }
  }
  customElements.define(NAME, GreenroomInterview);

  /** For editors that strip unknown elements: a plain <div data-greenroom-token> gets the element inside. */
  const adopt = () => document.querySelectorAll('[data-greenroom-token]').forEach((place) => {
    if (!place.querySelector(NAME)) place.append(make(place.dataset.greenroomToken, place.dataset));
  });
  adopt();
  new MutationObserver(adopt).observe(document.documentElement, { childList: true, subtree: true });
})();
