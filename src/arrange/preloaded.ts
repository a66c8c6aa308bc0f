/** Takes queues and groups as they are, which already hold dead letters. */
import { parseJson, parseSpelled, sameJson, SpelledNumber } from '../history/json.ts';
import { schemas } from '../history/schemas.ts';
import { makeTag } from '../history/tags.ts';
import type { Arranger, ArrangerOptions, MessageSpec, QueueSpec } from './arranger.ts';
import type { Arrangement } from './arrangement.ts';
import { Trouble } from './trouble.ts';

/** A queue that is there. */
export interface PreloadedQueue {
  readonly queue: string;
  readonly mode: QueueSpec['mode'];
  readonly redrive: boolean;
  readonly groups: readonly PreloadedGroup[];
}

interface PreloadedGroup {
  readonly group: string;
  /** JSON texts where they are known, otherwise how many there are. */
  readonly letters: number | readonly Pick<MessageSpec, 'body' | 'attributes'>[];
}

/** What a scenario asks for when it can have what it wants. */
export interface Demand {
  readonly queues: readonly { readonly spec: QueueSpec; readonly groups: readonly GroupDemand[] }[];
  /** Why no dead letters that were there before can serve it; undefined where they can. */
  readonly impossible: string | undefined;
}

export interface GroupDemand {
  readonly letters: number;
}

/** A scenario, as far as it matters who gets what. */
export interface Asking {
  readonly id: string;
  readonly clauses: readonly string[];
}

/** Reads a manifest; `problem` says what is wrong with it, in words. */
export function readPreloaded(
  text: string,
): { readonly queues: readonly PreloadedQueue[] } | { readonly problem: string } {
  const value = parseJson(text);
  if (value === undefined) return { problem: 'is not JSON' };
  if (!schemas.preloaded.check(value)) {
    return { problem: `does not fit schemas/preloaded.schema.json: ${schemas.preloaded.problems()}` };
  }
  // Numbers in bodies keep their spelling, since that is compared, too.
  const spelled = parseSpelled(text) as typeof value;
  const queues = value.queues.map(({ queue, mode, redrive = true, groups }, q): PreloadedQueue => ({
    queue,
    mode,
    redrive,
    groups: groups.map(({ group, deadLetters }, g) => ({
      group,
      letters: typeof deadLetters === 'number' ? deadLetters : textsOf(spelled.queues[q]?.groups[g]?.deadLetters),
    })),
  }));
  const twice = queues.find(({ queue }, index) => queues.findIndex((other) => other.queue === queue) < index);
  if (twice !== undefined) return { problem: `names the queue ${twice.queue} twice` };
  for (const { groups } of value.queues) {
    for (const { group, deadLetters } of groups) {
      const twin = typeof deadLetters === 'number' ? undefined : twinIn(deadLetters.map(({ body }) => body));
      if (twin !== undefined) {
        return {
          problem: `has two dead letters with the body ${JSON.stringify(twin).slice(0, 60)} in group ${group}: they could not be told apart. Give a number instead of a list`,
        };
      }
    }
  }
  return { queues };
}

function textsOf(deadLetters: unknown): { readonly body: string; readonly attributes: string | null }[] {
  return (deadLetters as { body: unknown; attributes?: unknown }[]).map(({ body, attributes }) => ({
    body: textOf(body),
    attributes: attributes === undefined ? null : textOf(attributes),
  }));
}

function twinIn(bodies: readonly unknown[]): unknown {
  return bodies.find((body, index) => bodies.slice(0, index).some((other) => sameJson(other, body)));
}

/**
 * Gives each scenario queues of its own, those first that exercise most clauses. `demands` says what each asks for; one that
 * is not among them gets nothing.
 */
export function preloadedArrangement(
  queues: readonly PreloadedQueue[],
  scenarios: readonly Asking[],
  demands: ReadonlyMap<string, Demand>,
): Arrangement {
  const free = new Set(queues);
  const given = new Map<string, readonly Given[]>();
  const refused = new Map<string, string>();
  for (const { id } of mostUsefulFirst(scenarios)) {
    const demand = demands.get(id);
    if (demand === undefined) refused.set(id, 'generated programs need dead letters made to order');
    else if (demand.impossible !== undefined) refused.set(id, demand.impossible);
    else {
      const found = serve(demand, free);
      if (typeof found === 'string') refused.set(id, found);
      else {
        for (const { queue } of found) free.delete(queue);
        given.set(id, found);
      }
    }
  }
  return {
    kind: 'preloaded',
    mostQueues: queues.length,
    deletes: false,
    hasNeighbours: false,
    refusal: (scenario) => refused.get(scenario),
    arranger: (options) => preloadedArranger(given.get(options.scenario) ?? [], options),
  };
}

/** A queue and its groups in the order in which the scenario asks for them. */
interface Given {
  readonly queue: PreloadedQueue;
  readonly groups: readonly PreloadedGroup[];
}

