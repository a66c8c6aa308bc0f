import { deviants, oddities } from '../../fixtures/deviants/gallery.ts';
import type { Subject } from './subject.ts';

/** The whole gallery by name. */
export const subjects: ReadonlyMap<string, Subject> = new Map(
  [...deviants, ...oddities].map((subject) => [isUnique(subject.name), subject]),
);

function isUnique(name: string): string {
  if ([...deviants, ...oddities].filter((other) => other.name === name).length > 1)
    throw new RangeError(`two entries of the gallery are named ${name}`);
  return name;
}
