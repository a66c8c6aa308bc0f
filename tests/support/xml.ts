/**
 * Throws where a text is not well-formed XML 1.0, as far as our reports use it: declaration, elements, attributes,
 * character data, the predefined and the numeric references. Returns the number of elements of each name.
 */
export function elementsOf(xml: string): ReadonlyMap<string, number> {
  const forbidden = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u.exec(xml);
  if (forbidden !== null) throw new Error(`a character that XML forbids at ${forbidden.index}`);
  const [declaration = ''] = /^<\?xml version="1\.0" encoding="UTF-8"\?>\s*/.exec(xml) ?? [];
  if (declaration === '') throw new Error('no declaration');
  const open: string[] = [];
  const counts = new Map<string, number>();
  let rest = xml.slice(declaration.length);
  while (rest !== '') {
    const text = /^[^<]+/.exec(rest)?.[0];
    if (text !== undefined) {
      checkText(text);
      if (open.length === 0 && text.trim() !== '') throw new Error(`text outside of the root: ${text}`);
      rest = rest.slice(text.length);
      continue;
    }
    const tag = /^<(\/?)([a-zA-Z][a-zA-Z0-9-]*)((?:\s+[a-zA-Z][a-zA-Z0-9-]*="[^"<]*")*)\s*(\/?)>/.exec(rest);
    if (tag === null) throw new Error(`no tag: ${rest.slice(0, 80)}`);
    const [whole, closing, name = '', attributes = '', empty] = tag;
    checkText(attributes);
    if (closing === '/') {
      if (open.pop() !== name) throw new Error(`</${name}> closes what is not open`);
    } else {
      counts.set(name, (counts.get(name) ?? 0) + 1);
      if (empty !== '/') open.push(name);
    }
    rest = rest.slice(whole.length);
  }
  if (open.length > 0) throw new Error(`not closed: ${open.join(', ')}`);
  return counts;
}

function checkText(text: string): void {
  if (/&(?!(?:amp|lt|gt|quot|apos|#\d+);)/.test(text) || text.includes(']]>')) throw new Error(`not escaped: ${text}`);
}

/**
 * The same for a page of ours, which is well-formed but for what its style and its script hold. Nothing that an endpoint
 * wrote may open or close one of these.
 */
export function elementsOfPage(page: string): ReadonlyMap<string, number> {
  const [scripts, styles] = [/<\/?script/gi, /<\/?style/gi].map((tag) => page.match(tag)?.length);
  if (scripts !== 4 || styles !== 2) throw new Error(`${scripts} tags of scripts and ${styles} of styles`);
  const [doctype = ''] = /^<!doctype html>\n/.exec(page) ?? [];
  if (doctype === '') throw new Error('no doctype');
  const markup = page.slice(doctype.length).replace(/<(style|script)>[^]*?<\/\1>/g, '<$1></$1>');
  return elementsOf(`<?xml version="1.0" encoding="UTF-8"?>${markup}`);
}
