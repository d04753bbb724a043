// Gives the scanner the words of a language it does not know, in its own two tables and nowhere else.
const TABLES = {
  'analyzers/wording.js': ({ information }) =>
    Object.entries(information).map(
      ([key, words]) =>
        `REQUIRED_INFO_PATTERNS.find((one) => one.key === ${JSON.stringify(key)}).patterns.push(${pattern(words)});`,
    ),
  'scanner/consent-modal.js': ({ buttons }) =>
    Object.entries(buttons).map(([kind, words]) => `(PATTERNS_BY_LOCALE.taught ??= {}).${kind} = ${pattern(words)};`),
};
const pattern = (words) => `new RegExp(${JSON.stringify(words)}, 'i')`;
let taught;

export const initialize = (words) => void (taught = words);

export async function load(url, context, next) {
  const loaded = await next(url, context);
  const table = Object.keys(TABLES).find((file) => url.endsWith(`/gdpr-cookie-scanner/dist/${file}`));
  return table ? { ...loaded, source: [loaded.source, ...TABLES[table](taught)].join('\n') } : loaded;
}
