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

/** Evidence goes on about a scenario behind its end, as where a request was still under way: it has to be read as a whole. */
export class LateLine extends Error {
  readonly code = 'DMS_LATE_LINE';
}

/**
 * Reads the lines of an evidence file. A last line that was cut off is left out and said in `problems`, as is a missing
 * footer. Throws EvidenceError where there is no header to judge by, or a line that is not evidence stands in the middle.
 */
export function readEvidence(lines: Iterable<string>): Evidence {
  const reader = evidenceReader();
  for (const line of lines) reader.add(line);
  return reader.end();
}

/** Reads evidence line by line, as it is written. */
export interface EvidenceReader {
  /**
   * Takes the next line. Returns the history that came to its end with one of the lines so far, if there is one: it is
   * the one that `end` is going to return, unless a line follows that belongs to it.
   */
  add(line: string): History | undefined;
  /** Takes the lines that were held back, since others are sure to follow. Returns what came to its end by that. */
  goOn(): History[];
  /**
   * Lets go of what a history saw that has come to its end, and returns what is left of it, which `end` is going to return.
   * A line that follows and belongs to it throws LateLine.
   */
  forget(history: History): History;
  end(): Evidence;
}

/** Its methods throw what readEvidence does. */
export function evidenceReader(): EvidenceReader {
  let header: Header | undefined;
  let footer: Footer | undefined;
  const counterexamples: Counterexample[] = [];
  const builders = new Map<string, HistoryBuilder>();
  // Whether a line is the last one shows only when two others follow, since the empty one behind the last is none.
  const held: string[] = [];
  let number = 0;

  const take = (line: string, isLast: boolean, problems: string[]): History | undefined => {
    number += 1;
    const parsed = parse(line);
    if (!schemas.evidence.check(parsed)) {
      if (isLast && number > 1 && parsed === undefined) {
        problems.push(`line ${number}, the last one, is cut off`);
        return undefined;
      }
      const why = parsed === undefined ? 'it is not JSON' : schemas.evidence.problems().slice(0, 300);
      throw new EvidenceError(
        `line ${number} is not a line of evidence: ${why}. Expected a file evidence.ndjson that a run wrote.`,
      );
    }
    if (parsed.type === 'header') {
      if (header !== undefined) throw new EvidenceError('there is a second header. Expected the evidence of one run.');
      header = parsed;
      return undefined;
    }
    if (header === undefined) throw noHeader();
    if (parsed.type === 'footer') footer = parsed;
    else if (parsed.type === 'counterexample') counterexamples.push(parsed);
    else {
      let builder = builders.get(parsed.scenario);
      if (builder === undefined) builders.set(parsed.scenario, (builder = historyBuilder(header, parsed.scenario)));
      builder.add(parsed);
      if (parsed.type === 'end') return builder.history();
    }
    return undefined;
  };

  return {
    add(line) {
      held.push(line);
      return held.length > 2 ? take(held.shift() ?? '', false, []) : undefined;
    },
    forget: ({ scenario }) => {
      const builder = builders.get(scenario);
      if (builder === undefined) throw new RangeError(`there is no history of ${scenario}`);
      builder.forget();
      return builder.history();
    },
    goOn: () => held.splice(0).flatMap((line) => take(line, false, []) ?? []),
    end() {
      const problems: string[] = [];
      if (held.at(-1) === '') held.pop();
      const rest = held.splice(0);
      for (const [index, line] of rest.entries()) take(line, index === rest.length - 1, problems);
      if (header === undefined) throw noHeader();
      if (footer === undefined) problems.push('there is no footer: the run was cut off');
      const histories = [...builders.values()].map((builder) => builder.history());
      return { header, histories, counterexamples, footer, problems };
    },
  };
}

function noHeader(): EvidenceError {
  return new EvidenceError(
    'the first line is not the header of a run. Expected a file evidence.ndjson that a run wrote.',
  );
}

export type ScenarioLine = Exclude<EvidenceLine, Header | Counterexample | Footer>;

export interface HistoryBuilder {
  add(line: ScenarioLine): void;
  /** The same object until another line is added, or forgotten. */
  history(): History;
  /** Keeps nothing but how it began and ended. Whoever adds a line then gets a LateLine thrown. */
  forget(): void;
}

export function historyBuilder(header: Header, scenario: string): HistoryBuilder {
  const nothing = () => ({
    queues: [] as ArrangedQueue[],
    groups: [] as ArrangedGroup[],
    deadLetters: [] as ArrangedDeadLetter[],
    exchanges: [] as Exchange[],
    arrangings: [] as Arranging[],
    moves: [] as ClockMove[],
  });
  let seen = nothing();
  let start: Start | undefined;
  let program: Program | undefined;
  let end: End | undefined;
  let history: History | undefined;
  let forgotten = false;
  return {
    add(line) {
      if (forgotten) throw new LateLine(`there is more about ${scenario} behind its end`);
      history = undefined;
      switch (line.type) {
        case 'start':
          start = line;
          break;
        case 'program':
          program = line.program;
          break;
        case 'queue':
          seen.queues.push(line);
          break;
        case 'group':
          seen.groups.push(line);
          break;
        case 'dead-letter':
          seen.deadLetters.push(line);
          break;
        case 'arranging':
          seen.arrangings.push(line);
          break;
        case 'exchange':
          seen.exchanges.push(line);
          break;
        case 'clock':
          seen.moves.push(line);
          break;
        case 'end':
          end = line;
      }
    },
    history: () => (history ??= { header, scenario, start, program, ...seen, end }),
    forget() {
      forgotten = true;
      history = undefined;
      seen = nothing();
    },
  };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
