/**
 * Compares document-map.json with the two documents, which are not part of this project:
 * `npm run documents -- DIR` reads both pages (.md or .txt) from DIR and reports each unit that the map does not list, lists
 * with other words, or lists although it is gone. Exit code 0 if there is none, 1 if there is, 2 if DIR cannot be read or does not hold both.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MappedUnit } from '../../schemas/types.ts';
import map from './document-map.json' with { type: 'json' };
import { digestOf, documentOf, sentencesOf, type Unit } from './document-sentences.ts';

/** A unit as the map lists it; what is imported from JSON knows its document as a string only. */
export type Entry = Omit<MappedUnit, 'document'> & { readonly document: string };

export interface Difference {
  readonly kind: 'unmapped' | 'changed' | 'vanished' | 'moved';
  readonly section: string;
  readonly place: string;
  /** The original where there is one, else the gist of the entry. */
  readonly text: string;
}

/** Where a page and the entries for it differ. */
export function differences(entries: readonly Entry[], units: readonly Unit[]): Difference[] {
  const listed = new Map(entries.map((entry) => [keyOf(entry), entry]));
  const there = new Set(units.map(keyOf));
  const found = units.flatMap<Difference>(({ section, place, text }) => {
    const entry = listed.get(keyOf({ section, place }));
    if (entry === undefined) return [{ kind: 'unmapped', section, place, text }];
    return entry.digest === digestOf(text) ? [] : [{ kind: 'changed', section, place, text }];
  });
  for (const entry of entries) {
    const { section, place, gist } = entry;
    if (!there.has(keyOf(entry))) found.push({ kind: 'vanished', section, place, text: gist });
  }
  if (found.length > 0) return found;
  const moved = units.find((unit, index) => {
    const entry = entries[index];
    return entry === undefined || keyOf(unit) !== keyOf(entry);
  });
  return moved === undefined ? [] : [{ kind: 'moved', ...moved }];
}

function keyOf({ section, place }: Pick<Unit, 'section' | 'place'>): string {
  return `${section} / ${place}`;
}

export interface Outcome {
  readonly exitCode: 0 | 1 | 2;
  readonly lines: readonly string[];
}

/** Compares both documents, looked for in a directory by their titles, with a map. */
export async function checkDocuments(directory: string, entries: readonly Entry[]): Promise<Outcome> {
  let names: string[];
  try {
    names = (await readdir(directory)).filter((name) => /\.(?:md|txt)$/.test(name)).sort();
  } catch (error) {
    return {
      exitCode: 2,
      lines: [`${directory} cannot be read: ${error instanceof Error ? error.message : 'no reason'}`],
    };
  }
  const pages = await Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(directory, name), 'utf8');
      return { name, text, document: documentOf(text) };
    }),
  );
  const lines: string[] = [];
  let differing = 0;
  for (const document of ['consume', 'acknowledge'] as const) {
    const page = pages.find((one) => one.document === document);
    if (page === undefined) {
      return {
        exitCode: 2,
        lines: [`${directory} holds no .md or .txt file with the title of the ${document} document`],
      };
    }
    const units = sentencesOf(page.text);
    const found = differences(
      entries.filter((entry) => entry.document === document),
      units,
    );
    differing += found.length;
    for (const { kind, section, place, text } of found)
      lines.push(`${kind}: ${document}, ${section}, ${place}: ${text}`);
    lines.push(`${document} (${page.name}): ${units.length} units, ${found.length} differences`);
  }
  return { exitCode: differing === 0 ? 0 : 1, lines };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [directory] = process.argv.slice(2);
  if (directory === undefined) {
    console.error('usage: npm run documents -- DIR');
    process.exitCode = 2;
  } else {
    const { exitCode, lines } = await checkDocuments(directory, map);
    console.log(lines.join('\n'));
    process.exitCode = exitCode;
  }
}
