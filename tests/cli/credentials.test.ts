/** The built command against endpoints that ask who is there. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Verdict } from '../../schemas/types.ts';
import { startEmulator, type EmulatorOptions } from '../../src/emulator/emulator.ts';
import { command } from '../support/command.ts';
import { ownDirectory } from '../support/directory.ts';
import { frontOf, type Front } from '../support/front.ts';
import { refusalOf } from '../support/verifier.ts';

const KEYS = { accessKey: 'AK0123456789ABCDEF', secretKey: 's3cret/key+of=the,gateway' };

interface Endpoint extends AsyncDisposable {
  readonly url: string;
  readonly clockUrl: string;
}

/** An emulator behind `instead`; its clock hook is asked directly. */
async function endpointBehind(
  instead: Parameters<typeof frontOf>[1],
  options: EmulatorOptions = {},
): Promise<Endpoint> {
  const emulator = await startEmulator({ project: 'p1', clock: 'controlled', ...options });
  const front: Front = await frontOf(emulator.url, instead);
  return {
    url: front.url,
    clockUrl: emulator.clockUrl ?? '',
    async [Symbol.asyncDispose]() {
      await front[Symbol.asyncDispose]();
      await emulator.close();
    },
  };
}

const refused = (reason: string): { status: number; headers: Record<string, string>; body: string } => ({
  status: 401,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ error_code: 'APIGW.0301', error_msg: reason, request_id: '' }),
});

/** Lets in what is signed with those keys, by the published algorithm and now. */
const signedWith =
  (keys: typeof KEYS): Parameters<typeof frontOf>[1] =>
  ({ method = '', url = '', headers }, body) => {
    const reason = refusalOf({ method, url, headers, body }, keys, new Date());
    return reason === undefined ? undefined : refused(reason);
  };

async function verdictIn(directory: string): Promise<Verdict> {
  return JSON.parse(await readFile(join(directory, 'verdict.json'), 'utf8')) as Verdict;
}

describe.concurrent('signed requests', { timeout: 120_000 }, () => {
  test.for(['http*', 'consume*', 'path*'])(
    'are accepted by a server that verifies them, and %s is conformant',
    async (only) => {
      await using endpoint = await endpointBehind(signedWith(KEYS));
      await using directory = await ownDirectory();
      const out = join(directory.path, 'run');
      const {
        exitCode,
        out: said,
        err,
      } = await command(
        [
          'run',
          '--endpoint',
          endpoint.url,
          '--project',
          'p1',
          '--clock-url',
          endpoint.clockUrl,
          '--only',
          only,
          '--out',
          out,
        ],
        { env: { DMS_ACCESS_KEY: KEYS.accessKey, DMS_SECRET_KEY: KEYS.secretKey } },
      );
      expect(said).toMatch(/CONFORMANT/);
      expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
      const { clauses } = await verdictIn(out);
      expect(
        clauses.filter(({ verdict }) => verdict === 'not-exercised').map(({ id, reason }) => [id, reason]),
      ).toEqual([]);
      if (only === 'http*') {
        const auth = clauses.filter(({ id }) => id.startsWith('auth.')).map(({ id, verdict }) => [id, verdict]);
        expect(auth).toEqual([
          ['auth.missing-token', 'pass'],
          ['auth.wrong-token', 'pass'],
          ['auth.other-project', 'pass'],
          ['auth.status', 'pass'],
        ]);
      }
    },
  );

  test.for([
    ['a wrong secret key', { ...KEYS, secretKey: 'an0ther-secret-key' }],
    ['an unknown access key', { ...KEYS, accessKey: 'AKFEDCBA9876543210' }],
  ] as const)('with %s end as incomplete, and the report says what to check', async ([, keys]) => {
    await using endpoint = await endpointBehind(signedWith(KEYS));
    await using directory = await ownDirectory();
    const file = join(directory.path, 'keys');
    await writeFile(file, `# of the gateway\nDMS_ACCESS_KEY=${keys.accessKey}\nDMS_SECRET_KEY="${keys.secretKey}"\n`);
    const { exitCode, out } = await command([
      'run',
      '--endpoint',
      endpoint.url,
      '--project',
      'p1',
      '--signing-file',
      file,
      '--out',
      join(directory.path, 'run'),
    ]);
    expect(out).toMatch(
      /the endpoint refuses our credentials: .*401.*Check the access key, the secret key, the project id, and that this machine's clock is right/,
    );
    expect(exitCode).toBe(3);
  });

  test('are no excuse: who lets in what is not signed, or wrongly, breaks the clauses about credentials', async () => {
    await using endpoint = await endpointBehind(() => undefined);
    await using directory = await ownDirectory();
    const out = join(directory.path, 'run');
    const { exitCode } = await command(
      [
        'run',
        '--endpoint',
        endpoint.url,
        '--project',
        'p1',
        '--clock-url',
        endpoint.clockUrl,
        '--only',
        'auth',
        '--out',
        out,
      ],
      { env: { DMS_ACCESS_KEY: KEYS.accessKey, DMS_SECRET_KEY: KEYS.secretKey } },
    );
    expect(exitCode).toBe(1);
    const broken = (await verdictIn(out)).clauses.filter(({ verdict }) => verdict === 'fail').map(({ id }) => id);
    expect(broken).toEqual(expect.arrayContaining(['auth.missing-token', 'auth.wrong-token']));
  });
});
