// Bundles the sources and their style into one file: `node build.mjs [target]`.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Hands the style sheet over as a minified string. */
const style = {
  name: 'style',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, 'utf8'), { loader: 'css', minify: true });
      return { contents: code.trim(), loader: 'text' };
    }),
};

await build({
  entryPoints: [here('src/main.ts')],
  outfile: process.argv[2] ?? here('../../src/sayso/edge/static/sayso.js'),
  absWorkingDir: here('.'),
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'es2022',
  charset: 'utf8',
  legalComments: 'none',
  banner: { js: '/* Sayso browser SDK, Apache-2.0 */' },
  plugins: [style],
});
