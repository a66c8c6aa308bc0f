import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { linesOf } from '../../src/cli/lines.ts';
import { ownDirectory } from '../support/directory.ts';

/** Longer than what is read at once, and of characters that do not end where that does. */
const LONG = 'ü€😀'.repeat(100_000);

test.for([
  ['nothing', ''],
  ['one line without an end', 'a'],
  ['an end', 'a\n'],
  ['empty lines', '\n\na\n\n'],
  ['long lines', `${LONG}\n${LONG}b\n\n${LONG}`],
] as const)('the lines of a file are those of its text: %s', async ([, text]) => {
  await using directory = await ownDirectory();
  const path = join(directory.path, 'file');
  await writeFile(path, text);
  expect([...linesOf(path)]).toEqual(text.split('\n'));
});

test('a file that is not there says so when it is read', () => {
  expect(() => [...linesOf('/nowhere/at/all')]).toThrow(/ENOENT/);
});
