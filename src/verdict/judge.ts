import type { Clause, Header } from '../../schemas/types.ts';
import type { History } from '../history/evidence.ts';
import { viewOf, type View } from '../history/view.ts';
import type { Finding, Rule } from '../rules/rule.ts';

/** A finding with its clause. */
export interface Judged {
  readonly clause: string;
  readonly finding: Finding;
}

/** One that says that a clause was broken. */
export interface Broken extends Judged {
  readonly finding: Extract<Finding, { outcome: 'broken' }>;
}

export function isBroken(judged: Judged): judged is Broken {
  return judged.finding.outcome === 'broken';
}

/** Whether it makes a run fail that a clause of that level is broken: a MUST does, with `--strict` a SHOULD, too. */
export function isFatal(level: Clause['level'] | undefined, { strict }: Pick<Header, 'strict'>): boolean {
  return level === 'MUST' || (strict && level === 'SHOULD');
}

/** What all rules say of one history. */
export interface Judgement {
  readonly findings: readonly Judged[];
  /** Rules that crashed: what they would have said is unknown, never 'held'. */
  readonly crashed: readonly { readonly clause: string; readonly reason: string }[];
  /** What they judged; undefined where that crashed already. */
  readonly view: View | undefined;
}

/** Lets every rule judge one history. */
export function judge(history: History, rules: readonly Rule[]): Judgement {
  const findings: Judged[] = [];
  const crashed: { clause: string; reason: string }[] = [];
  let view: View;
  try {
    view = viewOf(history);
  } catch (error) {
    return { findings, crashed: rules.map(({ clause }) => ({ clause, reason: inWords(error) })), view: undefined };
  }
  for (const { clause, judge } of rules) {
    try {
      for (const finding of judge(view)) findings.push({ clause, finding });
    } catch (error) {
      crashed.push({ clause, reason: inWords(error) });
    }
  }
  return { findings, crashed, view };
}

function inWords(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
