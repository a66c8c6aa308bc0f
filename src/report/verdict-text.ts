import type { Verdict } from '../../schemas/types.ts';

/**
 * verdict.json, letter by letter: the same verdict always makes the same text. JSON leaves some characters as they are
 * that a terminal obeys (C1, marks of writing direction), or a CI server (`##[`); an endpoint may have put them there, so
 * they are escaped too.
 */
export function verdictText(verdict: Verdict): string {
  const text = JSON.stringify(verdict, null, 2).replace(
    /#(?=#\w*\[)|[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `${text}\n`;
}
