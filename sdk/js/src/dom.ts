// Builds elements. Whatever a brand typed goes in as text, never as markup.

type Props = Record<string, unknown>;

/** Makes an element: known properties are set, other names become attributes. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name in node) (node as unknown as Props)[name] = value;
    else node.setAttribute(name, value as string);
  }
  node.append(...children);
  return node;
}

export const button = (text: string, onclick: () => void, props: Props = {}): HTMLButtonElement =>
  el('button', { type: 'button', onclick, ...props }, text);

/** Gives the paragraph, or nothing where there is no text. */
export const paragraph = (text: string | undefined, className = ''): Node =>
  text ? el('p', { className }, text) : document.createDocumentFragment();
