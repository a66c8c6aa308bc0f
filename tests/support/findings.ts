import type { Finding } from '../../src/rules/rule.ts';
import { rules } from '../../src/rules/index.ts';
import type { Story } from './history.ts';

/** What the rule of one clause says of a story, in the order in which it says so. */
export function findings(told: Pick<Story, 'view'>, clause: string): readonly Finding[] {
  const own = rules.filter((rule) => rule.clause === clause);
  if (own.length !== 1) throw new RangeError(`${own.length} rules judge ${clause}`);
  return own.flatMap(({ judge }) => [...judge(told.view())]);
}

/** The findings to expect, with the ids of their exchanges: those of a story are counted from 1. */
export function held(...exchanges: readonly number[]): Finding {
  return { outcome: 'held', exchanges };
}

export function undecided(...exchanges: readonly number[]): Finding {
  return { outcome: 'undecided', exchanges };
}

export function noted(observed: string, ...exchanges: readonly number[]): Finding {
  return { outcome: 'noted', observed, exchanges };
}

export function broken(expected: string, observed: string, ...exchanges: readonly number[]): Finding {
  return { outcome: 'broken', expected, observed, exchanges };
}
