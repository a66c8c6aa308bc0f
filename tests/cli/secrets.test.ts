/**
 * No secret gets anywhere. Each place where one can be given holds one of its own; the endpoint says back all that it
 * gets, in headers and bodies and in every spelling, and breaks the contract on top; then everything that was written or
 * printed is searched.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { configure } from '../../src/campaign/configure.ts';
import { UsageError } from '../../src/campaign/usage-error.ts';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { command } from '../support/command.ts';
import { ownDirectory } from '../support/directory.ts';
import { frontOf, type Front, type Instead } from '../support/front.ts';
import { proxyTo } from '../support/proxy.ts';
import type { Spoken } from '../support/terminal.ts';
import { ASKS_FOR_CLIENT, shows, tlsFile, tlsPath } from '../support/tls.ts';

/** Distinct, and with what JSON, URLs and HTML write in other ways. */
const secret = (name: string): string => `s3cr3t-"${name}"/<+&=\\'${name}`;

/** How a text may be written, whole or within base64 of something longer. */
function spellings(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const within = [0, 1, 2].map((before) =>
    Buffer.from('x'.repeat(before) + text)
      .toString('base64')
      .slice(before === 0 ? 0 : before + 1, -5),
  );
  const html = json.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
  return [
    text,
    json,
    json.replaceAll('/', '\\/'),
    encodeURIComponent(text),
    encodeURIComponent(text).toLowerCase(),
    html,
    ...within,
    Buffer.from(text).toString('hex'),
  ];
}

async function everythingBelow(directory: string): Promise<string> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  // Cleared of escapes once more, since JSON may hold JSON.
  return texts.flatMap((text) => [text, text.replaceAll('\\\\', '\\'), text.replaceAll('\\"', '"')]).join('\n');
}

/** Every credential that came in, spelt in every way, in ASCII. */
function echoOf({ headers, url = '' }: IncomingMessage, body: Buffer): Record<string, string> {
  const all = JSON.stringify(headers);
  return {
    'x-echo': all,
    'x-echo-again': JSON.stringify(all),
    'x-echo-url': encodeURIComponent(all),
    'x-echo-base64': Buffer.from(all).toString('base64'),
    'x-echo-hex': Buffer.from(all).toString('hex'),
    'x-echo-request': encodeURIComponent(url + body.toString('utf8').slice(0, 100)),
  };
}

interface Loud extends Front {
  /** All that came in, as it came. */
  readonly heard: string[];
}

/** An endpoint that says back what it got, and answers what it should refuse with a 500 that quotes it. */
async function loudEndpoint(tls?: Parameters<typeof frontOf>[2]): Promise<Loud> {
  const emulator = await startEmulator({ project: 'p1', clock: 'controlled' });
  const heard: string[] = [];
  const front = await frontOf(
    emulator.url,
    (asked, body): Instead | undefined => {
      heard.push(Object.values(asked.headers).flat().join('\n'));
      if (asked.url?.startsWith('/clock') === true) return undefined;
      const echo = echoOf(asked, body);
      const { 'x-auth-token': token, authorization } = asked.headers;
      if (/max_msgs=11|ack_wait=abc/.test(asked.url ?? '') || (token ?? authorization) === undefined)
        return {
          status: 500,
          headers: echo,
          body: JSON.stringify({ error_code: 'DMS.00000500', error_msg: Object.values(echo).join(' ') }),
        };
      return undefined;
    },
    tls,
  );
  return {
    ...front,
    heard,
    async [Symbol.asyncDispose]() {
      await front[Symbol.asyncDispose]();
      await emulator.close();
    },
  };
}

const CASE = JSON.stringify({
  format: 1,
  suite: '0.1.0',
  seed: 1,
  scenario: 'programs/1',
  clause: 'http.no-5xx',
  ...Object.fromEntries(
    ['program', 'original'].map((name) => [
      name,
      {
        mode: 'NORMAL',
        groups: 1,
        seconds: 1,
        operations: [{ do: 'consume', by: 1, group: 1, query: { max_msgs: '11' } }],
      },
    ]),
  ),
});

