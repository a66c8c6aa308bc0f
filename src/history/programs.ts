/** Generated programs in words: what they were to do, and how often which kind of thing was done. */
import type {
  AcknowledgeOperation,
  ConsumeOperation,
  MessageText,
  Naming,
  Operation,
  Program,
} from '../../schemas/types.ts';

/** The ids of all generated programs start with this. */
export const PROGRAMS = 'programs/';
/** What a waiver calls the scenario of all generated programs: which of them finds something, chance decides. */
export const ALL_PROGRAMS = 'programs/*';

/** One operation a line, in the imperative; what runs together stands below it, lane by lane. */
export function programText(program: Program): string[] {
  const groups = program.groups === 1 ? 'one group' : `${program.groups} groups`;
  const inGroup = (group: number): string => (program.groups === 1 ? '' : ` in group ${group}`);
  return [
    `on a ${program.mode} queue with ${groups}:`,
    ...program.operations.flatMap((operation, index) =>
      operationText(operation, inGroup).map(
        (line, part) => `${part === 0 ? `${index + 1}.`.padEnd(4) : '    '}${line}`,
      ),
    ),
  ];
}

function operationText(operation: Operation, inGroup: (group: number) => string): string[] {
  switch (operation.do) {
    case 'arrange':
      return [`arrange ${messagesText(operation.messages)}${inGroup(operation.group)}`];
    case 'consume':
      return [`c${operation.by} consumes${inGroup(operation.group)}${queryText(operation.query)}`];
    case 'acknowledge':
      return [
        `c${operation.by} acknowledges${inGroup(operation.group)} ${operation.entries.map((entry) => namingText(entry, operation.by, operation.group)).join(', then ') || 'nothing'}`,
      ];
    case 'post':
      return [`c${operation.by} acknowledges${inGroup(operation.group)} with the body ${cut(operation.body)}`];
    case 'wait':
      return [`wait ${WAITS[operation.until]}${inGroup(operation.group)}`];
    case 'delete':
      return [`delete group ${operation.group}`];
    case 'drain':
      return [
        `c${operation.by} consumes${inGroup(operation.group)} with max_msgs=${operation.max_msgs} and acknowledges until nothing comes`,
      ];
  }
  return lanesText(operation.lanes, inGroup);
}

function lanesText(lanes: readonly (readonly Operation[])[], inGroup: (group: number) => string): string[] {
  return [
    'at the same time:',
    ...lanes.flatMap((lane) =>
      lane.flatMap((one) => operationText(one, inGroup)).map((line, index) => `${index === 0 ? '- ' : '  '}${line}`),
    ),
  ];
}

const WAITS = {
  half: 'for half of the last lease',
  before: 'until 2 s before the last lease ends',
  after: 'until 1 s after the end of the last lease',
  late: 'until 16 s after the end of the last lease',
} as const;

function messagesText(messages: readonly MessageText[]): string {
  const special = messages.filter(({ body, attributes }) => body !== undefined || attributes !== undefined);
  const shown = special
    .slice(0, 3)
    .map(({ body, attributes }) =>
      [
        ...(body === undefined ? [] : [`body ${cut(body)}`]),
        ...(attributes === undefined ? [] : [`attributes ${cut(attributes)}`]),
      ].join(' '),
    );
  const more = special.length > shown.length ? `, +${special.length - shown.length} more` : '';
  const count = `${messages.length} dead letter${messages.length === 1 ? '' : 's'}`;
  return shown.length === 0
    ? count
    : `${count}, ${shown.length === messages.length ? '' : 'among them '}${shown.join('; ')}${more}`;
}

function queryText(query: ConsumeOperation['query']): string {
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${cut(value)}`);
  return pairs.length === 0 ? '' : ` with ${pairs.join(' ')}`;
}

function namingText(naming: Naming, by: number, group: number): string {
  const status =
    naming.status === undefined
      ? 'without a status'
      : `as ${cut(typeof naming.status === 'string' ? naming.status : JSON.stringify(naming.status))}`;
  if ('handler' in naming) return `the handler ${cut(JSON.stringify(naming.handler))} ${status}`;
  const { of, places } = naming;
  const whose = `${of.by === by ? '' : ` that c${of.by} got`}${of.group === group ? '' : ` in group ${of.group}`}`;
  const batch = `${of.back === 0 ? 'the last batch' : of.back === 1 ? 'the batch before' : `the ${ordinal(of.back + 1)} last batch`}${whose}`;
  if (places === 'all') return `all of ${batch} ${status}`;
  if (places === 'rest') return `the rest of ${batch} ${status}`;
  return `the ${places.map((place) => (place < 0 ? (place === -1 ? 'last' : `${ordinal(-place)} last`) : ordinal(place + 1))).join(', ')} of ${batch} ${status}`;
}

function ordinal(number: number): string {
  return `${number}${['th', 'st', 'nd', 'rd'][number] ?? 'th'}`;
}

function cut(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 60).toWellFormed()}… (${text.length} characters)`;
}

