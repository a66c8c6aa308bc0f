// Payloads are kept as the text in which they were sent: parsing and writing them again would change integers above
// 2^53, the spelling of numbers and lone surrogates. All functions here take text that JSON.parse has accepted, and
// none is recursive, so nesting costs no stack.

const quote = 0x22;

/** The index after the string literal that starts at `start`. */
function stringEnd(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  for (;;) {
    let slash = end;
    while (text.charCodeAt(slash - 1) === 0x5c) slash--;
    if ((end - slash) % 2 === 0) return end + 1;
    end = text.indexOf('"', end + 1);
  }
}

/** JSON without white space between its tokens, and how deep its objects and arrays are nested. */
export function compact(text: string): { readonly text: string; readonly depth: number } {
  let written = '';
  let from = 0;
  let depth = 0;
  let deepest = 0;
  for (let index = 0; index < text.length; index++) {
    switch (text.charCodeAt(index)) {
      case quote:
        index = stringEnd(text, index) - 1;
        break;
      case 0x7b: // {
      case 0x5b: // [
        depth++;
        if (depth > deepest) deepest = depth;
        break;
      case 0x7d: // }
      case 0x5d: // ]
        depth--;
        break;
      case 0x20:
      case 0x09:
      case 0x0a:
      case 0x0d:
        written += text.slice(from, index);
        from = index + 1;
        break;
      default:
    }
  }
  return { text: from === 0 ? text : written + text.slice(from), depth: deepest };
}

/** In compact JSON, the index after the value that starts at `start`. */
function valueEnd(text: string, start: number): number {
  let depth = 0;
  for (let index = start; index < text.length; index++) {
    switch (text.charCodeAt(index)) {
      case quote:
        index = stringEnd(text, index) - 1;
        if (depth === 0) return index + 1;
        break;
      case 0x7b: // {
      case 0x5b: // [
        depth++;
        break;
      case 0x7d: // }
      case 0x5d: // ]
        if (depth === 0) return index; // the end of what a bare number or word stands in
        depth--;
        if (depth === 0) return index + 1;
        break;
      case 0x2c: // ,
        if (depth === 0) return index;
        break;
      default:
    }
  }
  return text.length;
}

/** The members of a compact JSON object as texts. Of a name that occurs twice the last one counts, as in JSON.parse. */
export function membersOf(object: string): Map<string, string> {
  const members = new Map<string, string>();
  let index = 1;
  while (object.charCodeAt(index) === quote) {
    const nameEnd = stringEnd(object, index);
    const name: string = JSON.parse(object.slice(index, nameEnd));
    const end = valueEnd(object, nameEnd + 1);
    members.set(name, object.slice(nameEnd + 1, end));
    index = end + 1;
  }
  return members;
}

/** The elements of a compact JSON array as texts. */
export function elementsOf(array: string): string[] {
  const elements: string[] = [];
  let index = 1;
  while (index < array.length - 1) {
    const end = valueEnd(array, index);
    elements.push(array.slice(index, end));
    index = end + 1;
  }
  return elements;
}
