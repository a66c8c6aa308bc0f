import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { views } from '../../src/report/views.ts';
import { command } from '../support/command.ts';
import { ownDirectory } from '../support/directory.ts';
import { speak } from '../support/terminal.ts';

async function runInto(out: string, seed: string): Promise<void> {
  await command(['run', '--only', 'redelivery/again-and-again/failed', '--out', out, '--seed', seed]);
}

test('makes each view again, letter by letter as the run left it', { timeout: 60_000 }, async () => {
  await using directory = await ownDirectory();
  const run = join(directory.path, 'run');
  await runInto(run, '1');
  for (const [format, { file }] of Object.entries(views)) {
    const again = join(directory.path, file);
    // The built command, as above: report.html holds a function as text, and tests run another text of it.
    expect(await command(['report', format, run, '--out', again])).toEqual({ exitCode: 0, out: `${again}\n`, err: '' });
    expect(await readFile(again, 'utf8')).toBe(await readFile(join(run, file), 'utf8'));
  }
});

test('refuses what is not one run', { timeout: 60_000 }, async () => {
  await using directory = await ownDirectory();
  expect(await speak('report', 'junit', directory.path)).toMatchObject({
    exitCode: 2,
    err: expect.stringMatching(/evidence\.ndjson cannot be read \(ENOENT\)/),
  });
  const [one, other] = [join(directory.path, 'one'), join(directory.path, 'other')];
  await runInto(one, '1');
  await runInto(other, '2');
  await copyFile(join(one, 'verdict.json'), join(other, 'verdict.json'));
  expect(await speak('report', 'junit', other)).toMatchObject({
    exitCode: 2,
    err: expect.stringMatching(/is the verdict of another run than the evidence beside it\. 'dms-conformance judge /),
  });
  await writeFile(join(other, 'verdict.json'), '{"verdict":"conformant"}');
  expect(await speak('report', 'junit', other)).toMatchObject({
    exitCode: 2,
    err: expect.stringMatching(/is no verdict of this version/),
  });
});
