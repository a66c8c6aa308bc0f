/** Endpoints behind TLS and proxies, all of them on this machine. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { configure, type Environment, type RunOptions } from '../../src/campaign/configure.ts';
import { targetOf } from '../../src/campaign/embedded.ts';
import { scenario } from '../../src/campaign/scenario.ts';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { command } from '../support/command.ts';
import { ownDirectory } from '../support/directory.ts';
import { frontOf, type Front } from '../support/front.ts';
import { proxyTo } from '../support/proxy.ts';
import { ran } from '../support/runs.ts';
import { ASKS_FOR_CLIENT, shows, tlsFile, tlsPath } from '../support/tls.ts';

async function emulatorBehind(tls?: Parameters<typeof frontOf>[2]): Promise<Front> {
  const emulator = await startEmulator({ project: 'p1', clock: 'controlled' });
  const front = await frontOf(emulator.url, () => undefined, tls);
  return {
    ...front,
    async [Symbol.asyncDispose]() {
      await front[Symbol.asyncDispose]();
      await emulator.close();
    },
  };
}

const one = scenario({
  id: 'a/1',
  title: 'One dead letter is consumed.',
  clauses: ['a.clause'],
  async run({ queue }) {
    const group = await queue.group();
    await group.deadLetters(1);
    await group.first();
  },
});

/** A run of one scenario in this process, with what a user gives: why nothing could be tested, or else how it went. */
async function outcomeOf(endpoint: string, options: RunOptions = {}, env: Environment = {}): Promise<string> {
  const { settings, credentials } = await configure({ endpoint, project: 'p1', ...options }, env, () => 'nowhere');
  const { footer, ends } = await ran([one], { settings, credentials, target: targetOf(settings) });
  return footer.reason ?? ends.get('a/1')?.outcome ?? 'nothing';
}

const CA = { ca: tlsPath('authority.pem') };
const CLIENT = { clientCert: tlsPath('client.pem'), clientKey: tlsPath('client-key.pem') };

