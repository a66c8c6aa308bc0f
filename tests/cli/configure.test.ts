import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { configure, type Configured, type Environment, type RunOptions } from '../../src/campaign/configure.ts';
import { UsageError } from '../../src/campaign/usage-error.ts';
import { ownDirectory, type OwnDirectory } from '../support/directory.ts';

const URL = 'http://127.0.0.1:8080';

function read(options: RunOptions, environment: Environment = {}): Promise<Configured> {
  return configure(options, environment, (profile, stamp) => `${stamp}-${profile}`);
}

/** The message of the usage error that has to come of it. */
async function refusal(options: RunOptions, environment: Environment = {}): Promise<string> {
  const error: unknown = await read(options, environment).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(error instanceof UsageError)) throw new Error(`expected a usage error, got ${String(error)}`);
  return error.message;
}

let directory: OwnDirectory;
beforeEach(async () => {
  directory = await ownDirectory();
});
afterEach(() => directory[Symbol.asyncDispose]());

async function fileOf(content: unknown): Promise<string> {
  const path = join(directory.path, 'own.json');
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

describe('what is set where nothing is given', () => {
  test('is the embedded emulator, profile gate, a random seed and a directory of its own', async () => {
    const { settings, credentials, quiet } = await read({});
    expect(settings).toMatchObject({
      endpoint: undefined,
      project: 'dms-conformance',
      profile: 'gate',
      only: undefined,
      strict: false,
      clockUrl: undefined,
      maxQueues: undefined,
    });
    expect(settings.seed).toBeGreaterThanOrEqual(0);
    expect(settings.out).toMatch(/reports\/\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-gate$/);
    expect([credentials, quiet]).toEqual([{}, false]);
  });
});

describe('precedence', () => {
  test('an option wins over the environment, the environment over the file', async () => {
    const config = await fileOf({ project: 'file', profile: 'certify', seed: 1, maxQueues: 5 });
    const { settings } = await read({ config, project: 'option' }, { DMS_PROJECT: 'environment', DMS_SEED: '2' });
    expect(settings).toMatchObject({ project: 'option', seed: 2, profile: 'certify', maxQueues: 5 });
  });

  test('every setting can come from each of the three', async () => {
    const out = join(directory.path, 'run');
    const clockUrl = `${URL}/clock`;
    const expected = { endpoint: URL, project: 'p', profile: 'certify', only: 'ack', seed: 7, strict: true, clockUrl };
    const file = { ...expected, maxQueues: 9, out };
    const texts = {
      endpoint: URL,
      project: 'p',
      profile: 'certify',
      only: 'ack',
      seed: '7',
      clockUrl,
      maxQueues: '9',
      out,
    };
    const environment = {
      DMS_ENDPOINT: URL,
      DMS_PROJECT: 'p',
      DMS_PROFILE: 'certify',
      DMS_ONLY: 'ack',
      DMS_SEED: '7',
      DMS_STRICT: 'true',
      DMS_CLOCK_URL: clockUrl,
      DMS_MAX_QUEUES: '9',
      DMS_OUT: out,
    };
    const all = await Promise.all([
      read({ ...texts, strict: true }),
      read({}, environment),
      read({}, { DMS_CONFIG: await fileOf(file) }),
    ]);
    for (const { settings } of all) expect(settings).toMatchObject({ ...expected, maxQueues: 9, out });
  });

  test('a token file on the command line wins over a token in the environment', async () => {
    const tokenFile = await fileOf('of-the-file\n');
    const { credentials } = await read({ tokenFile }, { DMS_TOKEN: 'of-the-environment' });
    expect(credentials.token).toBe('of-the-file');
  });

  test('a token in the environment wins over a token file of the configuration', async () => {
    const config = await fileOf({ tokenFile: 'nowhere' });
    expect((await read({ config }, { DMS_TOKEN: 'of-the-environment' })).credentials.token).toBe('of-the-environment');
  });
});

describe('an endpoint', () => {
  test('keeps its path and loses the slash at the end', async () => {
    expect((await read({ endpoint: 'https://dms.example/queues/' })).settings.endpoint).toBe(
      'https://dms.example/queues',
    );
  });

  test.for([
    ['ftp://dms.example', /http:\/\/ or https:\/\//],
    ['dms.example:8080', /http:\/\/ or https:\/\//],
    ['', /http:\/\/ or https:\/\//],
    [`${URL}/v1.0`, /without, \/v1\.0/],
    [`${URL}/v1.0/`, /without, \/v1\.0/],
    [`${URL}/?a=b`, /without query/],
    [`${URL}/#a`, /without query/],
  ] as const)('%s is refused', async ([endpoint, message]) => {
    expect(await refusal({ endpoint })).toMatch(message);
  });

  test('with credentials is refused without repeating them', async () => {
    const message = await refusal({ endpoint: 'http://somebody:pa55word@dms.example' });
    expect(message).toMatch(/DMS_TOKEN/);
    expect(message).not.toMatch(/somebody|pa55word/);
  });

  test('that is no URL is shown without what stands before its @', async () => {
    expect(await refusal({ endpoint: 'somebody:pa55word@dms.example' })).not.toMatch(/pa55word/);
  });
});

describe('what is refused', () => {
  test.for([
    [{ clockUrl: `${URL}/clock` }, /--clock-url.*without an endpoint/],
    [{ endpoint: URL, clockUrl: 'clock' }, /--clock-url: expected a URL/],
    [{ project: 'a/b' }, /--project: expected a project id/],
    [{ profile: 'fast' }, /--profile: expected gate or certify, got "fast"/],
    [{ only: ' ' }, /--only: expected a pattern/],
    [{ seed: '-1' }, /--seed: expected a whole number from 0 to 4294967295, got "-1"/],
    [{ seed: '4294967296' }, /--seed/],
    [{ seed: '1.5' }, /--seed/],
    [{ maxQueues: '1' }, /--max-queues: expected a whole number from 2 to 400/],
    [{ maxQueues: '401' }, /--max-queues/],
    [{ token: 'a', tokenFile: 'b' }, /--token and --token-file are both given/],
    [{ tokenFile: '/nowhere/at/all' }, /cannot be read \(ENOENT\)/],
    [{ config: '/nowhere/at/all' }, /cannot be read \(ENOENT\)/],
    [
      { endpoint: URL, arrange: 'magic' },
      /--arrange: expected dms, hook=URL, command=COMMAND or preloaded=FILE, got "magic"/,
    ],
    [{ endpoint: URL, arrange: 'hook=' }, /--arrange: expected dms, hook=URL/],
    [{ endpoint: URL, arrange: 'dms=1' }, /--arrange: expected dms, hook=URL/],
    [{ endpoint: URL, arrange: 'hook=ftp://x' }, /--arrange: expected a URL/],
    [
      { endpoint: URL, arrange: 'preloaded=/nowhere' },
      /The file \/nowhere of preloaded dead letters cannot be read \(ENOENT\)/,
    ],
    [{ endpoint: URL, arrange: 'preloaded=package.json' }, /package.json of preloaded dead letters does not fit/],
    [{ arrange: 'hook=http://127.0.0.1:1/' }, /--arrange: the embedded emulator is arranged/],
    [{ out: 'package.json' }, /no directory.*ENOTDIR/],
    [{ out: 'src' }, /not empty/],
  ] as const)('%o', async ([options, message]) => {
    expect(await refusal(options)).toMatch(message);
  });

  test.for([
    [{ DMS_ENDPOINT: '' }, /DMS_ENDPOINT is empty/],
    [{ DMS_ENDPONT: URL }, /DMS_ENDPONT is not known. Did you mean DMS_ENDPOINT\?/],
    [{ DMS_STRICT: 'yes' }, /DMS_STRICT: expected true or false/],
    [{ DMS_SEED: 'x' }, /DMS_SEED: expected a whole number/],
    [{ DMS_TOKEN: 'a', DMS_TOKEN_FILE: 'b' }, /DMS_TOKEN and DMS_TOKEN_FILE are both given/],
  ] as const)('%o', async ([environment, message]) => {
    expect(await refusal({}, environment)).toMatch(message);
  });

  test('a token that no header can carry, without repeating it', async () => {
    const message = await refusal({ token: 'pa55 word' });
    expect(message).toMatch(/--token: the token holds blanks/);
    expect(message).not.toMatch(/pa55/);
  });

  test('an empty token file', async () => {
    expect(await refusal({ tokenFile: await fileOf('\n') })).toMatch(/expected a token, got nothing/);
  });
});

test.for([
  ['dms', { kind: 'dms' }],
  ['hook=http://127.0.0.1:9000/arrange?x=1', { kind: 'hook', url: 'http://127.0.0.1:9000/arrange?x=1' }],
  ['command=./arrange.sh --fast "a=b"', { kind: 'command', command: './arrange.sh --fast "a=b"' }],
] as const)('--arrange %s', async ([arrange, expected]) => {
  expect((await read({ endpoint: URL, arrange })).settings.arrange).toEqual(expected);
});

describe('other variables with our prefix', () => {
  test('are none of our business unless they are almost ours', async () => {
    await expect(read({}, { DMS_PORT: '1', DMS_REGION: 'eu' })).resolves.toBeDefined();
  });
});

describe('a configuration file', () => {
  test.for([
    ['{"endpont": "x"}', /unknown member "endpont". Did you mean "endpoint"\?/],
    ['{"max_queues": 3}', /unknown member "max_queues". Did you mean "maxQueues"\?/],
    ['{"pa55word": true}', /line 1, column 2.*unknown member. Known are: endpoint, project/],
    ['{"token": "pa55word"}', /must not hold a token.*DMS_TOKEN/],
    ['{"seed": "1"}', /does not fit: \/seed must be integer/],
    ['[]', /does not fit/],
    ['pa55word', /line 1, column 1.*is not JSON/],
    ['{"seed": pa55word}', /line 1, column 10.*is not JSON/],
    ['{"seed": 1,\n  "seed": 2}', /line 2, column 3.*twice/],
    ['{"headers": "pa55word"}', /must not hold headers.*DMS_HEADERS.*headerFile/],
    ['{"access_key": "pa55word"}', /must not hold an access key.*DMS_ACCESS_KEY.*signingFile/],
    ['{"sk": "pa55word"}', /must not hold a secret key.*DMS_SECRET_KEY.*signingFile/],
    ['{"__proto__": {}}', /unknown member/],
  ] as const)('with %s is refused without repeating secrets', async ([content, message]) => {
    const said = await refusal({ config: await fileOf(content) });
    expect(said).toMatch(message);
    expect(said).not.toMatch(/pa55word/);
  });
});

describe('a configuration file in YAML', () => {
  async function yaml(content: string): Promise<string> {
    const path = join(directory.path, 'own.yaml');
    await writeFile(path, content);
    return path;
  }

  test('says the same as one in JSON', async () => {
    const config = await yaml(
      `# of the gateway\nendpoint: ${URL}\nseed: 7\nstrict: yes-it-is\n`.replace('yes-it-is', 'true'),
    );
    expect((await read({ config })).settings).toMatchObject({ endpoint: URL, seed: 7, strict: true });
  });

  test.for(['', '# nothing\n', '---\n', '\ufeff# nothing\n'])('that sets nothing is fine: %j', async (content) => {
    expect((await read({ config: await yaml(content) })).settings.profile).toBe('gate');
  });

  test.for([
    ['profile: gate\nendpont: x', /line 2, column 1.*unknown member "endpont". Did you mean "endpoint"\?/],
    ['pa55word: x', /line 1, column 1.*unknown member. Known are/],
    ['seed: 1\nproject: p\nseed: 2', /line 3, column 1.*twice/],
    ['seed: pa55word', /line 1, column 7.*does not fit: \/seed must be integer/],
    ['strict: yes', /line 1, column 9.*\/strict must be boolean/],
    ['- pa55word', /line 1, column 1.*expected members/],
    ['pa55word', /line 1, column 1.*expected members/],
    ['seed: &a 1\nmaxQueues: *a', /line 1, column 10.*anchor or an alias/],
    ['out: *pa55word', /line 1, column 6/],
    ['seed: 1\n--- \nseed: 2', /line 2, column 1.*multiple docs/],
    ['out: !pa55word x', /line 1, column 6/],
    ['out: "pa55word', /line 1, column \d+/],
    ['<<: {seed: 1}', /line 1, column 1.*unknown member/],
    ['? {pa55word: 1}\n: 2', /line 1, column \d/],
    ['token: pa55word', /must not hold a token.*DMS_TOKEN/],
    ['\tseed: 1', /line 1, column \d/],
  ] as const)('with %j is refused, with the place and without what stands there', async ([content, message]) => {
    const said = await refusal({ config: await yaml(content) });
    expect(said).toMatch(message);
    expect(said).not.toMatch(/pa55word/);
  });

  test('that refers to itself without end is refused at once', async () => {
    const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]'];
    for (const [name, before] of ['ba', 'cb', 'dc', 'ed', 'fe', 'gf', 'hg', 'ih'])
      bomb.push(`${name}: &${name} [${Array.from({ length: 9 }, () => `*${before}`).join()}]`);
    const started = performance.now();
    expect(await refusal({ config: await yaml(bomb.join('\n')) })).toMatch(/line 1, column \d+.*anchor/);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test('that is too large to be one is refused', async () => {
    expect(await refusal({ config: await yaml(`# ${'x'.repeat(300_000)}`) })).toMatch(/larger than 256 kB/);
  });
});

describe('the directory for the run', () => {
  test('may exist if it is empty, and is not made before the run', async () => {
    const out = join(directory.path, 'empty');
    await mkdir(out);
    expect((await read({ out })).settings.out).toBe(out);
    const absent = join(directory.path, 'absent');
    expect((await read({ out: absent })).settings.out).toBe(absent);
    expect(await refusal({ out: directory.path })).toMatch(/not empty/);
  });
});
