import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { command, start } from '../support/command.ts';
import { ownDirectory } from '../support/directory.ts';
import { speak } from '../support/terminal.ts';

/** Waits for nothing on any endpoint. */
const INSTANT = 'redelivery/NORMAL/after-fail';
const TOKEN = 'r1ght-T0ken';

async function everything(directory: string): Promise<string> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return (await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'utf8')))).join('\n');
}

async function emulator(
  options: Parameters<typeof startEmulator>[0],
): Promise<AsyncDisposable & { readonly url: string }> {
  const running = await startEmulator(options);
  return { url: running.url, [Symbol.asyncDispose]: () => running.close() };
}

describe.concurrent('run', { timeout: 60_000 }, () => {
  test('leaves evidence from which judge makes the same verdict, letter by letter', async () => {
    await using directory = await ownDirectory();
    const out = join(directory.path, 'run');
    const ran = await command(['run', '--only', INSTANT, '--out', out, '--seed', '7']);
    expect(ran.err).toBe('');
    expect(ran.exitCode).toBe(0);
    expect(ran.out).toMatch(/^endpoint +embedded emulator\n[^]*seed +7\n[^]*self-test[^]*CONFORMANT[^]*exit code 0/);
    expect((await readdir(out)).sort()).toEqual([
      'allure-results',
      'evidence.ndjson',
      'junit.xml',
      'report.html',
      'summary.md',
      'verdict.json',
    ]);
    const verdict = await readFile(join(out, 'verdict.json'), 'utf8');
    expect(JSON.parse(verdict)).toMatchObject({ verdict: 'conformant', filtered: true, complete: true, seed: 7 });

    const evidence = join(out, 'evidence.ndjson');
    expect(await speak('judge', evidence, '--json')).toEqual({ exitCode: 0, out: verdict, err: '' });
    // Also where a request was still under way when its scenario ended.
    const lines = (await readFile(evidence, 'utf8')).split('\n');
    const ends = lines.findIndex((line) => line.startsWith('{"type":"end"'));
    const late = join(out, 'late.ndjson');
    await writeFile(
      late,
      lines.toSpliced(ends - 3, 4, ...lines.slice(ends, ends + 1), ...lines.slice(ends - 3, ends)).join('\n'),
    );
    expect(await speak('judge', late, '--json')).toEqual({ exitCode: 0, out: verdict, err: '' });
    const again = join(out, 'again');
    // The built command both times: report.html holds a function as text, and tests run another text of it.
    expect((await command(['judge', evidence, '--out', again])).out).toMatch(/CONFORMANT[^]*exit code 0/);
    expect((await readdir(again)).sort()).toEqual(['junit.xml', 'report.html', 'summary.md', 'verdict.json']);
    for (const name of await readdir(again)) {
      expect(await readFile(join(again, name), 'utf8')).toBe(await readFile(join(out, name), 'utf8'));
    }
  });

  test('of which the evidence was cut off is incomplete, and judge says so', async () => {
    await using directory = await ownDirectory();
    const out = join(directory.path, 'run');
    await command(['run', '--only', INSTANT, '--out', out, '--quiet']);
    const lines = (await readFile(join(out, 'evidence.ndjson'), 'utf8')).split('\n');
    for (const text of [lines.slice(0, -2).join('\n'), lines.slice(0, 12).join('\n').slice(0, -30)]) {
      const cut = join(out, 'cut.ndjson');
      await writeFile(cut, text);
      const { exitCode, out: said } = await speak('judge', cut);
      expect(exitCode).toBe(3);
      expect(said).toMatch(/INCOMPLETE[^]*the evidence is incomplete: /);
    }
  });

  test('reads the default configuration file of the working directory, and says nothing else when quiet', async () => {
    await using directory = await ownDirectory();
    const cwd = directory.path;
    await writeFile(
      join(cwd, 'dms-conformance.config.json'),
      JSON.stringify({ only: INSTANT, seed: 11, profile: 'certify' }),
    );
    const { exitCode, out } = await command(['run', '--quiet'], { cwd });
    expect(exitCode).toBe(0);
    expect(out).not.toMatch(/^endpoint/m);
    const [run = ''] = await readdir(join(cwd, 'reports'));
    expect(run).toMatch(/-certify$/);
    const verdict: unknown = JSON.parse(await readFile(join(cwd, 'reports', run, 'verdict.json'), 'utf8'));
    expect(verdict).toMatchObject({ seed: 11, profile: 'certify' });
  });

  test('on an endpoint that is down is incomplete, with the reason and without a stack', async () => {
    await using directory = await ownDirectory();
    const out = directory.path;
    const { url } = await (async () => {
      await using gone = await emulator({});
      return gone;
    })();
    const bounded = ['--max-queues', '5', '--seed', '7'];
    const { exitCode, out: said, err } = await command(['run', '--endpoint', url, ...bounded, '--out', out]);
    expect(exitCode).toBe(3);
    // What the waits of the gate force on so few queues.
    expect(said).toMatch(/^expected +2[01] min/m);
    expect(said).toMatch(/cannot be reached: .*ECONNREFUSED[^]*Check the URL[^]*exit code 3: incomplete/);
    expect(said + err).not.toMatch(/^ +at /m);
    expect(JSON.parse(await readFile(join(out, 'verdict.json'), 'utf8'))).toMatchObject({ exitCode: 3 });
  });

  test.for([
    ['no token', {}, 3, /refuses our credentials[^]*Give a token in DMS_TOKEN/],
    ['a wrong token', { DMS_TOKEN: 'wr0ng-T0ken' }, 3, /refuses our credentials[^]*Check the token/],
    ['the right token', { DMS_TOKEN: TOKEN }, 0, /CONFORMANT/],
  ] as const)('with %s says so, and no token gets anywhere', async ([, env, expected, message]) => {
    await using endpoint = await emulator({ token: TOKEN });
    await using directory = await ownDirectory();
    const out = directory.path;
    const {
      exitCode,
      out: said,
      err,
    } = await command(['run', '--endpoint', endpoint.url, '--only', INSTANT, '--out', out], { env });
    expect(said).toMatch(message);
    expect(exitCode).toBe(expected);
    expect(said + err + (await everything(out))).not.toMatch(/(?:wr0ng|r1ght)-T0ken/);
  });

  test('that is interrupted ends its evidence, deletes its queues, and exits with the signal', async ({ expect }) => {
    await using endpoint = await emulator({});
    await using directory = await ownDirectory();
    const out = directory.path;
    const run = start([
      'run',
      '--endpoint',
      endpoint.url,
      '--project',
      'p',
      '--only',
      'redelivery/default',
      '--out',
      out,
    ]);
    await expect
      .poll(() => readFile(join(out, 'evidence.ndjson'), 'utf8').catch(() => ''), { timeout: 30_000 })
      .toContain('"type":"dead-letter"');
    run.process.kill('SIGINT');
    const { exitCode, out: said } = await run.ended;
    expect(exitCode).toBe(130);
    expect(said).toMatch(/the run was interrupted[^]*exit code 130/);
    const footer = (await readFile(join(out, 'evidence.ndjson'), 'utf8')).trimEnd().split('\n').at(-1) ?? '';
    expect(JSON.parse(footer)).toMatchObject({
      type: 'footer',
      outcome: 'interrupted',
      signal: 'SIGINT',
      undeleted: [],
    });
    const listed: unknown = await (await fetch(`${endpoint.url}/v1.0/p/queues`)).json();
    expect(listed).toMatchObject({ total: 0 });
  });
});

