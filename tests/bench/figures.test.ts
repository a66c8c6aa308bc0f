import { describe, expect, test } from 'vitest';
import { figures, GROUPS, measuredOf, recordedOf, worsened, type Figure } from './figures.ts';
import { documentOf, tableOf } from './table.ts';

const slow: Figure = { name: 'start/slow', does: 'a start', versus: 'another', good: 'low', aim: 2 };
const aimless: Figure = { name: 'start/aimless', does: 'a start', versus: 'another', good: 'low' };
const fast: Figure = { name: 'judge/fast', does: 'a speed', versus: 'another', good: 'high', aim: 0.3 };
const large: Figure = { name: 'memory/large', does: 'memory', versus: 'a limit', unit: 'MB', good: 'low', aim: 512 };

const of = (figure: Figure, ...values: number[]) => measuredOf(figure, { values });

test('each figure has a name of its own, in a group that can be asked for', () => {
  const names = figures.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(new Set(names.map((name) => name.split('/')[0]))).toEqual(new Set(GROUPS));
});

describe('an aim is met', () => {
  test.for([
    [of(slow, 2, 1, 9), true],
    [of(slow, 2.1), false],
    [of(fast, 0.3), true],
    [of(fast, 0.2, 0.29, 5), false],
    [of(aimless, 1), undefined],
    [of(slow), undefined],
  ] as const)('by the median, on its side of the aim (%#)', ([measured, met]) => {
    expect(measured.met).toBe(met);
  });
});

describe('what was recorded', () => {
  test('are the medians of ratios that were reached', () => {
    expect(recordedOf([of(slow, 1, 1.23456, 7), of(fast), of(large, 300)])).toEqual({ 'start/slow': 1.23 });
  });

  test('may be missed by half in the bad direction, and by anything in the good one', () => {
    const recorded = { 'start/slow': 2, 'judge/fast': 0.3 };
    expect(worsened([of(slow, 3), of(fast, 0.2)], recorded)).toEqual([]);
    expect(worsened([of(slow, 0.1), of(fast, 9)], recorded)).toEqual([]);
    expect(worsened([of(slow, 3.03), of(fast, 0.19)], recorded)).toEqual([
      'start/slow is 1.51 times worse than recorded: 3.03, not 2',
      'judge/fast is 1.58 times worse than recorded: 0.190, not 0.3',
    ]);
  });

  test('must still be reached', () => {
    const measured = measuredOf(slow, { values: [], note: '5 s were over' });
    expect(worsened([measured], { 'start/slow': 2 })).toEqual(['start/slow was not reached: 5 s were over']);
    expect(worsened([measured], {})).toEqual([]);
  });

  test('must be there for each ratio', () => {
    expect(worsened([of(slow, 1), of(large, 300)], {})).toEqual(['start/slow is not recorded']);
  });
});

describe('what is shown', () => {
  const measured = [of(slow, 1, 1.5, 2.5), measuredOf(fast, { values: [], note: 'no time' }), of(large, 600)];

  test('the table has a line a figure, and says why one was not reached', () => {
    expect(tableOf(measured).trimEnd().split('\n')).toEqual([
      'figure             median   least    most  rounds       aim  met',
      'start/slow           1.50    1.00    2.50       3    ≤ 2.00  yes',
      'judge/fast    not reached       -       -       0    ≥ 0.30    -  no time',
      'memory/large       600 MB  600 MB  600 MB       1  ≤ 512 MB   NO',
    ]);
  });

  test('the document has every figure that there is, measured or not', () => {
    const machine = { day: '2026-11-21', suite: '0.1.0', node: '24.21.0', processors: '2 × fast', gigabytes: 8 };
    const text = documentOf([slow, fast, large], { machine, figures: measured.slice(0, 2) });
    expect(text).toContain('Version 0.1.0, on 2026-11-21, Node 24.21.0, 2 × fast, 8 GB.');
    expect(text).toContain('| `start/slow` | a start | another | 1.50 | 1.00 – 2.50 | 3 | ≤ 2.00 | yes |');
    expect(text).toContain('| `judge/fast` | a speed | another | not reached |  | 0 | ≥ 0.30 | - |');
    expect(text).toContain('| `memory/large` | memory | a limit |  |  |  | ≤ 512 MB |  |');
    expect(documentOf([slow], undefined)).toContain('Nothing has been measured yet.');
  });
});
