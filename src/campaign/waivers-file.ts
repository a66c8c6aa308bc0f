/** Reads a file of waivers; everything that is wrong with it is said before a run begins. */
import { isMap, isSeq } from 'yaml';
import waiversSchema from '../../schemas/waivers.schema.json' with { type: 'json' };
import type { Waiver } from '../../schemas/types.ts';
import { ALL_PROGRAMS } from '../history/programs.ts';
import type { Register } from '../history/register.ts';
import { schemas } from '../history/schemas.ts';
import { nearest } from './nearest.ts';
import type { Scenario } from './scenario.ts';
import { UsageError } from './usage-error.ts';
import { nodeOf, parseWritten, readText, refuseUnknownMembers } from './written-file.ts';

/** A thousand entries with long reasons. */
const MOST_BYTES = 1024 * 1024;

/** Waivers as they stand in a file; plain data. */
export interface WaiversFile {
  readonly path: string;
  readonly waivers: readonly Waiver[];
  /** The line of each. */
  readonly lines: readonly number[];
}

/** @throws UsageError where it cannot be read, does not fit the schema, or has entries that overlap. */
export async function readWaivers(path: string): Promise<WaiversFile> {
  const kind = { what: 'file of waivers', path };
  const file = parseWritten(kind, await readText(kind, MOST_BYTES), { yaml: 'waivers: []', json: '{"waivers": []}' });
  if (file.contents === undefined) throw file.refuse(undefined, "it holds nothing. Expected at least 'waivers: []'.");
  refuseUnknownMembers(file, file.contents, Object.keys(waiversSchema.properties));
  const list: unknown = file.contents.get('waivers', true);
  const entries = isSeq(list) ? list.items : [];
  const known = Object.keys(waiversSchema.properties.waivers.items.properties);
  for (const entry of entries) if (isMap(entry)) refuseUnknownMembers(file, entry, known);
  const value = file.value();
  if (!schemas.waivers.check(value)) {
    const problems = schemas.waivers.problems();
    throw file.refuse(nodeOf(file, problems), `it does not fit: ${problems}.`);
  }
  const { waivers } = value;
  const lines = entries.map((entry) => file.lineOf(entry));
  for (const [index, waiver] of waivers.entries()) {
    const { expires } = waiver;
    if (!isDay(expires)) {
      const node = nodeOf(file, `/waivers/${index}/expires`);
      throw file.refuse(node, `there is no day ${expires}. Expected one such as 2027-01-31.`);
    }
    const first = waivers.findIndex((other) => overlaps(other, waiver));
    if (first < index) {
      throw file.refuse(
        entries[index],
        `it is about the same failure as the entry of line ${lines[first]}. Keep one of them, or name another scenario in each.`,
      );
    }
  }
  return { path, waivers, lines };
}

/** @throws UsageError where a waiver is about what there is not, or about what never fails a run. */
export function refuseUnknown(
  { path, waivers, lines }: WaiversFile,
  { clauses }: Register,
  scenarios: readonly Scenario[],
): void {
  for (const [index, { clause, scenario }] of waivers.entries()) {
    const at = `The file of waivers ${path} cannot be used (line ${lines[index]})`;
    const level = clauses.get(clause)?.level;
    if (level === undefined) {
      throw new UsageError(
        `${at}: there is no clause ${clause}.${guess(clause, clauses.keys())} 'list' prints them all.`,
      );
    }
    if (level === 'INFO') {
      throw new UsageError(`${at}: ${clause} is INFO, so it never fails a run. Leave the entry out.`);
    }
    const ids = [...scenarios.map(({ id }) => id), ALL_PROGRAMS];
    if (scenario !== undefined && !ids.includes(scenario)) {
      throw new UsageError(
        `${at}: there is no scenario ${scenario}.${guess(scenario, ids)} 'list --scenarios' prints them all; ${ALL_PROGRAMS} stands for generated programs.`,
      );
    }
  }
}

function guess(word: string, known: Iterable<string>): string {
  const [meant] = nearest(word, known);
  return meant === undefined ? '' : ` Did you mean ${meant}?`;
}

function overlaps(one: Waiver, other: Waiver): boolean {
  return (
    one.clause === other.clause &&
    one.fingerprint === other.fingerprint &&
    (one.scenario === undefined || other.scenario === undefined || one.scenario === other.scenario)
  );
}

/** Whether the calendar has this day. */
export function isDay(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
