/**
 * JSON over several lines, letter by letter as it stood: how a number is spelled and which name stands twice is what findings
 * are about.
 */
import { parseJson } from '../../history/json.ts';

/** The text itself where it is no JSON, or is nested too deep. */
export function prettyJson(text: string): string {
  if (parseJson(text) === undefined) return text;
  let pretty = '';
  let depth = 0;
  const line = (): string => `\n${'  '.repeat(depth)}`;
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[[\]{}:,]|[^\s"[\]{}:,]+/gs) ?? [];
  for (const [index, token] of tokens.entries()) {
    const next = tokens[index + 1];
    if (token === '{' || token === '[') {
      depth += 1;
      pretty += token + (next === '}' || next === ']' ? '' : line());
    } else if (token === '}' || token === ']') {
      depth -= 1;
      const before = tokens[index - 1];
      pretty += (before === '{' || before === '[' ? '' : line()) + token;
    } else pretty += token === ':' ? ': ' : token === ',' ? `,${line()}` : token;
  }
  return pretty;
}
