/**
 * Splits a page of the manual into the units that document-map.json lists: sentences, table cells, request lines and
 * examples. Only what the two pages use is understood: a paragraph is one line, and tables are HTML.
 */
import { createHash } from 'node:crypto';

export interface Unit {
  /** Title of the section that it stands in. */
  readonly section: string;
  /** Where it stands there, such as 'paragraph 2, sentence 1' or 'table 1, max_msgs, note, sentence 2'. */
  readonly place: string;
  /** The original, without markup and with whitespace folded; an example as compact JSON where it is JSON. */
  readonly text: string;
}

/** Which of the two documents a page is, by its title. */
export function documentOf(text: string): 'consume' | 'acknowledge' | undefined {
  const [, verb] = /^# (Consuming|Acknowledging)\b/m.exec(text) ?? [];
  return verb === undefined ? undefined : verb === 'Consuming' ? 'consume' : 'acknowledge';
}

/** What the map keeps of an original text: the first 16 hex digits of its SHA-256. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** In the order in which they are tried: an example, a table, a heading, a label in bold type, any other line. */
const BLOCK =
  /^```[^\n]*\n(?<example>[^]*?)^```|(?<table><table[^]*?<\/table>)|^(?<level>#+) (?<heading>.*)$|^\*\*(?<label>.+?)\*\*(?<title>.*)$|^(?<line>.*\S.*)$/gm;

const REQUEST_LINE = /^(?:GET|POST) \//;

/** The units of a page in their order. Headings and bare labels are none; they are part of places. */
export function sentencesOf(text: string): Unit[] {
  const units: Unit[] = [];
  let section = '';
  let label = '';
  let paragraphs = 0;
  const add = (place: string, ...texts: readonly string[]): void => {
    for (const [index, one] of texts.entries()) {
      units.push({ section, place: texts.length === 1 ? place : `${place}, sentence ${index + 1}`, text: one });
    }
  };
  for (const { groups = {} } of text.matchAll(BLOCK)) {
    if (groups['heading'] !== undefined) {
      section = groups['level'] === '#' ? '' : plain(groups['heading']);
      label = '';
      paragraphs = 0;
    } else if (groups['label'] !== undefined) {
      label = plain(groups['label']).toLowerCase();
      paragraphs = 0;
      const title = plain(groups['title'] ?? '');
      if (title !== '') add(`${label}, title`, title);
    } else if (groups['table'] !== undefined) {
      for (const { place, texts } of cellsOf(groups['table'])) add(`${label}, ${place}`, ...texts);
      label = '';
      paragraphs = 0;
    } else if (groups['example'] !== undefined) {
      add(label, compact(groups['example']));
    } else {
      const sentences = sentencesIn(groups['line'] ?? '');
      if (sentences.length === 0) continue;
      if (REQUEST_LINE.test(sentences[0] ?? '')) add('request line', ...sentences);
      else {
        paragraphs += 1;
        add(`${label === '' ? '' : `${label}, `}paragraph ${paragraphs}`, ...sentences);
      }
    }
  }
  return units;
}

interface Cell {
  readonly place: string;
  readonly texts: readonly string[];
}

const NOTE = /<div class="note"[^]*?<\/div>\s*<\/div>/;
const NOTE_TITLE = /<span class="notetitle">[^]*?<\/span>/;

/** The header as one unit; of every other row, named by its first cell, the sentences of each cell, a note apart. */
function* cellsOf(table: string): Generator<Cell> {
  const [header = [], ...rows] = [...table.matchAll(/<tr\b[^]*?<\/tr>/g)].map(([row]) =>
    [...row.matchAll(/<(?<tag>th|td)\b[^>]*>(?<content>[^]*?)<\/\k<tag>>/g)].map(
      (cell) => cell.groups?.['content'] ?? '',
    ),
  );
  const columns = header.map(plain);
  yield { place: 'header', texts: [columns.join(' | ')] };
  for (const [name = '', ...cells] of rows) {
    const row = plain(name);
    for (const [index, cell] of cells.entries()) {
      const column = columns[index + 1]?.toLowerCase() ?? `column ${index + 2}`;
      yield { place: `${row}, ${column}`, texts: sentencesOfCell(cell.replace(NOTE, '')) };
      const [note] = NOTE.exec(cell) ?? [];
      if (note !== undefined) yield { place: `${row}, note`, texts: sentencesOfCell(note.replace(NOTE_TITLE, '')) };
    }
  }
}

function sentencesOfCell(cell: string): string[] {
  return cell.split('</p>').flatMap(sentencesIn);
}

function sentencesIn(text: string): string[] {
  return plain(text)
    .split(/(?<=[.!?]) (?=\p{Lu})/u)
    .filter((sentence) => sentence !== '');
}

/** What a UTF-8 dash, quotation mark or no-break space looks like when it was read as Windows-1252. */
const MOJIBAKE: readonly (readonly [string, string])[] = [
  ['â€“', '–'],
  ['â€”', '—'],
  ['â€˜', '‘'],
  ['â€™', '’'],
  ['â€œ', '“'],
  ['â€\u009d', '”'],
  ['â€¦', '…'],
  ['Â\u00a0', '\u00a0'],
];

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };

function plain(markup: string): string {
  const unmarked = markup
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll('**', '')
    .replaceAll(/\\([^a-zA-Z0-9\s])/g, '$1')
    .replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll(/&([a-z]+);/g, (entity, name: string) => ENTITIES[name] ?? entity);
  const repaired = MOJIBAKE.reduce((text, [broken, whole]) => text.replaceAll(broken, whole), unmarked);
  return repaired.replaceAll(/\s+/g, ' ').trim();
}

function compact(example: string): string {
  try {
    return JSON.stringify(JSON.parse(example));
  } catch {
    return example.replaceAll(/\s+/g, ' ').trim();
  }
}