/** A run that fails, its evidence judged once more, and a replay, with the same secrets. */
async function allCommands(
  directory: string,
  url: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Spoken[]> {
  const out = join(directory, 'out');
  const target = ['--endpoint', url, '--project', 'p1', '--clock-url', `${url}/clock`, ...argv];
  const run = await command(['run', ...target, '--only', 'http*', '--out', join(out, 'run')], { env });
  const judged = await command(['judge', join(out, 'run', 'evidence.ndjson'), '--out', join(out, 'judged')], { env });
  const json = await command(['judge', join(out, 'run', 'evidence.ndjson'), '--json'], { env });
  await writeFile(join(directory, 'case.json'), CASE);
  const replayed = await command(
    ['replay', join(directory, 'case.json'), ...target, '--times', '1', '--out', join(out, 'replay')],
    { env },
  );
  return [run, judged, json, replayed];
}

async function expectNothingOf(
  secrets: Readonly<Record<string, string>>,
  directory: string,
  said: readonly Spoken[],
): Promise<void> {
  const files = await everythingBelow(join(directory, 'out'));
  const all = [files, ...said.flatMap(({ out, err }) => [out, err])].join('\n');
  const found = Object.entries(secrets).flatMap(([name, value]) =>
    spellings(value)
      .filter((spelling) => all.includes(spelling))
      .map((spelling) => `${name}: ${spelling}`),
  );
  expect(found).toEqual([]);
  // It was said back, and masked: otherwise there was nothing to be found.
  expect(files).toContain('x-echo-base64');
  expect(files.split('[redacted]').length).toBeGreaterThan(20);
}

describe.concurrent('no secret gets into files or output', { timeout: 180_000 }, () => {
  test('of those in the environment, behind a proxy that has one, too', async () => {
    await using endpoint = await loudEndpoint();
    await using directory = await ownDirectory();
    const planted = {
      token: secret('token'),
      cookie: 's3cr3t-of-cookie-1234',
      session: 's3cr3t-of-session-1234',
      tenant: 's3cr3t-of-tenant-1234',
      proxy: 's3cr3t-of-proxy-1234',
      'proxy as it is sent': Buffer.from('somebody:s3cr3t-of-proxy-1234').toString('base64'),
    };
    await using proxy = await proxyTo(endpoint.port, `somebody:${planted.proxy}`);
    const said = await allCommands(directory.path, 'http://dms.example', [], {
      DMS_TOKEN: planted.token,
      DMS_HEADERS: `Cookie: a=${planted.cookie}\nX-Session: ${planted.session}\n# none\nX-Tenant: ${planted.tenant}`,
      HTTP_PROXY: `http://somebody:${planted.proxy}@127.0.0.1:${proxy.port}`,
    });
    expect(said.map(({ exitCode }) => exitCode)).toEqual([1, 1, 1, 1]);
    const { proxy: _unsent, ...sent } = planted;
    const heard = endpoint.heard.join('\n');
    expect(Object.values(sent).filter((value) => !heard.includes(value))).toEqual([]);
    await expectNothingOf(planted, directory.path, said);
  });

  test('of those in files, behind TLS with a client certificate', async () => {
    await using endpoint = await loudEndpoint({ ...shows('server'), ...ASKS_FOR_CLIENT });
    await using directory = await ownDirectory();
    const planted = {
      access: 'AKs3cr3t0fAccess1234',
      secret: secret('secret'),
      key: secret('key'),
      passphrase: tlsFile('passphrase.txt'),
      pem: tlsFile('client-key-encrypted.pem').split('\n')[2] ?? '',
    };
    const keys = join(directory.path, 'keys');
    const headers = join(directory.path, 'headers');
    await writeFile(keys, `DMS_ACCESS_KEY=${planted.access}\nDMS_SECRET_KEY=${planted.secret}\n`);
    await writeFile(headers, `X-Api-Key: ${planted.key}\n`);
    const config = join(directory.path, 'own.yaml');
    await writeFile(config, `signingFile: ${keys}\nheaderFile: ${headers}\nca: ${tlsPath('authority.pem')}\n`);
    const argv = [
      '--config',
      config,
      '--client-cert',
      tlsPath('client.pem'),
      '--client-key',
      tlsPath('client-key-encrypted.pem'),
    ];
    const said = await allCommands(directory.path, endpoint.url, argv, {
      DMS_CLIENT_KEY_PASSPHRASE: planted.passphrase,
    });
    expect(said.map(({ exitCode }) => exitCode)).toEqual([1, 1, 1, 1]);
    const heard = endpoint.heard.join('\n');
    expect([`Access=${planted.access}`, planted.key].filter((text) => !heard.includes(text))).toEqual([]);
    await expectNothingOf(planted, directory.path, said);
    // Nor the signatures that were made of them.
    const signatures = [...heard.matchAll(/(?<=Signature=)[0-9a-f]{64}/g)].flatMap(([one]) => spellings(one));
    expect(signatures.length).toBeGreaterThan(100);
    const files = await everythingBelow(join(directory.path, 'out'));
    expect(signatures.filter((one) => files.includes(one))).toEqual([]);
  });

  test('of those among the options', async () => {
    await using endpoint = await loudEndpoint();
    await using directory = await ownDirectory();
    const planted = { token: secret('option'), password: 's3cr3t-of-basic-1234', name: secret('header') };
    const basic = Buffer.from(`somebody:${planted.password}`).toString('base64');
    const argv = [
      '--token',
      planted.token,
      '--header',
      `Authorization: Basic ${basic}`,
      '--header',
      `X-Secret: ${planted.name}`,
    ];
    const said = await allCommands(directory.path, endpoint.url, argv, {});
    expect(said.map(({ exitCode }) => exitCode)).toEqual([1, 1, 1, 1]);
    expect(endpoint.heard.some((text) => text.includes(basic))).toBe(true);
    await expectNothingOf({ ...planted, basic }, directory.path, said);
  });
});

describe('no usage error holds a secret', () => {
  const S = 'pa55word-pa55word';
  const file = (name: string): string => `FILE:${name}`;

  test.for([
    ['--token', { token: `${S} ${S}` }, {}, {}],
    ['--token-file', { tokenFile: file('a') }, {}, { a: `${S} ${S}` }],
    ['DMS_TOKEN', {}, { DMS_TOKEN: `${S} ${S}` }, {}],
    ['--header without a colon', { header: [S] }, {}, {}],
    ['--header with an odd name', { header: [`${S} ${S}: a`] }, {}, {}],
    ['--header without a value', { header: [`${S}:`] }, {}, {}],
    ['--header beyond ASCII', { header: [`X-A: ${S}ü`] }, {}, {}],
    ['--header twice', { header: [`X-A: ${S}1`, `x-a: ${S}2`] }, {}, {}],
    ['--header that is refused', { header: [`Proxy-Authorization: ${S}`] }, {}, {}],
    ['--header and a token', { header: [`X-Auth-Token: ${S}`], token: `${S}2` }, {}, {}],
    ['DMS_HEADERS', {}, { DMS_HEADERS: `X-A: 1\n${S}` }, {}],
    ['--header-file', { headerFile: file('a') }, {}, { a: `X-A: 1\n\n${S}` }],
    ['an empty --header-file', { headerFile: file('a') }, {}, { a: `# ${S}` }],
    ['--signing-file', { signingFile: file('a') }, {}, { a: S }],
    ['--signing-file with one key', { signingFile: file('a') }, {}, { a: `DMS_SECRET_KEY=${S}` }],
    [
      '--signing-file with a key twice',
      { signingFile: file('a') },
      {},
      { a: `DMS_SECRET_KEY=${S}\nDMS_SECRET_KEY=${S}` },
    ],
    [
      '--signing-file with an odd key',
      { signingFile: file('a') },
      {},
      { a: `DMS_SECRET_KEY=${S}\nDMS_ACCESS_KEY=${S},` },
    ],
    ['one key alone', {}, { DMS_SECRET_KEY: S }, {}],
    ['an odd key', {}, { DMS_SECRET_KEY: `${S} ${S}`, DMS_ACCESS_KEY: S }, {}],
    ['keys and a token', {}, { DMS_SECRET_KEY: S, DMS_ACCESS_KEY: S, DMS_TOKEN: S }, {}],
    ['keys and a file', {}, { DMS_SECRET_KEY: S, DMS_ACCESS_KEY: S, DMS_SIGNING_FILE: S }, {}],
    ['keys and a header', { header: [`Authorization: ${S}`] }, { DMS_SECRET_KEY: S, DMS_ACCESS_KEY: S }, {}],
    ['a token that stands in the URL', { endpoint: `http://127.0.0.1/${S}`, token: S }, {}, {}],
    ['--ca', { ca: file('a') }, {}, { a: S }],
    [
      '--ca with something odd in it',
      { ca: file('a') },
      {},
      { a: `-----BEGIN CERTIFICATE-----\n${S}\n-----END CERTIFICATE-----` },
    ],
    ['--client-key that is none', { clientCert: tlsPath('client.pem'), clientKey: file('a') }, {}, { a: S }],
    ['--client-key of another', { clientCert: tlsPath('client.pem'), clientKey: tlsPath('server-key.pem') }, {}, {}],
    ['--client-key without its certificate', { clientKey: tlsPath('client-key.pem') }, {}, {}],
    [
      '--client-key without a passphrase',
      { clientCert: tlsPath('client.pem'), clientKey: tlsPath('client-key-encrypted.pem') },
      {},
      {},
    ],
    [
      'a wrong passphrase',
      { clientCert: tlsPath('client.pem'), clientKey: tlsPath('client-key-encrypted.pem') },
      { DMS_CLIENT_KEY_PASSPHRASE: S },
      {},
    ],
    ['a passphrase alone', {}, { DMS_CLIENT_KEY_PASSPHRASE: S }, {}],
    ['--insecure and --ca', { insecure: true, ca: tlsPath('authority.pem') }, {}, {}],
    ['a proxy that is none', { endpoint: 'http://dms.example' }, { HTTP_PROXY: `socks5://a:${S}@127.0.0.1` }, {}],
    ['a proxy that cannot be read', { endpoint: 'http://dms.example' }, { https_proxy: `http://a:${S}@:x` }, {}],
    ['an endpoint with a password', { endpoint: `http://a:${S}@127.0.0.1` }, {}, {}],
    ['a clock with a password', { endpoint: 'http://127.0.0.1', clockUrl: `http://a:${S}@127.0.0.1` }, {}, {}],
    ['a configuration file that is none', { config: file('a.yaml') }, {}, { 'a.yaml': S }],
    ['a token in the configuration file', { config: file('a.json') }, {}, { 'a.json': `{"token": "${S}"}` }],
  ] as const)('%s', async ([, options, environment, files]) => {
    await using directory = await ownDirectory();
    await mkdir(directory.path, { recursive: true });
    for (const [name, content] of Object.entries(files)) await writeFile(join(directory.path, name), content);
    const placed = Object.fromEntries(
      Object.entries(options).map(([name, value]: [string, unknown]) => [
        name,
        typeof value === 'string' && value.startsWith('FILE:') ? join(directory.path, value.slice(5)) : value,
      ]),
    );
    const error: unknown = await configure(placed, environment, () => 'nowhere').then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(UsageError);
    const { message } = error as UsageError;
    expect(message).not.toContain('pa55word');
    // Where, and what to do.
    expect(message).toMatch(/--|DMS_|PROXY|proxy|token|file/);
    expect(message.split(/[.:] /).length).toBeGreaterThan(1);
  });
});
