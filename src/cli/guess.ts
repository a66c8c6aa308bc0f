import { chapters } from '../../specs/chapters.ts';
import { register } from '../../specs/register.ts';
import { nearest } from '../campaign/nearest.ts';

/** What a pattern that selects nothing may have meant: an id of a clause or a scenario, or what several ids start with. */
export function guess(pattern: string): string | undefined {
  const ids = [...register.clauses.keys(), ...chapters.flatMap(({ scenarios }) => scenarios.map(({ id }) => id))];
  const beginnings = ids.flatMap((id) => [...id.matchAll(/[./]|$/g)].map(({ index }) => id.slice(0, index)));
  return nearest(pattern.replace(/[.*/]+$/, ''), new Set(beginnings))[0];
}
