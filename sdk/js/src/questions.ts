// The questions of the dialog: each purpose and each of its parts has three states, not answered, yes, no,
// and starts as it stands. Answering the purpose answers its parts; parts can be answered on their own.
import { el, paragraph } from './dom';
import type { Answer, Answers, Purpose, Standing } from './wire';

type Known = Answer | undefined;
const YES_NO: Answer[] = ['given', 'refused'];

/** What a state says to the person: yes, no, or not answered. */
const shown = (state = ''): Known =>
  /^(given|renewed)$/.test(state) ? 'given' : /^(refused|withdrawn|revoked)$/.test(state) ? 'refused' : undefined;

interface Asked {
  group: HTMLElement;
  value(): Known;
  set(answer: Known): void;
}

/** A yes and a no of equal weight, named by the elements whose ids are in `labels`. */
function ask(name: string, labels: string, texts: Record<string, string>, changed: () => void): Asked {
  const inputs = YES_NO.map((value) => el('input', { type: 'radio', name, value, onchange: changed }));
  const words = [texts.yes ?? 'Yes', texts.no ?? 'No'];
  return {
    group: el(
      'div',
      { className: 'yn', role: 'radiogroup', 'aria-labelledby': labels },
      ...inputs.map((input, i) => el('label', {}, input, words[i]!)),
    ),
    value: () => inputs.find((input) => input.checked)?.value as Known,
    set: (answer) => inputs.forEach((input) => (input.checked = input.value === answer)),
  };
}

function question(
  purpose: Purpose,
  id: string,
  texts: Record<string, string>,
  states: Standing['states'],
  take: (choice: string, read: () => Known) => void,
): HTMLElement {
  const several = purpose.parts.length > 1;
  const mixed = el('span', { className: 'mixed' });
  const agree = (): void => {
    const values = parts.map((part) => part.value());
    const same = values.every((value) => value === values[0]);
    whole.set(same ? values[0] : undefined);
    mixed.textContent = same ? '' : ` · ${texts.mixed ?? 'answered in part'}`;
  };
  const whole = ask(id, id, texts, () => {
    parts.forEach((part) => part.set(whole.value()));
    agree();
  });
  const parts = purpose.parts.map((part, i) => {
    const asked = several ? ask(part.choice, `${id} ${id}-${i}`, texts, agree) : whole;
    asked.set(shown(states[part.choice]));
    take(part.choice, asked.value);
    return asked;
  });
  agree();
  const body = purpose.parts.map((part, i) =>
    el(
      'div',
      { className: 'row' },
      el('div', {}, el('b', { id: `${id}-${i}` }, part.title), ' ', el('small', {}, part.text)),
      ...(several ? [parts[i]!.group] : []),
    ),
  );
  const titles = purpose.parts.map((part) => part.title).join(' · ');
  const opened = several
    ? el(
        'details',
        { open: !!mixed.textContent },
        el('summary', {}, texts.parts!, mixed, el('small', {}, titles)),
        ...body,
      )
    : body[0]!;
  return el(
    'section',
    {},
    el(
      'div',
      { className: 'row' },
      el('div', {}, el('h3', { id }, purpose.title), paragraph(purpose.text), paragraph(purpose.benefit, 'gain')),
      whole.group,
    ),
    opened,
  );
}

export interface Questions {
  nodes: HTMLElement[];
  /** Only what the person changed: an untouched question is left out and stays as it was. */
  changes(): Answers;
}

/** Lays out the questions of a notice, answered as `standing` says and otherwise not at all. */
export function questions(
  purposes: Purpose[],
  texts: Record<string, string>,
  standing: Standing | null,
  held: string[],
): Questions {
  // What a signal holds back counts as no, so a yes to it here and now is a change: the one that outranks it.
  const states = { ...standing?.states, ...Object.fromEntries(held.map((choice) => [choice, ''])) };
  const reads = new Map<string, () => Known>();
  const take = (choice: string, read: () => Known): void => void reads.set(choice, read);
  return {
    nodes: purposes.map((purpose, i) => question(purpose, `p${i}`, texts, states, take)),
    changes: () => {
      const changed: Answers = {};
      for (const [choice, read] of reads) {
        const value = read();
        if (value && value !== shown(states[choice])) changed[choice] = value;
      }
      return changed;
    },
  };
}
