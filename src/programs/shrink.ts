/** Looks for a shorter program that breaks the same, within a budget, many at once where waits allow. */
import type { AcknowledgeOperation, ArrangeOperation, Naming, Operation, Program } from '../../schemas/types.ts';

export interface Trials {
  /** Runs these programs, all at once, and says of each whether it broke what is looked for. */
  readonly breaks: (programs: readonly Program[]) => Promise<readonly boolean[]>;
  /** How many are run at once, at least 1. */
  readonly atOnce: number;
  /** How many may be run in all. */
  readonly most: number;
  /** Whether there is time for more. */
  readonly goOn: () => boolean;
}

export interface Shrunk {
  readonly program: Program;
  readonly attempts: number;
}

/** The shortest form that was found; the program itself where none of the shorter ones breaks. */
export async function shrink(program: Program, { breaks, atOnce, most, goOn }: Trials): Promise<Shrunk> {
  const tried = new Set([JSON.stringify(program)]);
  let shortest = program;
  let attempts = 0;
  for (let candidates = simpler(shortest); attempts < most && goOn();) {
    const batch: Program[] = [];
    while (batch.length < Math.min(atOnce, most - attempts)) {
      const next = candidates.next();
      if (next.done === true) break;
      const text = JSON.stringify(next.value);
      if (tried.has(text)) continue;
      tried.add(text);
      batch.push(next.value);
    }
    if (batch.length === 0) break;
    attempts += batch.length;
    const broke = await breaks(batch);
    const better = batch.find((_, index) => broke[index] === true);
    if (better === undefined) continue;
    shortest = better;
    candidates = simpler(shortest);
  }
  return { program: shortest, attempts };
}

/** Simpler forms of a program, those that leave out most first. */
export function* simpler(program: Program): Generator<Program> {
  const { operations } = program;
  const having = (changed: readonly Operation[]): Program => ({ ...program, operations: [...changed] });
  for (const fewer of without(operations)) yield having(fewer);
  for (const fewer of joined(operations)) yield having(fewer);
  if (program.groups > 1) {
    yield { ...program, groups: 1, operations: operations.map((one) => inGroup(one, () => 1)) };
    yield {
      ...program,
      groups: program.groups - 1,
      operations: operations.map((one) => inGroup(one, (group) => Math.min(group, program.groups - 1))),
    };
  }
  for (const [index, operation] of operations.entries()) {
    for (const parts of simplerOperation(operation))
      yield having([...operations.slice(0, index), ...parts, ...operations.slice(index + 1)]);
  }
  const consumers = [...new Set(consumersIn(operations))];
  if (consumers.some((by, index) => by !== index + 1))
    yield having(operations.map((one) => asConsumer(one, (by) => consumers.indexOf(by) + 1)));
  if (program.mode === 'FIFO') yield { ...program, mode: 'NORMAL' };
}

/** Everything without some of it: halves, then quarters, down to single ones, from the end. */
function* without<T>(list: readonly T[]): Generator<readonly T[]> {
  for (let size = Math.ceil(list.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let end = list.length; end > 0; end -= size) {
      const start = Math.max(0, end - size);
      yield [...list.slice(0, start), ...list.slice(end)];
    }
  }
}

/**
 * Two operations become one: what is arranged at once, a consume that itself waits until something is back, and a drain in
 * small batches that becomes as many batches of the one that ends each program.
 */
function* joined(operations: readonly Operation[]): Generator<readonly Operation[]> {
  for (const [index, one] of operations.entries()) {
    const next = operations[index + 1];
    const [before, after] = [operations.slice(0, index), operations.slice(index + 2)];
    if (one.do === 'arrange' && next?.do === 'arrange')
      yield [...before, { ...next, messages: [...one.messages, ...next.messages] }, ...after];
    if (one.do === 'arrange' && next?.do === 'drain' && one.messages.length <= 40) {
      const times = Math.ceil(10 / Number(next.max_msgs));
      yield [...before, { ...one, messages: Array.from({ length: times }, () => one.messages).flat() }, ...after];
    }
    if ((one.do === 'wait' || one.do === 'acknowledge') && next?.do === 'consume')
      yield [...before, { ...next, query: { ...next.query, time_wait: '60' } }, ...after];
  }
}