/** How many operations a program has, those in lanes among them. */
export function lengthOf(operations: readonly Operation[]): number {
  return operations.reduce(
    (sum, one) => sum + (one.do === 'together' ? one.lanes.reduce((lanes, lane) => lanes + lengthOf(lane), 0) : 1),
    0,
  );
}

/** How often each kind of thing was in a number of programs. */
export interface ProgramTally {
  readonly operations: Record<string, number>;
  readonly acknowledgements: Record<string, number>;
  readonly overlaps: Record<string, number>;
}

export function tallyOf(programs: readonly Program[]): ProgramTally {
  const tally: ProgramTally = { operations: {}, acknowledgements: {}, overlaps: {} };
  const count = (of: Record<string, number>, name: string): void => void (of[name] = (of[name] ?? 0) + 1);
  const visit = (operation: Operation): void => {
    count(tally.operations, kindOfOperation(operation));
    if (operation.do === 'acknowledge') for (const name of patternsOf(operation)) count(tally.acknowledgements, name);
    if (operation.do !== 'together') return;
    const kinds = operation.lanes.map((lane) => [...new Set(lane.map((one) => one.do))]);
    for (const [index, own] of kinds.entries()) {
      for (const one of own)
        for (const other of kinds.slice(index + 1).flat()) count(tally.overlaps, [one, other].sort().join(' + '));
    }
    for (const one of operation.lanes.flat()) visit(one);
  };
  for (const { operations } of programs) for (const one of operations) visit(one);
  return tally;
}

const RANGES = { max_msgs: [1, 10], time_wait: [1, 60], ack_wait: [15, 300] } as const;

function kindOfOperation(operation: Operation): string {
  if (operation.do === 'wait') return `wait (${operation.until})`;
  if (operation.do !== 'consume') return operation.do;
  const illegal = Object.entries(RANGES).flatMap(([name, [least, most]]) => {
    const value = operation.query[name as keyof typeof RANGES];
    const legal =
      value === undefined ||
      value === '' ||
      (/^[0-9]+$/.test(value) && Number(value) >= least && Number(value) <= most);
    return legal ? [] : [name];
  });
  return illegal.length === 0 ? 'consume' : `consume (${illegal.join(', ')} out of range)`;
}

/** What an acknowledgement does beside naming a whole batch. */
function patternsOf({ by, group, entries }: AcknowledgeOperation): readonly string[] {
  const named = entries.flatMap((entry) => ('of' in entry ? [entry] : []));
  const places = named.flatMap((entry) => (typeof entry.places === 'string' ? [] : entry.places));
  const statuses = new Set(entries.map(({ status }) => JSON.stringify(status) ?? 'absent'));
  const steps = places.slice(1).map((place, index) => place - (places[index] ?? 0));
  const patterns: readonly (readonly [name: string, is: boolean])[] = [
    ['whole batch', entries.length === 1 && named.some((entry) => entry.places === 'all')],
    ['all as fail', statuses.size === 1 && statuses.has('"fail"')],
    ['mixed statuses', statuses.size > 1],
    ['status omitted', statuses.has('absent')],
    ['other status', [...statuses].some((status) => !['absent', '"success"', '"fail"'].includes(status))],
    ['prefix', places[0] === 0 && steps.every((step) => step === 1) && named.every((entry) => entry.places !== 'rest')],
    ['suffix', places.length > 0 && places.every((place) => place < 0)],
    ['gap', steps.some((step) => step > 1) || (places[0] ?? 0) > 0],
    ['reordered', steps.some((step) => step < 0)],
    ['duplicate', new Set(places).size < places.length],
    ['two batches', new Set(named.map(({ of }) => JSON.stringify(of))).size > 1],
    ['earlier batch', named.some(({ of }) => of.back > 0)],
    ["another consumer's", named.some(({ of }) => of.by !== by)],
    ["another group's", named.some(({ of }) => of.group !== group)],
    ['invented handler', entries.some((entry) => 'handler' in entry)],
  ];
  return patterns.filter(([, is]) => is).map(([name]) => name);
}