describe('TLS', { timeout: 60_000 }, () => {
  test('a certificate of an unknown authority is refused, with --ca it is not, by address or name', async () => {
    await using endpoint = await emulatorBehind(shows('server'));
    expect(await outcomeOf(endpoint.url)).toMatch(
      /cannot be reached: .*name a file with that authority in --ca, or .*--insecure/,
    );
    expect(await outcomeOf(endpoint.url, CA)).toBe('completed');
    expect(await outcomeOf(endpoint.url.replace('127.0.0.1', 'localhost'), CA)).toBe('completed');
  });

  test('a self-signed certificate is refused, with another authority, too', async () => {
    await using endpoint = await emulatorBehind(shows('self-signed'));
    expect(await outcomeOf(endpoint.url)).toMatch(/cannot be reached: .*--ca, or .*--insecure/);
    expect(await outcomeOf(endpoint.url, CA)).toMatch(/cannot be reached: .*--ca, or .*--insecure/);
    expect(await outcomeOf(endpoint.url, { ca: tlsPath('self-signed.pem') })).toBe('completed');
  });

  test('the clock hook is reached in the same way, and the same is said of it', async () => {
    await using endpoint = await emulatorBehind(shows('server'));
    const clockUrl = `${endpoint.url}/clock`;
    expect(await outcomeOf(endpoint.url, { clockUrl, ...CA })).toBe('completed');
    expect(await outcomeOf(endpoint.url, { clockUrl })).toMatch(/^GET https:.*\/clock failed: .*--ca, or .*--insecure/);
  });

  test('a certificate for another name is said to be one', async () => {
    await using endpoint = await emulatorBehind(shows('server'));
    await using proxy = await proxyTo(endpoint.port);
    expect(await outcomeOf('https://elsewhere.example', CA, { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` })).toMatch(
      /cannot be reached: .*not valid for this name/,
    );
  });

  test('with --insecure a self-signed one is accepted, and everything says so', async () => {
    await using endpoint = await emulatorBehind(shows('self-signed'));
    await using directory = await ownDirectory();
    const out = join(directory.path, 'run');
    const argv = ['--endpoint', endpoint.url, '--project', 'p1', '--clock-url', `${endpoint.url}/clock`];
    const run = await command(['run', ...argv, '--only', 'http/error-body', '--out', out, '--insecure', '--quiet']);
    expect(run.err).toMatch(/^!{20,}\n!! INSECURE: the endpoint's certificate is not checked/);
    expect(run.out).toMatch(/^INSECURE: [^]*CONFORMANT[^]*not certifiable/m);
    expect(run.exitCode).toBe(0);
    const file = (name: string): Promise<string> => readFile(join(out, name), 'utf8');
    expect(JSON.parse((await file('evidence.ndjson')).split('\n')[0] ?? '')).toMatchObject({ insecure: true });
    expect(JSON.parse(await file('verdict.json'))).toMatchObject({ verdict: 'conformant', insecure: true });
    expect(await file('summary.md')).toMatch(/^## .*\n\n\*\*INSECURE: /);
    expect(await file('junit.xml')).toMatch(
      /<testsuite id="0" [^>]*>\s*<properties>[^]*?<property name="insecure" value="INSECURE: /,
    );
  });

  test('without --insecure nothing says so', async () => {
    await using endpoint = await emulatorBehind(shows('server'));
    await using directory = await ownDirectory();
    const out = join(directory.path, 'run');
    const argv = ['--endpoint', endpoint.url, '--project', 'p1', '--clock-url', `${endpoint.url}/clock`];
    const run = await command(['run', ...argv, '--only', 'http/error-body', '--out', out, '--ca', CA.ca]);
    expect(run.exitCode).toBe(0);
    const names = ['evidence.ndjson', 'verdict.json', 'summary.md', 'junit.xml', 'report.html'];
    const files = await Promise.all(names.map((name) => readFile(join(out, name), 'utf8')));
    expect(`${files.join('')}${run.out}${run.err}`).not.toMatch(/insecure/i);
  });

  test('a client certificate that the endpoint asks for is shown, with its key in clear or encrypted', async () => {
    await using endpoint = await emulatorBehind({ ...shows('server'), ...ASKS_FOR_CLIENT });
    expect(await outcomeOf(endpoint.url, { ...CA, ...CLIENT })).toBe('completed');
    const encrypted = { ...CA, ...CLIENT, clientKey: tlsPath('client-key-encrypted.pem') };
    const passphrase = { DMS_CLIENT_KEY_PASSPHRASE: tlsFile('passphrase.txt') };
    expect(await outcomeOf(endpoint.url, encrypted, passphrase)).toBe('completed');
  });

  test.for(['TLSv1.2', 'TLSv1.3'] as const)(
    'without the client certificate that it asks for under %s it is said what may be missing',
    async (version) => {
      const versions = { minVersion: version, maxVersion: version };
      await using endpoint = await emulatorBehind({ ...shows('server'), ...ASKS_FOR_CLIENT, ...versions });
      expect(await outcomeOf(endpoint.url, CA)).toMatch(
        /cannot be reached: .*may ask for a client certificate.*--client-cert and --client-key/,
      );
    },
  );
});

describe('proxies', { timeout: 60_000 }, () => {
  test('a plain endpoint is asked for through HTTP_PROXY, with the name and the password in its URL', async () => {
    await using endpoint = await emulatorBehind();
    await using proxy = await proxyTo(endpoint.port, 'somebody:pa55 word');
    const env = { HTTP_PROXY: `http://somebody:pa55%20word@127.0.0.1:${proxy.port}` };
    expect(await outcomeOf('http://dms.example', {}, env)).toBe('completed');
    expect(proxy.asked[0]).toBe('GET http://dms.example/v1.0/p1/quotas/dms');
  });

  test('an endpoint behind TLS is reached through a tunnel, and its certificate is checked', async () => {
    await using endpoint = await emulatorBehind(shows('server'));
    await using proxy = await proxyTo(endpoint.port);
    const env = { https_proxy: `127.0.0.1:${proxy.port}` };
    expect(await outcomeOf('https://dms.example', CA, env)).toBe('completed');
    expect(new Set(proxy.asked)).toEqual(new Set(['CONNECT dms.example:443']));
    expect(await outcomeOf('https://dms.example', {}, env)).toMatch(/cannot be reached: .*--ca/);
  });

  test('a client certificate goes through the tunnel to the endpoint', async () => {
    await using endpoint = await emulatorBehind({ ...shows('server'), ...ASKS_FOR_CLIENT });
    await using proxy = await proxyTo(endpoint.port);
    const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` };
    expect(await outcomeOf('https://dms.example', { ...CA, ...CLIENT }, env)).toBe('completed');
  });

  test.for([
    ['http://dms.example', 'HTTP_PROXY'],
    ['https://dms.example', 'HTTPS_PROXY'],
  ] as const)('one that refuses the way to %s is blamed, not the endpoint', async ([url, variable]) => {
    await using proxy = await proxyTo(1, 'somebody:pa55word');
    const said = await outcomeOf(url, {}, { [variable]: `http://somebody:wr0ngw0rd@127.0.0.1:${proxy.port}` });
    expect(said).toMatch(/cannot be reached: .*through a proxy: check HTTP_PROXY, HTTPS_PROXY and NO_PROXY/);
    expect(said).not.toMatch(/wr0ngw0rd/);
  });

  test('this machine is never asked for through one, and neither is what NO_PROXY names', async () => {
    await using endpoint = await emulatorBehind();
    await using proxy = await proxyTo(1);
    const HTTP_PROXY = `http://127.0.0.1:${proxy.port}`;
    expect(await outcomeOf(endpoint.url, {}, { HTTP_PROXY })).toBe('completed');
    expect(await outcomeOf(endpoint.url.replace('127.0.0.1', 'localhost'), {}, { HTTP_PROXY })).toBe('completed');
    const there = await outcomeOf('http://dms.invalid', {}, { HTTP_PROXY, no_proxy: '.invalid' });
    expect(there).toMatch(/cannot be reached: .*(?:ENOTFOUND|EAI_AGAIN)/);
    expect(proxy.asked).toEqual([]);
  });
});
