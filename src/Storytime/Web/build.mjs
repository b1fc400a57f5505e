// Bundles the console's scripts: node build.mjs FOLDER. What they are made of is said in FOLDER/LICENSES.txt, as its licences want it.
import { build } from 'esbuild';
import fs from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = path.resolve(process.argv[2]);
process.chdir(path.dirname(fileURLToPath(import.meta.url)));
const { metafile } = await build({
  entryPoints: { uploads: './uploads/page.js', player: './player.js' },
  // esbuild has looked where it is before that was changed.
  absWorkingDir: process.cwd(),
  outdir: folder,
  bundle: true,
  format: 'esm',
  target: ['chrome109', 'firefox115', 'safari16.4'],
  minify: true,
  sourcemap: false,
  legalComments: 'inline',
  charset: 'utf8',
  // The one of the page, with its antiforgery token.
  external: ['/console/console.js'],
  metafile: true,
  logLevel: 'warning',
});

const packages = [...new Set(Object.values(metafile.outputs).flatMap(output => Object.entries(output.inputs))
  .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
  .map(([file]) => /^(node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1]).filter(Boolean))].sort();
const texts = await Promise.all(packages.map(async of => {
  const { name, version, license, author } = JSON.parse(await fs.readFile(path.join(of, 'package.json'), 'utf8'));
  const file = (await fs.readdir(of)).find(f => /^licen[cs]e/i.test(f));
  if (!file && !(license && author))
    throw new Error(`${name} is bundled, but nothing tells its licence.`);
  const text = file ? await fs.readFile(path.join(of, file), 'utf8') : `Copyright ${author.name ?? author}. The package names its licence and brings no text of it.`;
  return `${name} ${version} (${license})\n\n${text.trim()}\n`;
}));
await fs.writeFile(path.join(folder, 'LICENSES.txt'), `What the scripts beside this file are made of.\n\n${texts.join(`\n${'-'.repeat(80)}\n\n`)}`);
