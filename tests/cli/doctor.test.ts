import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startEmulator, type Emulator, type EmulatorOptions } from '../../src/emulator/emulator.ts';
import { ownDirectory } from '../support/directory.ts';
import { httpServer } from '../support/servers.ts';
import { speak } from '../support/terminal.ts';

async function emulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const started = await startEmulator({ project: 'p1', ...options });
  onTestFinished(() => started.close());
  return started;
}

async function queuesAt({ url }: Emulator): Promise<unknown> {
  return ((await (await fetch(`${url}/v1.0/p1/queues`)).json()) as { queues: unknown }).queues;
}

const examine = (url: string, ...more: readonly string[]) =>
  speak('doctor', '--endpoint', url, '--project', 'p1', ...more);

describe('an endpoint that is well', () => {
  test('has each thing found, and is told how long its runs will take', async () => {
    const well = await emulator();
    const { exitCode, out } = await examine(well.url);
    for (const name of ['reach', 'kafka', 'counters', 'arrange', 'consume', 'acknowledge'])
      expect(out).toMatch(new RegExp(`^✓ ${name} `, 'm'));
    expect(out).not.toMatch('✗');
    expect(out).toMatch(/round trip +[0-9.]+ ms/);
    expect(out).toMatch(/gate +[0-9]+ scenarios and 60 programs, about 3[0-9](?:\.[0-9])? s/);
    expect(out).toMatch(/certify +[0-9]+ scenarios and 300 programs, about 5 min/);
    expect(exitCode).toBe(0);
    expect(await queuesAt(well)).toEqual([]);
  });

  test('with few queues takes what its waits force', async () => {
    const few = await emulator({ quota: 5 });
    expect((await examine(few.url)).out).toMatch(/queues +5 at once[^]*gate .*about (?:[5-9]|[12][0-9]) min/);
  });

  test('has its clock hook tried', async () => {
    const { url, clockUrl = '' } = await emulator({ clock: 'controlled' });
    const { exitCode, out } = await examine(url, '--clock-url', clockUrl);
    expect(out).toMatch(/^✓ clock +the hook reads, and advances$/m);
    expect(out).toMatch(/gate .*as fast as the endpoint answers/);
    expect(exitCode).toBe(0);
  });

  test('with a hook to arrange needs no neighbouring calls', async () => {
    const { url, arrangeUrl } = await emulator({ arranging: 'hook' });
    const { exitCode, out } = await examine(url, '--arrange', `hook=${arrangeUrl}`);
    expect(out).toMatch(/^✓ acknowledge /m);
    expect(exitCode).toBe(0);
  });

  test('with dead letters in place hears what they can exercise', async () => {
    await using directory = await ownDirectory();
    const file = join(directory.path, 'preloaded.json');
    const groups = [{ group: 'g', deadLetters: 3 }];
    await writeFile(file, JSON.stringify({ queues: [{ queue: 'q', mode: 'NORMAL', groups }] }));
    const { url } = await emulator({ arranging: 'hook' });
    const { exitCode, out } = await examine(url, '--arrange', `preloaded=${file}`);
    expect(out).toMatch(
      /preloaded +1 of [0-9]+ scenarios have what they need\n +exercised +[a-z.]+[^]*not exercised +[a-z.]+/,
    );
    expect(exitCode).toBe(0);
  }, 60_000);
});

describe('what is wrong is named, with the one thing to do and a line that shows it', () => {
  test('nobody is there', async () => {
    const { exitCode, out } = await examine('http://127.0.0.1:1');
    expect(out).toMatch(
      /✗ reach +.*ECONNREFUSED.*\n {2}fix +Check the URL.*\n {2}see it +curl .*'http:\/\/127\.0\.0\.1:1\/v1\.0\/p1/,
    );
    expect(exitCode).toBe(3);
  });

  test('credentials are asked for', async () => {
    const { url } = await emulator({ token: 'the-right-one' });
    const wrong = await examine(url, '--token', 'the-wrong-one');
    expect(wrong.out).toMatch(/✗ credentials +.*401.*\n {2}fix +Check the token.*\n {2}see it +.*\$DMS_TOKEN/);
    expect(wrong.out).not.toMatch('the-wrong-one');
    expect(wrong.exitCode).toBe(3);
    expect((await examine(url, '--token', 'the-right-one')).exitCode).toBe(0);
  });

  test('there are no neighbouring calls', async () => {
    const { url } = await emulator({ arranging: 'hook' });
    const { exitCode, out } = await examine(url);
    expect(out).toMatch(/✗ arrange +.*404[^]*fix +.*--arrange[^]*see it +curl .*-X POST/);
    expect(exitCode).toBe(3);
  });

  test('the clock does not move', async () => {
    const { url } = await emulator();
    const stuck = await httpServer((_asked, reply) => reply.end('{"now":5}'));
    const { exitCode, out } = await examine(url, '--clock-url', stuck);
    expect(out).toMatch(/✗ clock +it was told to advance by 1 s and went from 5 s to 5 s\n {2}fix +Have GET answer/);
    expect(exitCode).toBe(3);
  });

  test('an acknowledgement counts nothing', async () => {
    const well = await emulator({
      behaviour: () => ({
        writeAcknowledged: () => ({ status: 200, headers: { 'Content-Type': 'application/json' }, body: '{}' }),
      }),
    });
    const { exitCode, out } = await examine(well.url);
    expect(out).toMatch(/✗ arrange|✗ acknowledge +expected 200 with \{"success":1,"fail":0\}/);
    expect(exitCode).toBe(3);
    expect(await queuesAt(well)).toEqual([]);
  });

  test('nothing is named at all', async () => {
    const { exitCode, err } = await speak('doctor');
    expect(err).toMatch(/nothing to examine.*--endpoint/);
    expect(exitCode).toBe(2);
  });
});
