// Talks to the edge through the site's own host. Nothing here is stored: the device secret lives in a
// variable until the page goes, and the host keeps it in a cookie that no script can read.
import type { Banner, Proof } from './wire';

/** The edge said no, or could not be reached; `message` is its own explanation or empty. */
export class Problem extends Error {}

export interface Edge {
  /** Fetches what is asked; `gpc` says that this browser sends Global Privacy Control. */
  banner(locale: string, gpc: boolean): Promise<Banner>;
  /** Sends one answer. `first` tells that this browser has no device secret yet, so one is made. */
  answer(body: object, first: boolean): Promise<Proof>;
}

/** Gives 256 random bits as 43 characters of base64url. */
const newSecret = (): string =>
  btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace('=', '');

async function call<T>(url: string, request: RequestInit, again = true): Promise<T> {
  const reply = await fetch(url, { ...request, signal: AbortSignal.timeout(10_000) });
  if (reply.status === 503 && again) {
    const seconds = Math.min(Number(reply.headers.get('retry-after')) || 1, 10);
    await new Promise((resume) => setTimeout(resume, seconds * 1000));
    return call(url, request, false);
  }
  const body = await reply.json();
  if (!reply.ok) throw new Problem(body.detail ?? '');
  return body;
}

/** Speaks for one site to the edge that answers under `base`. */
export function connect(base: string, site: string): Edge {
  const root = `${base}/v1/sites/${encodeURIComponent(site)}/`;
  let secret = '';
  return {
    banner: (locale, gpc) => call(`${root}banner?locale=${encodeURIComponent(locale)}${gpc ? '&gpc=1' : ''}`, {}),
    answer: (body, first) => {
      if (first) secret ||= newSecret();
      const headers: HeadersInit = { 'Content-Type': 'application/json' };
      if (secret) headers['Sayso-Device'] = secret;
      return call(`${root}answers`, { method: 'POST', keepalive: true, headers, body: JSON.stringify(body) });
    },
  };
}
