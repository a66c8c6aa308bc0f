/** A counterexample as a person reads it: the program, what came of it, and what it breaks. */
import type { BrokenFinding, FoundCounterexample, Program, Verdict } from '../../schemas/types.ts';
import type { AcknowledgeCall, Call, Delivery } from '../history/calls.ts';
import type { Evidence, History } from '../history/evidence.ts';
import { programText } from '../history/programs.ts';
import { viewOf, type View } from '../history/view.ts';
import { excerpt } from './plain.ts';

/** Lines of a history that are shown; what is left out is told. */
const MOST_LINES = 40;

/** One counterexample, its lines not indented. `replayWith` is the file that replays it. */
export function counterexampleText(
  found: FoundCounterexample,
  { histories }: Pick<Evidence, 'histories'>,
  { clauses }: Pick<Verdict, 'clauses'>,
  replayWith: string | undefined,
): string[] {
  const { scenario, clause, shrunk, reproduced, replays } = found;
  const id = shrunk ?? scenario;
  const history = histories.find((one) => one.scenario === id);
  const findings = clauses.find((one) => one.id === clause)?.findings.filter((one) => one.scenario === id) ?? [];
  const other = found.again
    .slice(0, 1)
    .flatMap((again) => histories.filter((one) => one.scenario === again))
    .filter(() => reproduced === 0);
  return [
    `${scenario} breaks ${clause}`,
    reproduced === 0
      ? `flaky: ${replays} replays did not break it again, so no shorter form was looked for`
      : `${found.operations === found.shortest ? `none of its ${found.operations} operations can be left out` : `${found.shortest} of its ${found.operations} operations are enough`}${reproduced < replays ? `; broken again in ${reproduced} of ${replays} replays` : ''}`,
    ...(history?.program === undefined ? [] : programLines(history.program).map((line) => `  ${line}`)),
    'what came of it:',
    ...(history === undefined ? [] : historyText(history, findings[0]).map((line) => `  ${line}`)),
    ...findings
      .slice(0, 1)
      .flatMap(({ expected, observed }) => [`expected  ${excerpt(expected)}`, `observed  ${excerpt(observed)}`]),
    ...other.flatMap((one) => [
      `what came of it in ${one.scenario}, where nothing broke:`,
      ...historyText(one).map((line) => `  ${line}`),
    ]),
    ...(replayWith === undefined ? [] : [`replay    npx dms-conformance replay ${replayWith}`]),
  ];
}

/** A program in words, as they may reach a terminal: what was generated holds whatever a terminal obeys. */
export function programLines(program: Program): string[] {
  return programText(program).map((line) => `${' '.repeat(line.search(/\S|$/))}${excerpt(line, 300)}`);
}

/** A call as it is told: what was asked, and what was answered. */
export interface ToldCall {
  readonly call: Call;
  readonly marked: boolean;
  /** `c1 consume ack_wait=15 → 200, letter 1`. */
  readonly text: string;
}

/**
 * The calls of a history that concern dead letters, and those that are marked. Dead letters are numbered as they were
 * arranged, handlers by the exchange that brought them and their place in it.
 */
export function toldCalls(view: View, marked: ReadonlySet<number>): readonly ToldCall[] {
  const numbers = new Map<string, number>();
  for (const { tag } of view.history.deadLetters) if (!numbers.has(tag)) numbers.set(tag, numbers.size + 1);
  const groups = new Map(view.groups.map(({ id }, index) => [id, index + 1]));
  const handlers = new Map<string, string>();
  for (const { deliveries } of view.consumes)
    for (const { handler, consume, index } of deliveries)
      if (handler !== undefined) handlers.set(handler, `${consume.id}.${index + 1}`);
  const told = view.calls.filter(
    (call) => marked.has(call.id) || ['consume', 'acknowledge', 'other', 'delete-group'].includes(call.kind),
  );
  // Tidying up behind a scenario is not part of it.
  return told
    .slice(0, told.findLastIndex((call) => marked.has(call.id) || call.kind !== 'delete-group') + 1)
    .map((call) => {
      const where = groups.size > 1 && groups.has(call.group) ? ` g${groups.get(call.group)}` : '';
      const said = excerpt(`${asked(call, handlers)} → ${answered(call, view, numbers)}`, 220);
      return { call, marked: marked.has(call.id), text: `${call.consumer}${where} ${said}` };
    });
}

/** The same, one a line, with seconds on the judged clock since the first call. */
export function historyText(history: History, finding?: Pick<BrokenFinding, 'exchanges'>): string[] {
  const view = viewOf(history);
  const start = view.calls[0]?.sent[0] ?? 0;
  const lines = toldCalls(view, new Set(finding?.exchanges)).map(({ call, marked, text }) => {
    const { id, sent, received } = call;
    const instant = `${(sent[0] - start).toFixed(1)} s`.padStart(8);
    const until = received[1] - sent[0] >= 0.5 ? ` (${(received[1] - sent[0]).toFixed(1)} s later)` : '';
    return { marked, line: `${marked ? '»' : ' '}${`#${id}`.padStart(4)} ${instant}  ${text}${until}` };
  });
  if (lines.length <= MOST_LINES) return lines.map(({ line }) => line);
  const kept = lines.filter((one, index) => one.marked || index < 10 || index >= lines.length - 10);
  return [...kept.map(({ line }) => line), `(${lines.length - kept.length} more calls are in the evidence)`];
}

function asked(call: Call, handlers: ReadonlyMap<string, string>): string {
  const { method, target } = call.exchange.request;
  const query = target.includes('?') ? ` ${target.slice(target.indexOf('?') + 1)}` : '';
  if (call.kind === 'consume') return `consume${query}`;
  if (call.kind === 'acknowledge') return `acknowledge ${entriesText(call, handlers)}`;
  if (call.kind === 'delete-group') return 'delete the group';
  return `${method} ${target.replace(/^.*\/queues\/[^/]*/, '…')}`;
}

function entriesText({ entries, exchange }: AcknowledgeCall, handlers: ReadonlyMap<string, string>): string {
  if (entries === undefined) return exchange.request.body?.data ?? 'without a body';
  return entries
    .map(
      ({ handler, rawStatus }) =>
        `${handlers.get(handler) ?? JSON.stringify(handler)} ${typeof rawStatus === 'string' ? rawStatus : rawStatus === undefined ? '(no status)' : JSON.stringify(rawStatus)}`,
    )
    .join(', ');
}

function answered(call: Call, view: View, numbers: ReadonlyMap<string, number>): string {
  const { outcome } = call.exchange;
  if (outcome.kind === 'failure') return `no answer: ${outcome.message}`;
  if (call.kind === 'consume' && call.reply === 'ok' && Array.isArray(call.json))
    return call.deliveries.length === 0
      ? `${outcome.status}, nothing`
      : `${outcome.status}, ${call.deliveries.map((one) => nameOf(one, view, numbers)).join(' ')}`;
  if (call.kind === 'acknowledge' && call.counts !== undefined)
    return `${outcome.status}, success ${call.counts.success}, fail ${call.counts.fail}`;
  return `${outcome.status} ${outcome.body.data}`;
}

function nameOf(delivery: Delivery, view: View, numbers: ReadonlyMap<string, number>): string {
  const tag = view.letterOf(delivery)?.arranged.tag;
  return tag === undefined ? 'a message that was not arranged' : `letter ${numbers.get(tag) ?? '?'}`;
}
