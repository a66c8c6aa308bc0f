/** JSON as it stood on the wire: what JSON.parse hides, rules about fidelity have to see. */

/** A number with its spelling. */
export class SpelledNumber {
  readonly value: number;
  readonly text: string;
  constructor(value: number, text: string) {
    this.value = value;
    this.text = text;
  }
}

/** Deepest nesting that is looked into: what we send is far flatter, and deeper values overflow whoever walks them. */
const DEEPEST = 512;

/** Whether a JSON text is nested deeper than 512, so that it is not parsed. */
export function isTooDeep(text: string): boolean {
  if (!hasManyOpenings(text)) return false;
  let depth = 0;
  // Strings are passed over as a whole: most of a large text is inside of them.
  for (const [token] of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"?|[[\]{}]/gs)) {
    if (token === '[' || token === '{') {
      depth += 1;
      if (depth > DEEPEST) return true;
    } else if (token === ']' || token === '}') depth -= 1;
  }
  return false;
}

/** Whether a text can be nested so deep at all, strings or not: seen far faster than how deep it is. */
function hasManyOpenings(text: string): boolean {
  if (text.length <= DEEPEST) return false;
  let openings = 0;
  for (const opening of '[{') {
    for (let at = text.indexOf(opening); at !== -1 && openings <= DEEPEST; at = text.indexOf(opening, at + 1))
      openings += 1;
  }
  return openings > DEEPEST;
}

type Reviver = Parameters<typeof JSON.parse>[1];

/** Parses JSON; undefined where the text is none, or is nested deeper than 512. */
export function parseJson(text: string, reviver?: Reviver): unknown {
  if (isTooDeep(text)) return undefined;
  try {
    return JSON.parse(text, reviver);
  } catch {
    return undefined;
  }
}

/** The third argument is not yet in TypeScript's library. */
function spelled(_name: string, value: unknown, context: { source: string }): unknown {
  return typeof value === 'number' ? new SpelledNumber(value, context.source) : value;
}

/** A number stands only there; what looks so inside of a string does no harm. */
const MAY_HOLD_NUMBERS = /(?:^|[[:,])\s*-?[0-9]/;

/** Parses JSON and keeps how each number was spelled; undefined where the text is none, or is nested deeper than 512. */
export function parseSpelled(text: string): unknown {
  return MAY_HOLD_NUMBERS.test(text) ? parseJson(text, spelled as Reviver) : parseJson(text);
}

/** Deep equality of JSON values; numbers by value (0 equals -0) or by spelling. */
export function sameJson(a: unknown, b: unknown, numbers: 'value' | 'spelling' = 'value'): boolean {
  if (a instanceof SpelledNumber && b instanceof SpelledNumber) {
    return numbers === 'value' ? a.value === b.value : a.text === b.text;
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  if (Array.isArray(a) || Array.isArray(b)) {
    return (
      Array.isArray(a) &&
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((value, index) => sameJson(value, b[index], numbers))
    );
  }
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every(
      (name) =>
        Object.hasOwn(b, name) &&
        sameJson((a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name], numbers),
    )
  );
}

export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null' | 'absent';

export function kindOf(value: unknown): JsonKind {
  if (value === undefined) return 'absent';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (value instanceof SpelledNumber) return 'number';
  return typeof value as JsonKind;
}

/** Whether any value inside, the names of members included, satisfies the test. */
export function someValue(value: unknown, test: (value: unknown) => boolean): boolean {
  if (test(value)) return true;
  if (typeof value !== 'object' || value === null || value instanceof SpelledNumber) return false;
  return Object.entries(value).some(([name, inner]) => test(name) || someValue(inner, test));
}

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

export function hasLoneSurrogate(value: unknown): boolean {
  return someValue(value, (inner) => typeof inner === 'string' && LONE_SURROGATE.test(inner));
}

/** Bytes of the compact JSON of a value. */
export function compactBytes(value: unknown): number {
  return value === undefined ? 0 : Buffer.byteLength(JSON.stringify(value));
}

/** A member name that stands twice in one object of a valid JSON text; undefined where none does. */
export function repeatedName(text: string): string | undefined {
  const open: Set<string>[] = [];
  // The string before a colon is a name, and the innermost open object is its own.
  let last = '';
  for (const [token] of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[{}:]/gs)) {
    if (token === '{') open.push(new Set());
    else if (token === '}') open.pop();
    else if (token === ':') {
      const [name, names] = [String(parseJson(last)), open.at(-1)];
      if (names?.has(name) === true) return name;
      names?.add(name);
    } else last = token;
  }
  return undefined;
}
