import { expect, test } from 'vitest';
import { broken, findings, held } from '../support/findings.ts';
import { answer, story } from '../support/history.ts';

const HOUR = 3600;

test.for([
  [70 * HOUR, [held(1)]],
  [72.5 * HOUR, []],
] as const)('a dead letter that is handed out %d s after it became one', ([at, expected]) => {
  const told = story({ letters: 1 });
  told.consume(at, '', [0]);
  expect(findings(told, 'retention.kept')).toEqual(expected);
});

test('one that is missing before its time', () => {
  const told = story({ letters: 2 });
  told.consume(10, '', [1]);
  told.consume(24 * HOUR, '', answer(200, []));
  expect(findings(told, 'retention.kept')).toEqual([
    broken(`dead letter ${told.tags[0]} is still there after 24 h`, 'a consume came back empty', 2),
    broken(`dead letter ${told.tags[1]} is still there after 24 h`, 'a consume came back empty', 2),
  ]);
});
