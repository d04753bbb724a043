// Holds scripts and templates back until every choice they name is given.

const HELD = 'script[type="text/plain"][data-sayso],template[data-sayso]';
const NOT_COPIED = /^(type|nonce|data-(src|type|sayso))$/;

export interface Gate {
  /** Releases what is permitted now, in document order. */
  release(): void;
  /** Tells whether something that ran is no longer permitted: only a new page can stop it. */
  outrun(): boolean;
}

/**
 * Watches the page for held elements, late ones too.
 * A held element is trusted when its own nonce is the page's, or its exact host is declared for each of
 * its choices: markup slipped into the page must not borrow this file's right to run scripts.
 */
export function watch(
  nonce: string,
  permits: (choice: string) => boolean,
  hosts: (choice: string) => string[],
): Gate {
  const released = new WeakSet<Element>();
  const running = new Set<string>();

  const trusts = (node: HTMLElement, src: string | null | undefined, choices: string[]): boolean => {
    if (nonce && node.nonce === nonce) return true;
    if (!src || !URL.canParse(src, document.baseURI)) return false;
    const { host, protocol } = new URL(src, document.baseURI);
    return /^https?:/.test(protocol) && choices.every((choice) => hosts(choice).includes(host));
  };

  const insertScript = (held: HTMLScriptElement): void => {
    const script = document.createElement('script');
    for (const { name, value } of held.attributes) if (!NOT_COPIED.test(name)) script.setAttribute(name, value);
    const { src, type } = held.dataset;
    if (type) script.type = type;
    if (held.nonce === nonce) script.nonce = nonce;
    script.async = held.hasAttribute('async');
    if (src) script.src = src;
    else script.text = held.text;
    held.after(script);
  };

  const consider = (held: HTMLElement): void => {
    const choices = held.dataset.sayso!.split(',').map((choice) => choice.trim());
    if (released.has(held) || !choices.every(permits)) return;
    const inside = held instanceof HTMLTemplateElement && held.content;
    const trusted = (node: HTMLElement, src?: string | null) => trusts(node, src, choices);
    if (!trusted(held, held.dataset.src)) {
      const parts = inside ? inside.querySelectorAll<HTMLElement>('script,[src]') : [];
      if (!inside || ![...parts].every((part) => trusted(part, part.getAttribute('src')))) return;
    }
    released.add(held);
    choices.forEach((choice) => running.add(choice));
    if (inside) held.after(document.importNode(inside, true));
    else insertScript(held as HTMLScriptElement);
  };

  const release = (): void => document.querySelectorAll<HTMLElement>(HELD).forEach(consider);
  new MutationObserver(release).observe(document, { childList: true, subtree: true });
  return { release, outrun: () => ![...running].every(permits) };
}
