/** Bundles: packed from a run, verified, and listed. */
import { lstat, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { chapters } from '../../specs/chapters.ts';
import { register } from '../../specs/register.ts';
import { CERTIFY_PROGRAMS } from '../campaign/configure.ts';
import { EVIDENCE_FILE } from '../campaign/evidence-file.ts';
import { systemCode, UsageError } from '../campaign/usage-error.ts';
import { NAMES, privateKeyIn, publicKeyIn, type Files } from '../certify/bundle.ts';
import { pack } from '../certify/pack.ts';
import { MOST_PRODUCT_BYTES } from '../certify/product.ts';
import type { Suite } from '../certify/suite.ts';
import { proven, unproven } from '../certify/texts.ts';
import { verify, type Verification } from '../certify/verify.ts';
import { EvidenceError } from '../history/evidence.ts';
import { version } from '../package.ts';
import { excerpt, plain } from '../report/plain.ts';
import { resultsHtml, resultsMarkdown, type Result } from '../report/results.ts';
import { count } from '../report/words.ts';
import { rules } from '../rules/index.ts';
import type { CertifyPackOptions, CertifyVerifyOptions } from './main.ts';
import type { Terminal } from './terminal.ts';

const REFUSED = 1;

/** This version of the suite. */
export const thisSuite: Suite = {
  version,
  register,
  rules,
  scenarios: chapters.flatMap(({ scenarios }) => scenarios),
  programs: CERTIFY_PROGRAMS,
};

/** Writes a bundle into a new directory; resolves to the exit code: 1 where the run cannot be certified. */
export async function certifyPack(
  run: string,
  { product, key, out }: CertifyPackOptions,
  terminal: Terminal,
  suite = thisSuite,
): Promise<number> {
  const isDirectory = await stat(run).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const path = isDirectory ? join(run, EVIDENCE_FILE) : run;
  const evidence = await bytesOf(path, 'The evidence', 'Expected the directory of a run.');
  const description = await bytesOf(
    product,
    'The description of the product',
    'Expected a YAML file: see docs/certify.md.',
  );
  if (description.length > MOST_PRODUCT_BYTES) {
    throw new UsageError(`${product} is larger than ${MOST_PRODUCT_BYTES / 1024} kB. Expected a short YAML file.`);
  }
  const signing = key === undefined ? undefined : privateKeyIn(await bytesOf(key, 'The key', 'Check its path.'));
  if (key !== undefined && signing === undefined) {
    throw new UsageError(
      `${key} holds no Ed25519 key that can be read. Expected a private key in PEM without a passphrase, such as 'openssl genpkey -algorithm ed25519' makes.`,
    );
  }
  const directory = resolve(out);
  const there = await readdir(directory).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return [];
    throw new UsageError(`${directory} cannot be used (${systemCode(error)}). Name another directory with --out.`);
  });
  if (there.length > 0) {
    throw new UsageError(
      `${directory} is not empty, and no bundle is written over another. Name another one with --out.`,
    );
  }
  const made = orUsage(path, () =>
    pack({ evidence, product: { path: product, bytes: description }, key: signing }, suite),
  );
  if ('objections' in made) {
    terminal.out(`refused: ${plain(path)} cannot be certified\n${linesOf(made.objections)}`);
    return REFUSED;
  }
  await mkdir(directory, { recursive: true });
  await Promise.all([...made.files].map(([name, bytes]) => writeFile(join(directory, name), bytes, { flag: 'wx' })));
  const bytes = [...made.files.values()].reduce((sum, file) => sum + file.length, 0);
  terminal.out(
    `${directory} is packed: ${count(made.files.size, 'file')}, ${Math.ceil(bytes / 1024)} kB, ${signing === undefined ? 'not signed' : 'signed'}\nverify it: npx dms-conformance certify verify ${directory}\n`,
  );
  return 0;
}

