// Lets @slashgear/gdpr-cookie-scanner look at one page, and watches its browser. The order comes as JSON in the
// only argument (`tests/auditors/order.py`); the scanner's whole result and each visit's requests go out as JSON.
import { register } from 'node:module';
import { chromium } from 'playwright';

const order = JSON.parse(process.argv[2]);
if (order.words) register('./lessons.mjs', import.meta.url, { data: order.words });
const { scan } = await import('@slashgear/gdpr-cookie-scanner');

const visits = [];
const QUIET = 1500; // milliseconds without a request under way: a busy machine takes its time from click to script

/** Notes each request of a context. The scanner leaves as soon as it has clicked: a page closes when it is quiet. */
function watch(context) {
  const seen = [];
  const under = new Set();
  let last = Date.now();
  context.on('request', (request) => {
    under.add(request);
    seen.push({ method: request.method(), url: request.url(), body: request.postData() });
  });
  const ended = (request) => (under.delete(request), (last = Date.now()));
  context.on('requestfinished', ended).on('requestfailed', ended);
  const pause = () => new Promise((over) => setTimeout(over, 50));
  context.on('page', (page) => {
    const close = page.close.bind(page);
    page.close = async () => {
      await page.evaluate(() => new Promise((over) => requestIdleCallback(over, { timeout: 15000 }))).catch(() => {});
      last = Date.now();
      const end = Date.now() + 10 * QUIET;
      while ((under.size || Date.now() - last < QUIET) && Date.now() < end) await pause();
      await close();
    };
  });
  visits.push(seen);
}

const launch = chromium.launch.bind(chromium);
chromium.launch = async (options) => {
  const args = [...options.args, ...order.flags];
  const browser = await launch({ ...options, args, executablePath: order.browser ?? undefined });
  const open = browser.newContext.bind(browser);
  browser.newContext = async (chosen) => {
    const context = await open({ ...chosen, bypassCSP: !!order.script });
    if (order.script) await context.addInitScript(order.script);
    watch(context);
    return context;
  };
  return browser;
};
const result = await scan(order.url, { locale: 'en-GB' });
process.stdout.write(JSON.stringify({ result, visits }));
