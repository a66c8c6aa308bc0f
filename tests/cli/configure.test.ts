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
    const { settings, token, quiet } = await read({});
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
    expect([token, quiet]).toEqual([undefined, false]);
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
    const { token, settings } = await read({ tokenFile }, { DMS_TOKEN: 'of-the-environment' });
    expect(token).toBe('of-the-file');
    expect(settings.tokenFile).toBe(tokenFile);
  });

  test('a token in the environment wins over a token file of the configuration', async () => {
    const config = await fileOf({ tokenFile: 'nowhere' });
    expect((await read({ config }, { DMS_TOKEN: 'of-the-environment' })).token).toBe('of-the-environment');
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
    ['{"quite": true}', /unknown member "quite". Known are: endpoint, project/],
    ['{"token": "pa55word"}', /must not hold a token.*DMS_TOKEN/],
    ['{"seed": "1"}', /does not fit: \/seed must be integer/],
    ['[]', /does not fit/],
    ['pa55word', /is not JSON/],
    ['{"seed": pa55word}', /is not JSON/],
  ] as const)('with %s is refused without repeating secrets', async ([content, message]) => {
    const said = await refusal({ config: await fileOf(content) });
    expect(said).toMatch(message);
    expect(said).not.toMatch(/pa55word/);
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