function mostUsefulFirst(scenarios: readonly Asking[]): Asking[] {
  const open = new Set(scenarios.flatMap(({ clauses }) => clauses));
  const left = new Set(scenarios);
  const order: Asking[] = [];
  const gain = ({ clauses }: Asking): number => clauses.filter((clause) => open.has(clause)).length;
  while (left.size > 0) {
    const best = [...left].reduce((one, other) => (gain(other) > gain(one) ? other : one));
    left.delete(best);
    order.push(best);
    for (const clause of best.clauses) open.delete(clause);
  }
  return order;
}

function held({ letters }: PreloadedGroup): number {
  return typeof letters === 'number' ? letters : letters.length;
}

/** Free queues for a demand, with as little too much as there is; or what is missing, in words. */
function serve(demand: Demand, free: ReadonlySet<PreloadedQueue>): readonly Given[] | string {
  const taken = new Set<PreloadedQueue>();
  const given: Given[] = [];
  for (const { spec, groups } of demand.queues) {
    let best: { readonly given: Given; readonly waste: number } | undefined;
    for (const queue of free) {
      if (taken.has(queue) || queue.mode !== spec.mode || queue.redrive !== spec.redrive) continue;
      const fit = fitting(queue, groups);
      if (fit !== undefined && (best === undefined || fit.waste < best.waste)) best = fit;
    }
    if (best === undefined) {
      const sizes = groups.map(({ letters }) => letters).join(' and ');
      return `no preloaded ${spec.mode} queue${spec.redrive ? '' : ' without dead letters'} is left whose groups hold ${sizes === '' ? 'anything' : sizes} dead letters`;
    }
    taken.add(best.given.queue);
    given.push(best.given);
  }
  return given;
}

/** The groups of a queue for what is asked; a group that is to be empty has to be. */
function fitting(
  queue: PreloadedQueue,
  asked: readonly GroupDemand[],
): { readonly given: Given; readonly waste: number } | undefined {
  const groups: PreloadedGroup[] = [];
  let waste = 0;
  for (const { letters } of asked) {
    const [fit] = queue.groups
      .filter((group) => !groups.includes(group) && (letters === 0 ? held(group) === 0 : held(group) >= letters))
      .toSorted((a, b) => held(a) - held(b));
    if (fit === undefined) return undefined;
    groups.push(fit);
    waste += held(fit) - letters;
  }
  return { given: { queue, groups }, waste: waste + queue.groups.length - asked.length };
}

function preloadedArranger(given: readonly Given[], { clock, scenario, note }: ArrangerOptions): Arranger {
  const nothing = (what: string): Trouble => new Trouble('arrangement', `what was preloaded has no ${what}`);
  const letters = new Map<string, readonly MessageSpec[]>();
  const asked = new Map<string, number>();
  let queues = 0;
  let tags = 0;

  const lettersOf = ({ letters }: PreloadedGroup): readonly MessageSpec[] => {
    const unknown = { body: 'null', attributes: null };
    const list = typeof letters === 'number' ? Array.from({ length: letters }, () => unknown) : letters;
    return list.map((letter) => {
      tags += 1;
      const word = scenario.replace(/[^0-9a-z]/gi, '').toLowerCase();
      return { special: false, tag: makeTag('preloaded', word, tags), tagged: false, ...letter };
    });
  };

  return {
    queue(_name, spec) {
      const next = given[queues++];
      if (next === undefined) return Promise.reject(nothing(`queue for ${scenario}`));
      const { queue } = next.queue;
      note({ type: 'queue', scenario, queue, ...spec });
      return Promise.resolve(queue);
    },

    group(queue) {
      const index = asked.get(queue) ?? 0;
      asked.set(queue, index + 1);
      const next = given.find((one) => one.queue.queue === queue)?.groups[index];
      if (next === undefined) return Promise.reject(nothing(`group for ${scenario}`));
      const { group } = next;
      const now = clock.now();
      note({ type: 'group', scenario, queue, group, ours: false, at: clock.stamp().at });
      const there = lettersOf(next);
      letters.set(`${queue}\n${group}`, there);
      // Without their bodies nobody knows them.
      if (typeof next.letters !== 'number') {
        for (const [position, { tag, tagged, body, attributes }] of there.entries()) {
          note({
            type: 'dead-letter',
            scenario,
            queue,
            group,
            tag,
            tagged,
            position,
            body,
            attributes,
            failed: [now, now],
          });
        }
      }
      return Promise.resolve(group);
    },

    ready: () => Promise.resolve(),
    send: () => Promise.resolve(),
    requireNormal() {
      throw nothing('messages that are still to fail');
    },
    fail: (queue, group) => Promise.resolve(letters.get(`${queue}\n${group}`) ?? []),
    deleteGroup: () => Promise.reject(nothing('group that may be deleted')),
    deleteQueue: () => Promise.reject(nothing('queue that may be deleted')),
  };
}

/** Compact JSON text with each number spelled as in the manifest. */
function textOf(value: unknown): string {
  if (value instanceof SpelledNumber) return value.text;
  if (Array.isArray(value)) return `[${value.map(textOf).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([name, inner]) => `${JSON.stringify(name)}:${textOf(inner)}`)
      .join(',')}}`;
  }
  return JSON.stringify(value);
}
