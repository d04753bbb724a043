// What the person sees: the banner, the dialog and the short message after an answer.
import { button, el, paragraph } from './dom';
import { questions } from './questions';
import css from './style.css';
import type { Act, Answers, Banner, Proof, Standing } from './wire';

/** Carries an answer out; resolves to the proof, rejects when nothing was recorded. */
type Decide = (act: Act, answers: Answers) => Promise<Proof>;

export interface View {
  /** Shows the banner; it takes no focus and stops nothing on the page. */
  ask(): void;
  /** Opens the choices as they stand. */
  open(): void;
  /** Takes the banner away, as when another tab of this site has answered. */
  hide(): void;
}

/** Hands a proof over as a file, made when asked for. */
function keep(proof: Proof): void {
  const href = URL.createObjectURL(new Blob([JSON.stringify(proof, null, 2)], { type: 'application/json' }));
  el('a', { href, download: 'receipt.json' }).click();
  URL.revokeObjectURL(href);
}

/** Puts the view into the page, out of reach of the page's style and hidden until needed. */
export function view(
  { texts, purposes, dir, locale, links }: Banner,
  gpc: boolean,
  standing: () => Standing | null,
  held: () => string[],
  decide: Decide,
): View {
  const host = document.createElement('sayso-banner');
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  const root = host.attachShadow({ mode: 'open' });
  root.adoptedStyleSheets = [sheet];
  Object.assign(host, { dir, lang: locale });

  let before: HTMLElement | null = null;
  host.addEventListener('focusin', ({ relatedTarget }) => {
    before = (relatedTarget as HTMLElement | null) ?? before;
  });

  const status = el('div', { role: 'status' });
  const alerts = [el('p', { role: 'alert' }), el('p', { role: 'alert' })] as const;
  const warn = (text: string): void => alerts.forEach((alert) => (alert.textContent = text));
  const dialog = el('dialog', { 'aria-labelledby': 'd' });

  const hide = (): void => {
    dialog.close();
    (root.activeElement as HTMLElement | null)?.blur();
    banner.hidden = true;
    document.documentElement.style.scrollPaddingBlockEnd = '';
  };
  const thank = (proof: Proof): void => {
    const close = button('×', () => status.replaceChildren(), { className: 'x', ariaLabel: texts.close ?? texts.back! });
    status.replaceChildren(
      el('p', {}, texts.saved!, ' ', button(texts.proof ?? 'receipt.json', () => keep(proof), { className: 'link' })),
      close,
    );
  };
  let busy = false;
  const act = async (name: Act, answers: Answers): Promise<void> => {
    if (busy) return;
    busy = true;
    warn('');
    try {
      const proof = await decide(name, answers);
      hide();
      before?.focus();
      before = null;
      thank(proof);
    } catch (problem) {
      warn(texts.error ?? ((problem as Error).message || 'Not saved. Please try again.'));
    }
    busy = false;
  };

  const all = (given: boolean): Answers => {
    const asked = purposes.filter(({ explicit }) => !given || !explicit).flatMap(({ parts }) => parts);
    return Object.fromEntries(asked.map(({ choice }) => [choice, given ? 'given' : 'refused']));
  };
  /** Three answers on one layer, of one weight; `named` gives them the ids that hold in every language. */
  const answers = (last: HTMLElement, named = false): HTMLElement =>
    el(
      'div',
      { className: 'acts' },
      button(texts.reject!, () => void act('reject_all', all(false)), named ? { id: 'reject-all' } : {}),
      button(texts.accept!, () => void act('accept_all', all(true)), named ? { id: 'accept-all' } : {}),
      last,
    );
  const link = (name: string): (Node | string)[] =>
    texts[name] && /^(https?:\/)?\//.test(links[name] ?? '') ? [el('a', { href: links[name] }, texts[name]!), ' '] : [];
  /** What is asked, the signal that was seen and what it holds back, and the ways to notice and opt-out. */
  const told = (...more: Node[]): Node[] => {
    const off = purposes.filter(({ parts }) => parts.some(({ choice }) => held().includes(choice)));
    const names = off.map(({ title }) => title).join(' · ');
    const ways = [...link('notice'), ...link('opt_out')];
    return [
      paragraph(texts.body),
      ...more,
      paragraph(texts.withdraw),
      paragraph(gpc || names ? texts.gpc : ''),
      paragraph(names && texts.gpc_holds?.replace('{names}', names)),
      ...(ways.length ? [el('p', {}, ...ways)] : []),
    ];
  };

  const open = (): void => {
    if (dialog.open) return;
    warn('');
    const { nodes, changes } = questions(purposes, texts, standing(), held());
    const close = (): void => dialog.close();
    const save = (): void => {
      const changed = changes();
      if (Object.keys(changed).length) void act(banner.hidden && standing() ? 'change' : 'choose', changed);
      else close();
    };
    dialog.replaceChildren(
      el('header', {}, el('h2', { id: 'd' }, texts.reopen!), button(texts.back!, close)),
      ...told(),
      ...nodes,
      alerts[1],
      answers(button(texts.save!, save)),
    );
    dialog.showModal();
  };

  const banner = el(
    'section',
    { className: 'banner', id: 'consent', hidden: true, role: 'region', 'aria-labelledby': 'b' },
    el('h2', { id: 'b' }, texts.title!),
    // GDPR recital 42: whoever is asked knows at least for which purposes, before any answer.
    ...told(paragraph(purposes.map(({ title }) => title).join(' · '), 'asked')),
    alerts[0],
    answers(button(texts.choose!, open), true),
  );
  root.append(banner, status, dialog);
  document.body.prepend(host);

  return {
    ask() {
      banner.hidden = false;
      document.documentElement.style.scrollPaddingBlockEnd = `${host.offsetHeight}px`;
    },
    open,
    hide,
  };
}
