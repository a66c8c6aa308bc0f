/** The wording that all reports share. */
import type { Clause, ClauseVerdict, Place, Verdict } from '../../schemas/types.ts';

export const EXIT_MEANINGS: Readonly<Record<Verdict['exitCode'] | 2, string>> = {
  0: 'conformant',
  1: 'nonconformant: the endpoint breaks the contract',
  2: 'usage or configuration error; nothing was run',
  3: 'incomplete: nothing was found broken, but not everything could be exercised',
  4: 'a waiver is stale, unknown or expired',
  70: 'the suite itself failed; this says nothing about the endpoint',
  130: 'interrupted (SIGINT)',
  143: 'interrupted (SIGTERM)',
};

/** Where a clause stands, on one line. */
export function placesOf({ places, rulings }: Pick<Clause, 'places' | 'rulings'>): string {
  return [...places.map(inWords), ...(rulings.length === 0 ? [] : [rulingsOf(rulings)])].join('; ');
}

function inWords({ document, section, row }: Place): string {
  const source = document === 'manual' ? 'manual' : `${document} document`;
  return [source, section, ...(row === undefined ? [] : [row])].join(', ');
}

function rulingsOf(rulings: readonly string[]): string {
  return `${rulings.length === 1 ? 'ruling' : 'rulings'} ${rulings.join(', ')}`;
}

/** `1 clause`, `2 clauses`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** What narrowed what had to be exercised; undefined where nothing did. */
export function narrowedBy({ filtered, shard }: Pick<Verdict, 'filtered' | 'shard'>): string | undefined {
  if (!filtered) return undefined;
  return shard === undefined ? '--only' : `shard ${shard.index} of ${shard.of}`;
}

/** Seconds for people. */
export function duration(seconds: number): string {
  if (seconds < 100) return `${Math.round(seconds * 10) / 10} s`;
  return `${Math.floor(Math.round(seconds) / 60)} min ${Math.round(seconds) % 60} s`;
}

/** The register's digest, short enough to compare by eye. */
export function shortDigest(digest: string): string {
  return digest.replace(/^sha256:/, '').slice(0, 12);
}

/** How many findings broke a clause, those that the verdict leaves out included. */
export function brokenCount({ findings, omitted = 0 }: ClauseVerdict): number {
  return findings.length + omitted;
}

/** Head of every report where the endpoint's certificate was not checked. */
export const INSECURE =
  "INSECURE: the endpoint's certificate is not checked, so anybody may answer in its place; not certifiable";
