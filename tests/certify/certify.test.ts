/**
 * Certification, with a part of the evidence of a run on the wall clock that was recorded once (npm run certified -- --record). It
 * is judged by the rules of today, but as version, register and scenarios of its day: what is added to these does not make it
 * stale, only a rule that finds something in it.
 */
import { generateKeyPairSync } from 'node:crypto';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import type { Header, Manifest, Verdict } from '../../schemas/types.ts';
import {
  manifestOf,
  NAMES,
  packed,
  signatureOf,
  textOf,
  unpacked,
  linesIn,
  type Files,
} from '../../src/certify/bundle.ts';
import { objectionsTo } from '../../src/certify/objections.ts';
import { pack } from '../../src/certify/pack.ts';
import type { Suite } from '../../src/certify/suite.ts';
import { verify } from '../../src/certify/verify.ts';
import { certifyPack, certifyResults, certifyVerify, thisSuite } from '../../src/cli/certify.ts';
import { readEvidence } from '../../src/history/evidence.ts';
import { schemas } from '../../src/history/schemas.ts';
import { resultsHtml, resultsMarkdown } from '../../src/report/results.ts';
import { verdictOf } from '../../src/verdict/verdict.ts';
import { command } from '../support/command.ts';
import { ownDirectory } from '../support/directory.ts';
import { random } from '../support/random.ts';
import { listener, speak } from '../support/terminal.ts';
import { flipped, flippedAt } from './flips.ts';

const recorded = await readFile(new URL('../../fixtures/certified/evidence.ndjson.br', import.meta.url));
const bytes = unpacked(recorded);
const evidence = readEvidence(linesIn(bytes));
const { header } = evidence;

/** The suite as it was when the evidence was recorded, with the rules of today. */
const suite: Suite = {
  version: header.suite.version,
  register: {
    ...thisSuite.register,
    digest: header.suite.register,
    clauses: new Map([...thisSuite.register.clauses].filter(([id]) => header.clauses.includes(id))),
  },
  rules: thisSuite.rules,
  scenarios: thisSuite.scenarios.filter(({ id }) => header.selection.includes(id)),
  programs: header.selection.filter((id) => id.startsWith('programs/')).length,
};
const verdict = verdictOf(evidence, suite.register, suite.rules);

const PRODUCT = 'name: Some *queues*\nversion: 1.2.3\nvendor: Ana | Bo\ncontact: ana@example.org\n';
const keys = generateKeyPairSync('ed25519');
const others = generateKeyPairSync('ed25519');

function bundle(key = keys.privateKey as typeof keys.privateKey | undefined): Map<string, Buffer> {
  const made = pack({ evidence: bytes, product: { path: 'p.yaml', bytes: Buffer.from(PRODUCT) }, key }, suite);
  if ('objections' in made) throw new Error(made.objections.join('\n'));
  return new Map(made.files);
}
const signed = bundle();
const unsigned = new Map([...signed].filter(([name]) => name !== NAMES.signature));
unsigned.set(NAMES.manifest, textOf(manifestOf(header.suite, null, unsigned)));

function problems(files: Files, trusted?: typeof keys.publicKey): readonly string[] {
  const seen = verify(files, suite, trusted);
  return 'problems' in seen ? seen.problems : [];
}

/** The files with some of them replaced, under a manifest and a signature that fit. */
function forged(changes: Readonly<Record<string, Buffer | string>>): Map<string, Buffer> {
  const files = new Map(signed);
  for (const [name, content] of Object.entries(changes)) files.set(name, Buffer.from(content));
  const manifest = textOf(
    manifestOf(header.suite, (JSON.parse(String(signed.get(NAMES.manifest))) as Manifest).signedBy, files),
  );
  files.set(NAMES.manifest, manifest);
  files.set(NAMES.signature, textOf(signatureOf(manifest, keys.privateKey)));
  return files;
}

