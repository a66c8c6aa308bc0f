/** The wording that all reports share. */
import type { Clause, ClauseVerdict, Place, Verdict, Waiver } from '../../schemas/types.ts';

/** What a run of the embedded emulator is. */
export const SELF_TEST = 'self-test of the embedded emulator under a controlled clock; not a certificate';

/** Exit code that says nothing about the endpoint. */
export const SUITE_FAILED = 70;

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

/** What an exit code says, of this run. */
export function exitMeaning({ exitCode, waived }: Pick<Verdict, 'exitCode' | 'waived'>): string {
  return exitCode === 0 && waived !== undefined
    ? 'nothing is broken but what is waived; not certifiable'
    : EXIT_MEANINGS[exitCode];
}

/** The verdict, never without what is waived: by itself the word would say too much. */
export function headline({ verdict, waived }: Pick<Verdict, 'verdict' | 'waived'>): string {
  return waived === undefined ? verdict : `${verdict}, but for ${count(waived, 'waived clause')}`;
}

/** `doubtful` is neither: nothing that counts was found broken, but not all is well. */
export function toneOf({ verdict, exitCode, waived }: Verdict): 'good' | 'doubtful' | 'bad' {
  if (verdict === 'nonconformant' || exitCode === 4) return 'bad';
  return verdict === 'incomplete' || waived !== undefined ? 'doubtful' : 'good';
}

/** A waiver on one line, without what it is about. */
export function waiverText({ kind, reason, issue, owner, expires }: Waiver): string {
  return `${kind}: ${reason} (${issue}, ${owner}, until ${expires})`;
}

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

/** `1 clause`, `2 clauses`; `many` where a noun has another plural. */
export function count(number: number, noun: string, many = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : many}`;
}

/** What narrowed what had to be exercised; undefined where nothing did. */
export function narrowedBy({ filtered, shard }: Pick<Verdict, 'filtered' | 'shard'>): string | undefined {
  if (!filtered) return undefined;
  return shard === undefined ? '--only' : `shard ${shard.index} of ${shard.of}`;
}

/** Seconds to a tenth, however many: what a scenario says that it takes. */
export function inTenths(seconds: number): string {
  return `${Math.round(seconds * 10) / 10} s`;
}

/** Seconds for people. */
export function duration(seconds: number): string {
  if (seconds < 100) return inTenths(seconds);
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