/** What may stand for one operation: a simpler one, or several. */
function* simplerOperation(operation: Operation): Generator<readonly Operation[]> {
  switch (operation.do) {
    case 'arrange':
      for (const messages of simplerMessages(operation)) yield [{ ...operation, messages }];
      return;
    case 'consume': {
      for (const name of Object.keys(operation.query)) {
        const { [name as 'max_msgs']: _, ...query } = operation.query;
        yield [{ ...operation, query }];
      }
      if (operation.by > 1) yield [{ ...operation, by: 1 }];
      return;
    }
    case 'acknowledge':
      for (const entries of simplerEntries(operation)) yield [{ ...operation, entries }];
      if (operation.by > 1) yield [asConsumer(operation, () => 1)];
      return;
    case 'together':
      yield operation.lanes.flat();
      for (const lanes of without(operation.lanes))
        yield lanes.length === 1 ? lanes.flat() : [{ ...operation, lanes: [...lanes] }];
      for (const [index, lane] of operation.lanes.entries()) {
        for (const fewer of without(lane)) yield [{ ...operation, lanes: operation.lanes.with(index, [...fewer]) }];
        for (const [at, one] of lane.entries()) {
          for (const parts of simplerOperation(one))
            yield [
              {
                ...operation,
                lanes: operation.lanes.with(index, [...lane.slice(0, at), ...parts, ...lane.slice(at + 1)]),
              },
            ];
        }
      }
      return;
    case 'drain':
      if (operation.max_msgs !== '10') yield [{ ...operation, max_msgs: '10' }];
      return;
    case 'wait':
      if (operation.until === 'late') yield [{ ...operation, until: 'after' }];
      return;
    case 'post':
      if (operation.body.length > 0) yield [{ ...operation, body: operation.body.slice(0, operation.body.length / 2) }];
      return;
    case 'delete':
  }
}

function* simplerMessages({ messages }: ArrangeOperation): Generator<ArrangeOperation['messages']> {
  if (messages.some((message) => Object.keys(message).length > 0)) yield messages.map(() => ({}));
  for (const fewer of without(messages)) if (fewer.length > 0) yield [...fewer];
  for (const [index, { body, attributes }] of messages.entries()) {
    if (body !== undefined) yield messages.with(index, attributes === undefined ? {} : { attributes });
    if (attributes !== undefined) yield messages.with(index, body === undefined ? {} : { body });
  }
}

function* simplerEntries({ entries }: AcknowledgeOperation): Generator<Naming[]> {
  for (const fewer of without(entries)) if (fewer.length > 0) yield [...fewer];
  for (const [index, entry] of entries.entries()) {
    if ('handler' in entry) continue;
    const { places } = entry;
    if (places === 'rest' || typeof places !== 'string') yield entries.with(index, { ...entry, places: 'all' });
    if (typeof places !== 'string')
      for (const fewer of without(places))
        if (fewer.length > 0) yield entries.with(index, { ...entry, places: [...fewer] });
  }
}

/** Who consumes and acknowledges, in the order of appearance. */
function consumersIn(operations: readonly Operation[]): number[] {
  return operations.flatMap((one) => {
    if (one.do === 'together') return consumersIn(one.lanes.flat());
    const named = one.do === 'acknowledge' ? one.entries.flatMap((entry) => ('of' in entry ? [entry.of.by] : [])) : [];
    return 'by' in one ? [one.by, ...named] : named;
  });
}

function asConsumer(operation: Operation, number: (by: number) => number): Operation {
  if (operation.do === 'together')
    return { ...operation, lanes: operation.lanes.map((lane) => lane.map((one) => asConsumer(one, number))) };
  if (!('by' in operation)) return operation;
  if (operation.do !== 'acknowledge') return { ...operation, by: number(operation.by) };
  return {
    ...operation,
    by: number(operation.by),
    entries: operation.entries.map((entry) =>
      'of' in entry ? { ...entry, of: { ...entry.of, by: number(entry.of.by) } } : entry,
    ),
  };
}

function inGroup(operation: Operation, place: (group: number) => number): Operation {
  if (operation.do === 'together')
    return { ...operation, lanes: operation.lanes.map((lane) => lane.map((one) => inGroup(one, place))) };
  if (operation.do !== 'acknowledge') return { ...operation, group: place(operation.group) };
  return {
    ...operation,
    group: place(operation.group),
    entries: operation.entries.map((entry) =>
      'of' in entry ? { ...entry, of: { ...entry.of, group: place(entry.of.group) } } : entry,
    ),
  };
}
