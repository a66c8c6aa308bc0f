/** Generated programs in words: what they were to do, and how often which kind of thing was done. */
import type { ConsumeOperation, MessageText, Naming, Operation, Program } from '../../schemas/types.ts';

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
    case 'together':
      return [
        'at the same time:',
        ...operation.lanes.flatMap((lane) =>
          lane
            .flatMap((one) => operationText(one, inGroup))
            .map((line, index) => `${index === 0 ? '- ' : '  '}${line}`),
        ),
      ];
  }
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
