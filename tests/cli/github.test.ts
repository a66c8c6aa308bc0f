import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { command } from '../support/command.ts';
import { ownDirectory } from '../support/directory.ts';

const SLOW = { timeout: 60_000 };
const ONLY = ['run', '--only', 'redelivery/again-and-again/failed', '--seed', '1'];

test('in GitHub Actions a run annotates, and adds to the summary of its step', SLOW, async () => {
  await using directory = await ownDirectory();
  const [out, step] = [join(directory.path, 'run'), join(directory.path, 'step.md')];
  await writeFile(step, 'of an earlier command\n');
  const env = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: step };
  const said = await command([...ONLY, '--out', out, '--quiet'], { env });
  expect(said).toMatchObject({ exitCode: 0, err: '' });
  expect(said.out).toMatch(/\nexit code 0: conformant\n::notice title=dms-conformance%3A conformant::.*\n$/);
  expect(await readFile(step, 'utf8')).toBe(
    `of an earlier command\n${await readFile(join(out, 'summary.md'), 'utf8')}`,
  );
  const again = await command(['report', 'annotations', out]);
  expect(again).toEqual({ exitCode: 0, out: /::notice[^]*$/.exec(said.out)?.[0], err: '' });
});

test('a summary of the step that cannot be written fails no run', SLOW, async () => {
  await using directory = await ownDirectory();
  const env = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: directory.path };
  const said = await command([...ONLY, '--out', join(directory.path, 'run'), '--quiet'], { env });
  expect(said.exitCode).toBe(0);
  expect(said.err).toMatch(/^the summary of the step could not be written: EISDIR/);
});

test('elsewhere a run prints no command', SLOW, async () => {
  await using directory = await ownDirectory();
  const env = { GITHUB_STEP_SUMMARY: join(directory.path, 'step.md') };
  const said = await command([...ONLY, '--out', join(directory.path, 'run'), '--quiet'], { env });
  expect(said.out).not.toMatch(/^::/m);
  await expect(readFile(env.GITHUB_STEP_SUMMARY)).rejects.toThrow(/ENOENT/);
});
