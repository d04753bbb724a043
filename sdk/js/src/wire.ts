// The shapes that cross the wire between this file and the edge (`/v1/sites/{site}/…`).

export type Answer = 'given' | 'refused' | 'deferred';
export type Answers = Record<string, Answer>;
export type Act = 'accept_all' | 'reject_all' | 'choose' | 'change';

export interface Part {
  choice: string;
  title: string;
  text: string;
}

export interface Purpose {
  id: string;
  title: string;
  text: string;
  benefit?: string;
  advertising: 'none' | 'cross_context';
  /** Needs a statement of its own: never part of *Accept all*. */
  explicit: boolean;
  parts: Part[];
}

/** What a person's answers add up to; a choice without a state was never answered. */
export interface Standing {
  rev: number;
  states: Record<string, string>;
  /** Choices that Global Privacy Control holds back, whatever their state says. */
  masked: string[];
  /** The version of the notice she last answered on: its choices were put to her, answered or not. */
  shown?: string;
}

export interface Banner {
  version: string;
  locale: string;
  dir: string;
  layout: string;
  text_hash: string;
  texts: Record<string, string>;
  purposes: Purpose[];
  /** The exact hosts (`name:port`) whose scripts may run once the choice is given. */
  scripts: Record<string, string[]>;
  standing: Standing | null;
  /** What the signal holds back of a browser that never answered. */
  masked: string[];
  links: Record<string, string>;
}

/** The signed answer of the edge; the person keeps all of it as her proof. */
export interface Proof {
  event: string;
  seq: number;
  receipt: string;
  standing: Standing;
}
