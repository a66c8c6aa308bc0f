import type {
  ArrangedDeadLetter,
  ArrangedGroup,
  ArrangedQueue,
  Arranging,
  ClockMove,
  Counterexample,
  End,
  EvidenceLine,
  Exchange,
  Footer,
  Header,
  Program,
  Start,
} from '../../schemas/types.ts';
import { schemas } from './schemas.ts';

/** What one scenario saw. */
export interface History {
  readonly header: Header;
  readonly scenario: string;
  readonly start: Start | undefined;
  /** What it was to do, where that was generated. */
  readonly program: Program | undefined;
  readonly queues: readonly ArrangedQueue[];
  readonly groups: readonly ArrangedGroup[];
  readonly deadLetters: readonly ArrangedDeadLetter[];
  readonly exchanges: readonly Exchange[];
  /** What was asked of a hook or a command. */
  readonly arrangings: readonly Arranging[];
  readonly moves: readonly ClockMove[];
  readonly end: End | undefined;
}

/** The whole of an evidence file. */
export interface Evidence {
  readonly header: Header;
  readonly histories: readonly History[];
  readonly counterexamples: readonly Counterexample[];
  readonly footer: Footer | undefined;
  /** What was wrong with the file, in words; empty where nothing was. */
  readonly problems: readonly string[];
}

export class EvidenceError extends Error {
  readonly code = 'DMS_EVIDENCE';
}

/**
 * Reads the lines of an evidence file. A last line that was cut off is left out and said in `problems`, as is a missing
 * footer. Throws EvidenceError where there is no header to judge by, or a line that is not evidence stands in the middle.
 */
export function readEvidence(lines: Iterable<string>): Evidence {
  const problems: string[] = [];
  const read: EvidenceLine[] = [];
  for (const { line, number, last } of numbered(lines)) {
    const parsed = parse(line);
    if (schemas.evidence.check(parsed)) {
      read.push(parsed);
    } else if (last && number > 1 && parsed === undefined) {
      problems.push(`line ${number}, the last one, is cut off`);
    } else {
      const why = parsed === undefined ? 'it is not JSON' : schemas.evidence.problems().slice(0, 300);
      throw new EvidenceError(
        `line ${number} is not a line of evidence: ${why}. Expected a file evidence.ndjson that a run wrote.`,
      );
    }
  }
  const [header, ...rest] = read;
  if (header?.type !== 'header') {
    throw new EvidenceError(
      'the first line is not the header of a run. Expected a file evidence.ndjson that a run wrote.',
    );
  }
  const builders = new Map<string, HistoryBuilder>();
  const counterexamples: Counterexample[] = [];
  let footer: Footer | undefined;
  for (const line of rest) {
    if (line.type === 'header') throw new EvidenceError('there is a second header. Expected the evidence of one run.');
    if (line.type === 'footer') {
      footer = line;
      continue;
    }
    if (line.type === 'counterexample') {
      counterexamples.push(line);
      continue;
    }
    let builder = builders.get(line.scenario);
    if (builder === undefined) builders.set(line.scenario, (builder = historyBuilder(header, line.scenario)));
    builder.add(line);
  }
  if (footer === undefined) problems.push('there is no footer: the run was cut off');
  const histories = [...builders.values()].map((builder) => builder.history());
  return { header, histories, counterexamples, footer, problems };
}

/** Lines with their numbers, from 1. The empty one behind the last is none: a file ends with the end of a line. */
function* numbered(lines: Iterable<string>): Generator<{ line: string; number: number; last: boolean }> {
  const held: string[] = [];
  let number = 0;
  for (const line of lines) {
    held.push(line);
    // Whether a line is the last one shows only when two others follow, since one of them may be the empty one.
    if (held.length > 2) yield { line: held.shift() ?? '', number: (number += 1), last: false };
  }
  if (held.at(-1) === '') held.pop();
  for (const [index, line] of held.entries()) {
    yield { line, number: (number += 1), last: index === held.length - 1 };
  }
}

export type ScenarioLine = Exclude<EvidenceLine, Header | Counterexample | Footer>;

export interface HistoryBuilder {
  add(line: ScenarioLine): void;
  history(): History;
}

export function historyBuilder(header: Header, scenario: string): HistoryBuilder {
  const queues: ArrangedQueue[] = [];
  const groups: ArrangedGroup[] = [];
  const deadLetters: ArrangedDeadLetter[] = [];
  const exchanges: Exchange[] = [];
  const arrangings: Arranging[] = [];
  const moves: ClockMove[] = [];
  let start: Start | undefined;
  let program: Program | undefined;
  let end: End | undefined;
  return {
    add(line) {
      switch (line.type) {
        case 'start':
          start = line;
          break;
        case 'program':
          program = line.program;
          break;
        case 'queue':
          queues.push(line);
          break;
        case 'group':
          groups.push(line);
          break;
        case 'dead-letter':
          deadLetters.push(line);
          break;
        case 'arranging':
          arrangings.push(line);
          break;
        case 'exchange':
          exchanges.push(line);
          break;
        case 'clock':
          moves.push(line);
          break;
        case 'end':
          end = line;
      }
    },
    history: () => ({
      header,
      scenario,
      start,
      program,
      queues,
      groups,
      deadLetters,
      exchanges,
      arrangings,
      moves,
      end,
    }),
  };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