describe('a bundle', () => {
  test('of a run that can be certified is accepted, signed or not', () => {
    expect(objectionsTo(evidence, verdict, suite)).toEqual([]);
    expect(verify(signed, suite, keys.publicKey)).toMatchObject({ verdict: { verdict: 'conformant' } });
  });

  test('holds a configuration that run takes', () => {
    const text = String(signed.get(NAMES.configuration));
    const { endpoint, project, seed } = header;
    const value: unknown = parse(text);
    expect(value).toEqual({ endpoint, project, profile: 'certify', seed, programs: suite.programs, strict: false });
    expect(schemas.configuration.check(value)).toBe(true);
    expect(text).toMatch(/^# Headers that held credentials: none\.$/m);
  });

  test('says how to judge it and run it again, and what it does not prove', () => {
    const text = String(signed.get(NAMES.reproduce));
    expect(text).toContain(`npx dms-conformance@${header.suite.version} certify verify .`);
    expect(text).toContain(`npx dms-conformance@${header.suite.version} run --config configuration.yaml`);
    expect(text).toContain('| product | Some \\*queues\\* 1.2.3 |\n| vendor | Ana \\| Bo |');
    expect(text).toMatch(/satisfy every MUST[^]*## What it does not prove\n\n- That these exchanges happened\./);
  });

  test('has a manifest and a signature that fit their schemas', () => {
    expect(schemas.manifest.check(JSON.parse(String(signed.get(NAMES.manifest))))).toBe(true);
    expect(schemas.signature.check(JSON.parse(String(signed.get(NAMES.signature))))).toBe(true);
  });
});

describe('what was changed is found, with the place', () => {
  const SEED = 20261125;

  test.for([
    ['signed', signed],
    ['unsigned', unsigned],
  ] as const)('in any of 50 random bytes, %s', ([, files]) => {
    const chance = random(SEED);
    const unfound = Array.from({ length: 50 }, () => unfoundIn(files, flipped(files, chance)));
    expect(unfound.flat()).toEqual([]);
  });

  test.for([...signed.keys()])('in %s, whatever byte of it', (name) => {
    const chance = random(SEED);
    for (const files of [signed, unsigned]) {
      const whole = files.get(name);
      if (whole === undefined) continue;
      const places = [0, whole.length - 1, ...Array.from({ length: 12 }, () => chance(whole.length))];
      expect(places.flatMap((at) => unfoundIn(files, flippedAt(name, whole, at, 1 + chance(255))))).toEqual([]);
    }
  });

  /** What is wrong with what is said of files of which one byte was changed. */
  function unfoundIn(files: Files, { name, at, bytes }: ReturnType<typeof flippedAt>): string[] {
    const found = problems(new Map([...files, [name, bytes]]));
    const said = `byte ${at} of ${name}: ${found.join('; ')}`;
    // Which of these two was changed, nobody can know in each case.
    if (name === NAMES.manifest || name === NAMES.signature)
      return found.some((problem) => problem.includes(name)) ? [] : [said];
    const [first = ''] = found;
    const [, from, to] = /: it was changed, first between byte (\d+) and byte (\d+)/.exec(first) ?? [];
    return first.startsWith(`${name}: `) && Number(from) <= at && at <= Number(to) ? [] : [said];
  }

  test('in the manifest to the byte, where nobody signed it', () => {
    const whole = unsigned.get(NAMES.manifest) ?? Buffer.alloc(0);
    const at = whole.indexOf('"sha256"') + 20;
    const found = problems(new Map([...unsigned, [NAMES.manifest, flippedAt('', whole, at, 1).bytes]]));
    const line = String(whole.subarray(0, at)).split('\n').length;
    expect(found).toEqual([
      `manifest.json: it is not the manifest of these files; it differs from byte ${at}, in line ${line}`,
    ]);
  });

  test.for(Object.values(NAMES))('when %s is missing', (name) => {
    const files = new Map(signed);
    files.delete(name);
    expect(problems(files)).toEqual([expect.stringMatching(`^${name}: it is missing`)]);
  });

  test('when something was added', () => {
    expect(problems(new Map([...signed, ['notes.txt', Buffer.from('x')]]))).toEqual([
      'notes.txt: manifest.json does not name it',
    ]);
  });
});

describe('what was made to fit is judged anew', () => {
  test('a verdict', () => {
    const better = String(signed.get(NAMES.verdict)).replace('"pass"', '"warn"');
    expect(problems(forged({ [NAMES.verdict]: better }))).toEqual([
      expect.stringMatching(
        /^verdict\.json: it is not what the evidence shows; it differs from byte \d+, in line \d+$/,
      ),
    ]);
  });

  test('a configuration, and how it is said to be made again', () => {
    const names = [NAMES.configuration, NAMES.reproduce];
    const longer = names.map((name) => [name, `${String(signed.get(name))}# more\n`] as const);
    expect(problems(forged(Object.fromEntries(longer)))).toEqual(
      names.map((name) => expect.stringMatching(`^${name}: it is not what the evidence shows`)),
    );
  });

  test('the version of the suite', () => {
    const of = { ...header.suite, version: '9.9.9' };
    const files = new Map([...unsigned, [NAMES.manifest, textOf(manifestOf(of, null, unsigned))]]);
    expect(problems(files)).toEqual([
      expect.stringMatching(
        /^manifest\.json: it names another suite than the evidence; it differs from byte \d+, in line 4$/,
      ),
    ]);
  });

  test('a product that is none', () => {
    expect(problems(forged({ [NAMES.product]: 'name: x\n' }))).toEqual([
      expect.stringMatching(/^product\.yaml: .*version/),
    ]);
  });

  test.for([
    ['no Brotli', Buffer.from('x'), /it is no Brotli/],
    ['no evidence', packed(Buffer.from('{}\n')), /line 1 is not a line of evidence/],
  ] as const)('evidence that is %s', ([, content, message]) => {
    expect(problems(forged({ [NAMES.evidence]: content }))[0]).toMatch(message);
  });

  test('evidence of a clock that was told', () => {
    const text = String(bytes).replace('"clock":"wall"', '"clock":"controlled"');
    expect(problems(forged({ [NAMES.evidence]: packed(Buffer.from(text)) }))).toContainEqual(
      expect.stringMatching(/^controlled clock: /),
    );
  });

  test('the key of somebody else', () => {
    const manifest = signed.get(NAMES.manifest) ?? Buffer.alloc(0);
    const files = new Map([...signed, [NAMES.signature, textOf(signatureOf(manifest, others.privateKey))]]);
    expect(problems(files)).toEqual([
      expect.stringMatching(/^signature\.json: it has the key sha256:.*says that sha256:/),
    ]);
    expect(problems(signed, others.publicKey)).toEqual([
      expect.stringMatching(/^signature\.json: it was signed by sha256:.* and the key that is trusted is sha256:/),
    ]);
    expect(problems(unsigned, others.publicKey)).toEqual([expect.stringMatching(/^signature\.json: nobody signed it/)]);
  });

  test('a signature of something else', () => {
    const other = signatureOf(Buffer.from('another manifest'), keys.privateKey);
    expect(problems(new Map([...signed, [NAMES.signature, textOf(other)]]))).toEqual([
      'signature.json: the signature is not that of this manifest.json',
    ]);
  });

  test('a signature that is spelt in another way', () => {
    const whole = String(signed.get(NAMES.signature));
    // The last digit before the padding has bits that mean nothing.
    const [, digit = ''] = /(.)=="\n\}\n$/.exec(whole) ?? [];
    const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
    const spelt = whole.replace(/.(?==="\n\}\n$)/, digits[digits.indexOf(digit) + 1] ?? '');
    expect(spelt).not.toBe(whole);
    expect(problems(new Map([...signed, [NAMES.signature, Buffer.from(spelt)]]))).toEqual([
      expect.stringMatching(/^signature\.json: it is not as it is written; it differs from byte \d+, in line 5$/),
    ]);
  });

  test('another version or register', () => {
    const seen = (part: Partial<Suite>): unknown => verify(signed, { ...suite, ...part });
    expect(seen({ version: '9.0.0' })).toEqual({
      problems: [expect.stringMatching(/^other version: .* this is 9\.0\.0\. Use 'npx dms-conformance@/)],
    });
    expect(seen({ register: { ...suite.register, digest: `sha256:${'1'.repeat(64)}` } })).toEqual({
      problems: [expect.stringMatching(/^altered register: .* is 111111111111$/)],
    });
  });
});

describe('a run is refused, and all reasons are said,', () => {
  const broken = {
    ...verdict,
    verdict: 'nonconformant' as const,
    exitCode: 1 as const,
    reasons: ['1 clause is broken'],
    clauses: verdict.clauses.map((clause) =>
      clause.id === 'redelivery.by-default'
        ? {
            ...clause,
            verdict: 'fail' as const,
            findings: [{ scenario: 'a', expected: 'back', observed: 'gone', exchanges: [], fingerprint: '' }],
          }
        : clause,
    ),
  };
  test.for<readonly [name: string, header: Partial<Header>, verdict: Partial<Verdict>, expected: readonly RegExp[]]>([
    [
      'nonconformant',
      {},
      broken,
      [
        /^nonconformant, exit code 1: 1 clause/,
        /^nonconformant: it breaks redelivery\.by-default: expected back, observed gone$/,
      ],
    ],
    [
      'incomplete',
      {},
      { verdict: 'incomplete', exitCode: 3, reasons: ['the run was interrupted'] },
      [/^incomplete, exit code 3: the run was interrupted$/],
    ],
    [
      'with a stale waiver',
      {},
      { exitCode: 4, reasons: ['the waiver of x is stale'] },
      [/^conformant, exit code 4: the waiver of x/],
    ],
    ['waived', {}, { waived: 2 }, [/^waived: 2 clauses are broken and waived$/]],
    ['filtered', { only: 'ack' }, {}, [/^filtered: --only ack /]],
    ['a part', { shard: { index: 2, of: 3, selection: [], clauses: [] } }, {}, [/^filtered: --shard 2\/3 /]],
    ['merged', { shards: [{ startedAt: '' }, { startedAt: '' }] }, {}, [/^merged: it was put together from 2 runs/]],
    ['with a controlled clock', { clock: 'controlled' }, {}, [/^controlled clock: /]],
    ['insecure', { insecure: true }, {}, [/^insecure: /]],
    ['a self-test', { endpoint: 'embedded' }, {}, [/^self-test: /]],
    ['of the gate', { profile: 'gate' }, {}, [/^profile gate: /]],
    [
      'with few programs',
      { selection: header.selection.filter((id) => id !== 'programs/7') },
      {},
      [/^programs: 19 were generated, of the 20 /],
    ],
    [
      'without some scenarios',
      { selection: header.selection.filter((id) => id !== 'redelivery/default/absent') },
      {},
      [/^narrowed: 1 scenario left out: redelivery\/default\/absent$/],
    ],
    [
      'without some clauses',
      { clauses: header.clauses.filter((id) => id !== 'redelivery.prompt') },
      {},
      [/^narrowed: 1 clause left out: redelivery\.prompt$/],
    ],
    [
      'of a prerelease',
      { suite: { ...header.suite, version: '1.0.0-rc.1' } },
      {},
      [/^other version/, /^prerelease: version 1\.0\.0-rc\.1 /],
    ],
    ['of a build of a release', { suite: { ...header.suite, version: '1.0.0+a-b' } }, {}, [/^other version/]],
    [
      'of all that',
      { only: 'ack', clock: 'controlled', insecure: true, profile: 'gate' },
      broken,
      [/^nonconf/, /^nonconf/, /^filt/, /^contr/, /^insec/, /^prof/],
    ],
  ])('%s', ([, of, judged, expected]) => {
    const objections = objectionsTo({ ...evidence, header: { ...header, ...of } }, { ...verdict, ...judged }, suite);
    expect(objections).toEqual(expected.map((pattern) => expect.stringMatching(pattern)));
  });
});

describe('the page of results', () => {
  const product = { name: '<b>Some', version: '"1"', vendor: 'A & B\u202e', contact: 'x' };
  const results = [
    { name: 'one', problems: [], shown: { product, verdict, utcDay: '2026-11-25', signedBy: null } },
    { name: 'two', problems: ['<i>a.txt: it is missing'] },
  ];

  test('is HTML that no text of a vendor steers', () => {
    const page = resultsHtml(results);
    expect(page).toMatch(
      /<td>&lt;b&gt;Some &quot;1&quot;<\/td><td>A &amp; B<\/td><td>2026-11-25<\/td>.*<td>nobody<\/td><td>one<\/td>/,
    );
    expect(page).toMatch(/<h2>Refused<\/h2>\n.*\n.*<li>two<ul><li>&lt;i&gt;a\.txt: it is missing<\/li><\/ul><\/li>/);
    expect(page).toMatch(/Content-Security-Policy" content="default-src 'none'/);
  });

  test('is Markdown that none steers either', () => {
    expect(resultsMarkdown(results)).toContain('| \\<b\\>Some "1" | A & B | 2026-11-25 |');
    expect(resultsMarkdown(results.slice(0, 1))).not.toMatch(/Refused/);
  });
});

describe('on the command line', { timeout: 120_000 }, () => {
  test('a run is packed, verified and listed; a bundle that was changed is refused', async () => {
    await using directory = await ownDirectory();
    const at = (...names: readonly string[]): string => join(directory.path, ...names);
    await writeFile(at('evidence.ndjson'), bytes);
    await writeFile(at('product.yaml'), PRODUCT);
    await writeFile(at('key.pem'), keys.privateKey.export({ format: 'pem', type: 'pkcs8' }));
    await writeFile(at('public.pem'), keys.publicKey.export({ format: 'pem', type: 'spki' }));
    const { terminal, said } = listener();
    const packing = { product: at('product.yaml'), key: at('key.pem'), out: at('bundles', 'one') };
    expect(await certifyPack(directory.path, packing, terminal, suite)).toBe(0);
    expect(said()).toMatch(/one is packed: 7 files, \d+ kB, signed\n/);
    for (const [name, content] of signed) expect(await readFile(at('bundles', 'one', name))).toEqual(content);
    await expect(certifyPack(directory.path, packing, terminal, suite)).rejects.toThrow(/is not empty/);

    expect(await certifyVerify(at('bundles', 'one'), { trust: at('public.pem') }, terminal, suite)).toBe(0);
    expect(said()).toMatch(
      /accepted: Some \*queues\* 1\.2\.3, Ana \| Bo\n\nproven:\n[^]*satisfy every MUST[^]*the key that you trust[^]*not proven:\n {2}- That these exchanges happened/,
    );
    expect(await certifyVerify(at('bundles', 'one'), {}, terminal, suite)).toBe(0);
    expect(said()).toMatch(/Whose key that is\./);

    await mkdir(at('bundles', 'two'));
    for (const [name, content] of unsigned) await writeFile(at('bundles', 'two', name), content);
    expect(await certifyVerify(at('bundles', 'two'), {}, terminal, suite)).toBe(0);
    expect(said()).toMatch(/it is not signed\./);
    await symlink('verdict.json', at('bundles', 'two', 'link'));
    expect(await certifyVerify(at('bundles', 'two'), {}, terminal, suite)).toBe(1);
    expect(said()).toMatch(/refused: .*\n {2}- link: it is no plain file/);

    expect(await certifyResults(at('bundles'), { out: at('results.md') }, terminal, suite)).toBe(1);
    const page = await readFile(at('results.md'), 'utf8');
    expect(page).toMatch(/\| Some \\\*queues\\\* 1\.2\.3 \|[^]*## Refused\n\n- two: link: it is no plain file\n/);
    expect(page).toContain(header.utcDay);
    expect(said()).toMatch(/results\.md has 1 bundle; 1 refused/);
  });

  test('a run that cannot be certified is refused with every reason, and leaves nothing', async () => {
    await using directory = await ownDirectory();
    const at = (name: string): string => join(directory.path, name);
    await command(['run', '--only', 'parameters/max-msgs/range/0', '--programs', '0', '--out', at('run'), '--quiet']);
    await writeFile(at('product.yaml'), PRODUCT);
    const packing = ['certify', 'pack', at('run'), '--product', at('product.yaml'), '--out', at('bundle')];
    const { exitCode, out } = await speak(...packing);
    expect(exitCode).toBe(1);
    expect(out).toMatch(/- filtered: [^]*- self-test: [^]*- controlled clock: [^]*- profile gate: [^]*- programs: 0 /);
    expect(await readdir(directory.path)).toEqual(['product.yaml', 'run']);
  });

  test.for([
    [['pack', 'nowhere', '--product', 'package.json', '--out', 'x'], /evidence nowhere cannot be read \(ENOENT\)/],
    [
      ['pack', 'package.json', '--product', 'nowhere', '--out', 'x'],
      /description of the product nowhere cannot be read/,
    ],
    [['pack', 'package.json', '--product', 'package.json', '--out', 'x'], /there is an unknown member/],
    [
      ['pack', 'package.json', '--product', 'package.json', '--key', 'package.json', '--out', 'x'],
      /package\.json holds no Ed25519 key/,
    ],
    [['pack', 'package.json', '--product', 'package.json', '--out', 'tests'], /tests is not empty/],
    [['verify', 'tests'], /There is no manifest\.json in tests, so it is no bundle/],
    [['verify', 'nowhere'], /bundle nowhere cannot be read/],
    [['verify', 'tests', '--trust', 'package.json'], /package\.json holds no Ed25519 key/],
    [['results', 'tests', '--out', 'x.pdf'], /expected a file that ends with \.html or \.md/],
    [['results', 'nowhere'], /nowhere cannot be read/],
  ] as const)('%o exits with 2 and says what to do', async ([argv, message]) => {
    const { exitCode, err } = await speak('certify', ...argv);
    expect(err).toMatch(message);
    expect(exitCode).toBe(2);
  });
});
