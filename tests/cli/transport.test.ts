/** The built command against endpoints behind TLS and proxies. All of them are on this machine. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { command } from '../support/command.ts';
import { ownDirectory } from '../support/directory.ts';
import { frontOf, type Front } from '../support/front.ts';
import { proxyTo } from '../support/proxy.ts';
import type { Spoken } from '../support/terminal.ts';
import { ASKS_FOR_CLIENT, shows, tlsFile, tlsPath } from '../support/tls.ts';

/** Waits for nothing on any endpoint. */
const INSTANT = 'redelivery/again-and-again/failed';

async function emulatorBehind(tls?: Parameters<typeof frontOf>[2]): Promise<Front> {
  const emulator = await startEmulator({ project: 'p1' });
  const front = await frontOf(emulator.url, () => undefined, tls);
  return {
    ...front,
    async [Symbol.asyncDispose]() {
      await front[Symbol.asyncDispose]();
      await emulator.close();
    },
  };
}

interface Run extends Spoken {
  /** Content of a file that the run wrote. */
  file(name: string): Promise<string>;
}

/** What came of a short run; its directory is gone afterwards, so files are read before. */
async function runOn(
  url: string,
  argv: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Run> {
  await using directory = await ownDirectory();
  const out = join(directory.path, 'run');
  const spoken = await command(
    ['run', '--endpoint', url, '--project', 'p1', '--only', INSTANT, '--seed', '1', '--out', out, ...argv],
    { env },
  );
  const files = new Map<string, string>();
  for (const name of ['evidence.ndjson', 'verdict.json', 'summary.md', 'junit.xml'])
    files.set(name, await readFile(join(out, name), 'utf8').catch(() => ''));
  return { ...spoken, file: (name) => Promise.resolve(files.get(name) ?? '') };
}

describe('TLS', { timeout: 120_000 }, () => {
  test('a certificate of an unknown authority is refused, and the report names --ca and --insecure', async () => {
    await using endpoint = await emulatorBehind(shows('server'));
    const { exitCode, out } = await runOn(endpoint.url);
    expect(out).toMatch(/cannot be reached: .*name a file with that authority in --ca, or .*--insecure/);
    expect(exitCode).toBe(3);
  });

  test('with that authority in --ca it is accepted, by the address and by the name', async () => {
    await using endpoint = await emulatorBehind(shows('server'));
    for (const url of [endpoint.url, endpoint.url.replace('127.0.0.1', 'localhost')]) {
      const { exitCode, out, err } = await runOn(url, ['--ca', tlsPath('authority.pem')]);
      expect(out).toMatch(/CONFORMANT/);
      expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
    }
  });

  test('a self-signed certificate is refused; with --insecure it is not, and everything says so', async () => {
    await using endpoint = await emulatorBehind(shows('self-signed'));
    expect((await runOn(endpoint.url)).out).toMatch(/cannot be reached: .*--ca, or .*--insecure/);
    expect((await runOn(endpoint.url, ['--ca', tlsPath('authority.pem')])).exitCode).toBe(3);
    for (const argv of [['--insecure'], ['--insecure', '--quiet']]) {
      const run = await runOn(endpoint.url, argv);
      expect(run.exitCode).toBe(0);
      expect(run.err).toMatch(/^!{20,}\n!! INSECURE: the endpoint's certificate is not checked/);
      expect(run.out).toMatch(/^INSECURE: [^]*CONFORMANT[^]*not certifiable/m);
      expect(JSON.parse((await run.file('evidence.ndjson')).split('\n')[0] ?? '')).toMatchObject({ insecure: true });
      expect(JSON.parse(await run.file('verdict.json'))).toMatchObject({ verdict: 'conformant', insecure: true });
      expect(await run.file('summary.md')).toMatch(/^## .*\n\n\*\*INSECURE: /);
      expect(await run.file('junit.xml')).toMatch(/<testsuites[^>]*>\n +<!-- INSECURE: /);
    }
  });

  test('without --insecure nothing says so', async () => {
    await using endpoint = await emulatorBehind(shows('server'));
    const run = await runOn(endpoint.url, ['--ca', tlsPath('authority.pem')]);
    const files = await Promise.all(['evidence.ndjson', 'verdict.json', 'summary.md', 'junit.xml'].map(run.file));
    expect(files.every((text) => text !== '')).toBe(true);
    expect(`${files.join('')}${run.out}${run.err}`).not.toMatch(/insecure/i);
  });

  test('a client certificate that the endpoint asks for is shown, with its key in clear or encrypted', async () => {
    await using endpoint = await emulatorBehind({ ...shows('server'), ...ASKS_FOR_CLIENT });
    const trust = ['--ca', tlsPath('authority.pem'), '--client-cert', tlsPath('client.pem')];
    const plain = await runOn(endpoint.url, [...trust, '--client-key', tlsPath('client-key.pem')]);
    expect(plain.exitCode).toBe(0);
    const encrypted = await runOn(endpoint.url, [...trust, '--client-key', tlsPath('client-key-encrypted.pem')], {
      DMS_CLIENT_KEY_PASSPHRASE: tlsFile('passphrase.txt'),
    });
    expect(encrypted.exitCode).toBe(0);
  });

  test.for(['TLSv1.2', 'TLSv1.3'] as const)(
    'without the client certificate that it asks for under %s the report says what may be missing',
    async (version) => {
      await using endpoint = await emulatorBehind({
        ...shows('server'),
        ...ASKS_FOR_CLIENT,
        minVersion: version,
        maxVersion: version,
      });
      const { exitCode, out } = await runOn(endpoint.url, ['--ca', tlsPath('authority.pem')]);
      expect(out).toMatch(/cannot be reached: .*may ask for a client certificate.*--client-cert and --client-key/);
      expect(exitCode).toBe(3);
    },
  );
});

describe('proxies', { timeout: 120_000 }, () => {
  test('a plain endpoint is asked for through HTTP_PROXY, with the name and the password in its URL', async () => {
    await using endpoint = await emulatorBehind();
    await using proxy = await proxyTo(endpoint.port, 'somebody:pa55 word');
    const { exitCode, out } = await runOn('http://dms.example', [], {
      HTTP_PROXY: `http://somebody:pa55%20word@127.0.0.1:${proxy.port}`,
    });
    expect(out).toMatch(new RegExp(`^proxy +http://127.0.0.1:${proxy.port}$`, 'm'));
    expect(exitCode).toBe(0);
    expect(proxy.asked[0]).toBe('GET http://dms.example/v1.0/p1/quotas/dms');
  });

  test('an endpoint behind TLS is reached through a tunnel, and its certificate is checked', async () => {
    await using endpoint = await emulatorBehind(shows('server'));
    await using proxy = await proxyTo(endpoint.port);
    const env = { https_proxy: `127.0.0.1:${proxy.port}` };
    const { exitCode } = await runOn('https://dms.example', ['--ca', tlsPath('authority.pem')], env);
    expect(exitCode).toBe(0);
    expect(new Set(proxy.asked)).toEqual(new Set(['CONNECT dms.example:443']));
    const { out } = await runOn('https://dms.example', [], env);
    expect(out).toMatch(/cannot be reached: .*--ca/);
  });

  test('a client certificate goes through the tunnel to the endpoint', async () => {
    await using endpoint = await emulatorBehind({ ...shows('server'), ...ASKS_FOR_CLIENT });
    await using proxy = await proxyTo(endpoint.port);
    const client = ['--client-cert', tlsPath('client.pem'), '--client-key', tlsPath('client-key.pem')];
    const { exitCode } = await runOn('https://dms.example', ['--ca', tlsPath('authority.pem'), ...client], {
      HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`,
    });
    expect(exitCode).toBe(0);
  });

  test.for([
    ['http://dms.example', 'HTTP_PROXY'],
    ['https://dms.example', 'HTTPS_PROXY'],
  ] as const)('one that refuses the way to %s is blamed, not the endpoint', async ([url, variable]) => {
    await using proxy = await proxyTo(1, 'somebody:pa55word');
    const { exitCode, out, err } = await runOn(url, [], {
      [variable]: `http://somebody:wr0ngw0rd@127.0.0.1:${proxy.port}`,
    });
    expect(out).toMatch(/cannot be reached: .*through a proxy: check HTTP_PROXY, HTTPS_PROXY and NO_PROXY/);
    expect(exitCode).toBe(3);
    expect(out + err).not.toMatch(/wr0ngw0rd/);
  });

  test('this machine is never asked for through one, and neither is what NO_PROXY names', async () => {
    await using endpoint = await emulatorBehind();
    await using proxy = await proxyTo(1);
    const HTTP_PROXY = `http://127.0.0.1:${proxy.port}`;
    expect((await runOn(endpoint.url, [], { HTTP_PROXY })).exitCode).toBe(0);
    expect((await runOn(endpoint.url.replace('127.0.0.1', 'localhost'), [], { HTTP_PROXY })).exitCode).toBe(0);
    const out = await runOn('http://dms.invalid', [], { HTTP_PROXY, no_proxy: '.invalid' });
    expect(out.out).toMatch(/cannot be reached: .*(?:ENOTFOUND|EAI_AGAIN)/);
    expect(proxy.asked).toEqual([]);
  });
});