describe.concurrent('emulate', { timeout: 60_000 }, () => {
  test('says where it is and how to test it, never the token, and ends in order when it is interrupted', async () => {
    const emulate = start(['emulate', '--clock', 'controlled', '--token', TOKEN]);
    const said = await emulate.says(/Ctrl\+C/);
    const [, url = '', clock = ''] = /^emulator +(\S+)\nclock +(\S+)\n/.exec(said) ?? [];
    expect(said).toContain(`npx dms-conformance run --endpoint ${url} --project p1 --clock-url ${clock}`);
    expect(said).not.toContain(TOKEN);
    expect((await fetch(`${url}/v1.0/p1/queues`)).status).toBe(401);
    expect((await fetch(`${url}/v1.0/p1/queues`, { headers: { 'x-auth-token': TOKEN } })).status).toBe(200);
    expect(await (await fetch(clock)).json()).toMatchObject({ now: expect.any(Number) });
    emulate.process.kill('SIGTERM');
    expect(await emulate.ended).toMatchObject({ exitCode: 0, err: '' });
  });

  test('on a port that is in use exits with 2 and says so', async () => {
    await using taken = await emulator({});
    const { exitCode, err } = await command(['emulate', '--port', new URL(taken.url).port]);
    expect(exitCode).toBe(2);
    expect(err).toMatch(/the port is in use/);
  });
});
