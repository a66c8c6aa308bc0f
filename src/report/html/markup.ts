/**
 * Markup out of templates. Whatever is put into one is escaped, unless it is markup itself, so that no text of an endpoint
 * can become any. What comes of it is well-formed XML as well: every element is closed, every attribute quoted.
 */

/** Text that may stand in a page as it is. Only this file makes some out of strings. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** `undefined` is left out; a list stands one after the other. */
export type Content = string | number | Markup | undefined | readonly Content[];

export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  const own = withoutIndents(parts);
  let text = own[0] ?? '';
  for (const [index, content] of contents.entries()) text += textOf(content) + (own[index + 1] ?? '');
  return new Markup(text);
}

const known = new WeakMap<TemplateStringsArray, readonly string[]>();

/** The indents of our source would be a tenth of a page. */
function withoutIndents(parts: TemplateStringsArray): readonly string[] {
  const before = known.get(parts);
  if (before !== undefined) return before;
  const own = parts.map((part) => part.replace(/\n +/g, '\n'));
  known.set(parts, own);
  return own;
}

function textOf(content: Content): string {
  if (content instanceof Markup) return content.text;
  if (content === undefined) return '';
  return typeof content === 'object' ? content.map(textOf).join('') : escaped(String(content));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Control characters, marks that turn the direction of writing around, separators of lines that are no line feed, halves of
 * a character, and what Unicode reserves: they show as what they are, in the notation of JSON.
 */
const UNSEEN =
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffc\ufffe\uffff]|\p{Cs}/gu;

/** A text as it may stand between tags and in a quoted attribute. */
export function escaped(text: string): string {
  return text
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
    .replace(UNSEEN, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** JSON as it may stand in a script element: nothing in it can end the element or open a comment. */
export function jsonBlock(value: unknown): Markup {
  return new Markup(
    JSON.stringify(value)
      .replaceAll('<', '\\u003c')
      .replace(UNSEEN, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
}

/** A text of ours that is markup, style or script already. */
export function verbatim(text: string): Markup {
  return new Markup(text);
}
