import { join } from 'node:path';
import { expect, test } from 'vitest';
import { register } from '../../specs/register.ts';
import { linesOf } from '../../src/cli/lines.ts';
import { readEvidence } from '../../src/history/evidence.ts';
import { rules } from '../../src/rules/index.ts';
import { verdictOf } from '../../src/verdict/verdict.ts';
import { ownDirectory } from '../support/directory.ts';
import { evidenceOf, writeEvidence } from './evidence.ts';
import { SHAPES, type Shape } from './figures.ts';
import { parseEvidence } from './parsing.ts';

const shapes = Object.keys(SHAPES) as Shape[];

test.for(shapes)('synthetic evidence is read and judged conformant: %s', async (shape) => {
  await using directory = await ownDirectory();
  const path = join(directory.path, 'evidence.ndjson');
  const exchanges = writeEvidence(path, shape, 200);
  const evidence = readEvidence(linesOf(path));
  expect(evidence.problems).toEqual([]);
  expect(evidence.histories.flatMap((history) => history.exchanges)).toHaveLength(exchanges);
  expect(evidence.histories).toHaveLength(shape === 'one' ? 1 : 10);
  const verdict = verdictOf(evidence, register, rules);
  expect(verdict).toMatchObject({ verdict: 'conformant', exitCode: 0, reasons: [], complete: true });
  // What would be exercised by nothing would take no time either.
  const passed = verdict.clauses.filter((clause) => clause.verdict === 'pass').map(({ id }) => id);
  expect(passed).toEqual(
    expect.arrayContaining(['ack.counts.success', 'redelivery.after-fail', 'ack.response.counts']),
  );
  expect(passed.length).toBeGreaterThan(30);
});

test.for(shapes)('synthetic evidence is the same each time: %s', (shape) => {
  expect([...evidenceOf(shape, 100)]).toEqual([...evidenceOf(shape, 100)]);
});

test('what judging is compared with parses each line, and each body that there is', async () => {
  await using directory = await ownDirectory();
  const path = join(directory.path, 'evidence.ndjson');
  const exchanges = writeEvidence(path, 'one', 100);
  const lines = [...evidenceOf('one', 100)].length;
  const acknowledgements = (exchanges - 1) / 2;
  expect(parseEvidence(path)).toBe(lines + exchanges + acknowledgements);
});