/** Judges a bundle anew and says what that proves; resolves to the exit code: 1 where it is refused. */
export async function certifyVerify(
  bundle: string,
  { trust }: CertifyVerifyOptions,
  terminal: Terminal,
  suite = thisSuite,
): Promise<number> {
  const trusted = trust === undefined ? undefined : publicKeyIn(await bytesOf(trust, 'The key', 'Check its path.'));
  if (trust !== undefined && trusted === undefined) {
    throw new UsageError(`${trust} holds no Ed25519 key that can be read. Expected a public key in PEM.`);
  }
  const seen = await verified(bundle, suite, trusted);
  if ('problems' in seen) {
    terminal.out(`refused: ${plain(bundle)}\n${linesOf(seen.problems)}`);
    return REFUSED;
  }
  const { product, evidence, verdict, signedBy } = seen;
  const signer =
    signedBy === null
      ? []
      : [
          `Nothing in it was changed since ${trusted === undefined ? 'whoever holds the key' : 'the holder of the key that you trust,'} ${signedBy} signed it.`,
        ];
  const doubts =
    signedBy === null
      ? ['Who made it, or that nobody made it up since: it is not signed.']
      : trusted === undefined
        ? ['Whose key that is. Ask the vendor for it, and name it with --trust.']
        : [];
  terminal.out(
    [
      `accepted: ${excerpt(`${product.name} ${product.version}, ${product.vendor}`)}`,
      '',
      'proven:',
      linesOf([...proven(evidence, verdict), ...signer]),
      'not proven:',
      linesOf([...unproven(evidence.header), ...doubts]),
    ].join('\n'),
  );
  return 0;
}

/** Writes a page with a row for each bundle below a folder; resolves to the exit code: 1 where one was refused. */
export async function certifyResults(
  folder: string,
  { out }: { readonly out: string },
  terminal: Terminal,
  suite = thisSuite,
): Promise<number> {
  const make = out.endsWith('.html') ? resultsHtml : out.endsWith('.md') ? resultsMarkdown : undefined;
  if (make === undefined) throw new UsageError(`--out: expected a file that ends with .html or .md, got ${out}.`);
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw new UsageError(`${folder} cannot be read (${systemCode(error)}). Expected a directory of bundles.`);
  });
  const results: Result[] = [];
  for (const name of entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .toSorted()) {
    const seen = await verified(join(folder, name), suite).catch((error: unknown) => {
      if (error instanceof UsageError) return { problems: [error.message] };
      throw error;
    });
    results.push(
      'problems' in seen
        ? { name, problems: seen.problems }
        : { name, problems: [], shown: { ...seen, utcDay: seen.evidence.header.utcDay } },
    );
  }
  if (results.length === 0) throw new UsageError(`There is no bundle in ${folder}. Expected a directory of bundles.`);
  const path = resolve(out);
  await writeFile(path, make(results)).catch((error: unknown) => {
    throw new UsageError(`${path} cannot be written (${systemCode(error)}). Name another file with --out.`);
  });
  const refused = results.filter(({ problems }) => problems.length > 0);
  for (const { name, problems } of refused) terminal.out(`refused: ${plain(name)}\n${linesOf(problems)}`);
  terminal.out(`${path} has ${count(results.length - refused.length, 'bundle')}; ${refused.length} refused\n`);
  return refused.length > 0 ? REFUSED : 0;
}

async function verified(
  bundle: string,
  ...[suite, trusted]: [Suite, Parameters<typeof verify>[2]?]
): Promise<Verification> {
  const { files, odd } = await readBundle(bundle);
  if (odd.length > 0) return { problems: odd };
  return verify(files, suite, trusted);
}

/** All files of a bundle; `odd`: what is there beside plain files. */
async function readBundle(bundle: string): Promise<{ readonly files: Files; readonly odd: readonly string[] }> {
  const names = await readdir(bundle).catch((error: unknown) => {
    throw new UsageError(
      `The bundle ${bundle} cannot be read (${systemCode(error)}). Expected a directory that 'certify pack' wrote.`,
    );
  });
  if (!names.includes(NAMES.manifest)) {
    throw new UsageError(
      `There is no ${NAMES.manifest} in ${bundle}, so it is no bundle. Expected a directory that 'certify pack' wrote.`,
    );
  }
  const files = new Map<string, Buffer>();
  const odd: string[] = [];
  for (const name of names.toSorted()) {
    const path = join(bundle, name);
    if ((await lstat(path)).isFile()) files.set(name, await readFile(path));
    else odd.push(`${plain(name)}: it is no plain file`);
  }
  return { files, odd };
}

async function bytesOf(path: string, what: string, expected: string): Promise<Buffer> {
  return readFile(path).catch((error: unknown) => {
    throw new UsageError(`${what} ${path} cannot be read (${systemCode(error)}). ${expected}`);
  });
}

function orUsage<T>(path: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof EvidenceError) throw new UsageError(`${path} is no evidence: ${error.message}`);
    throw error;
  }
}

function linesOf(texts: readonly string[]): string {
  return texts.map((text) => `  - ${excerpt(text, 600)}\n`).join('');
}
