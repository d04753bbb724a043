// Starts the banner of one site:
// <script src="/privacy/sayso.js" data-site="shop" data-base="/privacy" defer></script>
// Nothing is stored and no id is made before an answer; whatever is not permitted does not run.
import { connect } from './edge';
import { watch } from './gate';
import { view, type View } from './view';
import type { Act, Answers, Banner, Proof, Standing } from './wire';

// Read from the prototype: markup such as <img name="currentScript"> can shadow the document's own property.
const own = Reflect.get(Document.prototype, 'currentScript', document) as HTMLScriptElement;
const base = own.dataset.base ?? new URL('.', own.src).href;
const site = own.dataset.site!;
const edge = connect(base.replace(/\/$/, ''), site);
const gpc = (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl === true;
const tabs = new BroadcastChannel(`sayso:${site}`);

let told: Banner | undefined;
let page: View | undefined;
let standing: Standing | null = null;

/** What the browser's signal holds back, whatever was answered before it came. */
const held = (): string[] => (standing ?? told)?.masked ?? [];

const gate = watch(
  own.nonce ?? '',
  // The edge says what the signal holds back; before a first answer nothing is permitted anyway.
  (choice) =>
    !!told?.purposes.some(({ parts }) => parts.some((part) => part.choice === choice)) &&
    /^(given|renewed)$/.test(standing?.states[choice] ?? '') &&
    !held().includes(choice),
  (choice) => told?.scripts[choice] ?? [],
);

/** Takes a standing over: what ran and may no longer is stopped by loading the page anew. */
function adopt(next: Standing | null): void {
  if (!next || (standing && next.rev < standing.rev)) return;
  standing = next;
  if (!mustAsk()) page?.hide();
  document.dispatchEvent(new CustomEvent('sayso:change', { detail: standing }));
  if (gate.outrun()) location.reload();
  else gate.release();
}

async function decide(act: Act, answers: Answers, surface = 'banner'): Promise<Proof> {
  const { version, locale, text_hash, layout } = told!;
  const proof = await edge.answer(
    {
      event: crypto.randomUUID(),
      version,
      locale,
      text_hash,
      layout,
      surface,
      act,
      base: standing?.rev ?? 0,
      gpc,
      at: new Date().toISOString(),
      answers,
    },
    !standing,
  );
  adopt(proof.standing);
  tabs.postMessage(proof.standing);
  return proof;
}

/**
 * Asks when nobody answered yet, when a yes has run out or was given to less than is done now, and when the
 * notice has a choice never put to this person; what she was shown and left alone is not asked again.
 */
function mustAsk(): boolean {
  if (!standing) return true;
  const { states, shown } = standing;
  const open = shown === told!.version ? /^(requested|expired)$/ : /^(requested|expired|unknown)$/;
  const asked = told!.purposes.filter(({ explicit }) => !explicit).flatMap(({ parts }) => parts);
  return asked.some(({ choice }) => open.test(states[choice] ?? 'unknown'));
}

const tell = (): Promise<Banner> => edge.banner(document.documentElement.lang, gpc);

async function start(): Promise<void> {
  told = await tell();
  page = view(told, gpc, () => standing, held, decide);
  adopt(told.standing);
  if (mustAsk()) page.ask();
}

tabs.onmessage = ({ data }: MessageEvent<Standing>) => told && adopt(data);
addEventListener('pageshow', async ({ persisted }) => {
  if (persisted && told) adopt((await tell()).standing); // a page out of the history may run what was withdrawn since
});
document.addEventListener('click', (event) => {
  if (!page || !(event.target as Element).closest?.('[data-sayso-open]')) return;
  event.preventDefault();
  page.open();
});

export const sayso = {
  /** Opens the choices as they stand. */
  open: () => page?.open(),
  /** Gives the standing last told by the edge, or null when nothing was answered. */
  standing: () => standing,
  /** Answers on behalf of a control of the site's own; rejects when nothing was recorded. */
  answer: (answers: Answers) => decide(standing ? 'change' : 'choose', answers, 'shop'),
  /** Calls `heard` with each new standing. */
  on: (name: 'change', heard: (standing: Standing) => void) =>
    document.addEventListener(`sayso:${name}`, (event) => heard((event as CustomEvent<Standing>).detail)),
};
Object.assign(window, { sayso });
// Unreachable means no: without an answer of the edge nothing is asked, stored or released.
start().catch(() => undefined);
