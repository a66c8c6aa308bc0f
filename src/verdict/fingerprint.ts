/** By what a failure is known again in another run. */
import { createHash } from 'node:crypto';
import type { BrokenFinding } from '../../schemas/types.ts';

type Texts = Pick<BrokenFinding, 'expected' | 'observed'>;

const LENGTH = 16;

/** The same for the same kind of failure of a clause, in whatever run. `generated`: in a generated program. */
export function fingerprintOf(clause: string, texts: Texts, generated: boolean): string {
  const { expected, observed } = kindOf(texts, generated);
  const hash = createHash('sha256').update(JSON.stringify([clause, expected, observed]));
  return hash.digest('hex').slice(0, LENGTH);
}

/**
 * What was expected and observed, without what is another each time (tags, ids, seconds, bodies) and without what only says
 * how much. Statuses and the values of parameters tell failures apart and stay; in a program the values are by chance, too.
 */
export function kindOf({ expected, observed }: Texts, generated: boolean): Texts {
  const [due, seen] = [withoutChance(expected, generated), withoutChance(observed, generated)];
  return { expected: due.replace(NUMBERS, '#'), observed: seen.replace(NUMBERS, '#') + relation(due, seen) };
}

/** Numbers that are neither a status nor the value of a parameter. */
const NUMBER = /(?<![\w.=-]|with )\d+(?:\.\d+)?(?![\w.]*\d|xx)/g;
const NUMBERS = new RegExp(`${NUMBER.source}(?:, ${NUMBER.source})*`, 'g');

/** Too many is another failure than too few. */
function relation(due: string, seen: string): string {
  const [[one, ...more], [other, ...others]] = [due.match(NUMBER) ?? [], seen.match(NUMBER) ?? []];
  if (one === undefined || other === undefined || more.length + others.length > 0) return '';
  return Number(other) > Number(one) ? ' (more)' : Number(other) < Number(one) ? ' (fewer)' : '';
}

function withoutChance(text: string, generated: boolean): string {
  return (
    text
      .replace(/dmsc-[0-9a-z]+-[0-9a-z]+-[0-9]+/g, 'TAG')
      .replace(/[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}/gi, 'ID')
      // The values of attributes, which have no marks of their own where they are no strings.
      .replace(/(?<=" is )(?:true|false|null|-?[\d.eE+-]+)$/, '…')
      // JSON, or an excerpt of it, from its first mark to its last.
      .replace(/["{[…].*["}\]…]/s, '…')
      .replace(/(?<=\b(?:max_msgs|time_wait|ack_wait)=)[^\s,]*/g, (value) => (generated ? '…' : value))
  );
}
