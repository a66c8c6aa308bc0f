import type {
  Answer,
  ArrangedDeadLetter,
  ArrangedGroup,
  ArrangedQueue,
  Bounds,
  End,
  EvidenceLine,
  Exchange,
  Failure,
  Footer,
  Header,
  Start,
} from '../../schemas/types.ts';
import { historyBuilder, type History, type ScenarioLine } from '../../src/history/evidence.ts';
import { SLACK } from '../../src/history/leases.ts';
import { makeTag } from '../../src/history/tags.ts';
import { viewOf, type GroupView, type View } from '../../src/history/view.ts';

const feature = { present: true, reason: 'a test says so' };

export function header(part: Partial<Header> = {}): Header {
  return {
    type: 'header',
    format: 1,
    suite: { version: '0.0.0', register: `sha256:${'0'.repeat(64)}` },
    startedAt: '2026-11-21T00:00:00.000Z',
    utcDay: '2026-11-21',
    endpoint: 'http://127.0.0.1:8080',
    project: 'p1',
    profile: 'gate',
    clock: 'wall',
    seed: 1,
    strict: false,
    only: null,
    selection: [],
    clauses: [],
    slack: SLACK,
    features: { kafka: feature, counters: feature, credentials: { present: false, reason: '' }, clock: feature },
    longestWait: 30,
    ...part,
  };
}

export function footer(part: Partial<Footer> = {}): Footer {
  return { type: 'footer', outcome: 'completed', undeleted: [], at: 100, ...part };
}

export function start(scenario: string, provokes: readonly string[] = []): Start {
  return { type: 'start', scenario, provokes: [...provokes], at: 0, startedAt: '2026-11-21T00:00:00.000Z' };
}

export function end(scenario: string, part: Partial<End> = {}): End {
  return { type: 'end', scenario, outcome: 'completed', at: 90, ...part };
}

export function answer(status: number, body: unknown = ''): Answer {
  const data = typeof body === 'string' ? body : JSON.stringify(body);
  return { kind: 'answer', status, headers: [], body: { encoding: 'utf8', data } };
}

export function failure(part: Partial<Failure> = {}): Failure {
  return { kind: 'failure', cause: 'broken', code: 'ECONNRESET', message: 'it broke', bytesLeft: true, ...part };
}

/** When a request was sent and its answer had arrived; a single number stands for both. */
export type When = number | Bounds;

export interface ExchangeParts {
  readonly method?: string;
  readonly target: string;
  readonly body?: string;
  readonly headers?: Exchange['request']['headers'];
  readonly outcome?: Answer | Failure;
  readonly clock?: Exchange['clock'];
  readonly lag?: number;
}

export interface Acknowledged {
  readonly handler: string;
  readonly status?: unknown;
}

/** One scenario on one queue with one group, told step by step; instants are seconds. */
export interface Story {
  readonly path: string;
  readonly tags: readonly string[];
  /** Any exchange; returns its id. */
  exchange(when: When, parts: ExchangeParts): number;
  /** A consume that hands out letters by their places; a number instead of them is the status. Returns the handlers. */
  consume(
    when: When,
    query: string,
    gives: readonly (number | readonly [letter: number, handler: string])[] | Answer | Failure,
  ): readonly string[];
  /** An acknowledgement; `[success, fail]` is a 200 with these counts. Handlers alone are a success each. */
  acknowledge(
    when: When,
    entries: readonly (string | Acknowledged)[],
    answered: readonly [success: number, fail: number] | Answer | Failure,
  ): number;
  /** Another dead letter of this group, or of another one. */
  letter(failed: Bounds, part?: Partial<ArrangedDeadLetter>): void;
  add(line: ScenarioLine): void;
  lines(): readonly EvidenceLine[];
  history(): History;
  view(): View;
  group(): GroupView;
}

export interface StoryOptions {
  readonly scenario?: string;
  readonly mode?: ArrangedQueue['mode'];
  /** How many dead letters there are from the start; made at 0. */
  readonly letters?: number;
  readonly header?: Partial<Header>;
  readonly provokes?: readonly string[];
}

export function story({ scenario = 'chapter/case', mode = 'NORMAL', letters = 0, ...more }: StoryOptions = {}): Story {
  const queue: ArrangedQueue = { type: 'queue', scenario, queue: 'q1', mode, redrive: true, maxConsumeCount: 1 };
  const group: ArrangedGroup = { type: 'group', scenario, queue: 'q1', group: 'g1', ours: true, at: 0 };
  const path = '/v1.0/p1/queues/q1/groups/g1/deadletters';
  const lines: ScenarioLine[] = [start(scenario, more.provokes), queue, group];
  const made: ArrangedDeadLetter[] = [];
  const head = header({ selection: [scenario], ...more.header });
  let exchanges = 0;

  const story: Story = {
    path,
    get tags() {
      return made.map(({ tag }) => tag);
    },
    exchange(when, { method = 'GET', target, body, headers = [], outcome = answer(200, []), clock, lag = 0 }) {
      exchanges += 1;
      const [sent, received] = typeof when === 'number' ? [when, when] : when;
      lines.push({
        type: 'exchange',
        scenario,
        id: exchanges,
        consumer: 'c1',
        attempt: 1,
        request: { method, target, headers, ...(body === undefined ? {} : { body: { encoding: 'utf8', data: body } }) },
        sent,
        received,
        ...(clock === undefined ? {} : { clock }),
        lag,
        outcome,
      });
      return exchanges;
    },
    consume(when, query, gives) {
      const target = query === '' ? path : `${path}?${query}`;
      if (!(gives instanceof Array)) {
        story.exchange(when, { target, outcome: gives });
        return [];
      }
      const given = gives.map((one, index) => {
        const [letter, handler] = typeof one === 'number' ? [one, `h${exchanges + 1}.${index}`] : one;
        return { message: { body: { tag: made[letter]?.tag ?? `stranger ${letter}` } }, handler };
      });
      story.exchange(when, { target, outcome: answer(200, given) });
      return given.map(({ handler }) => handler);
    },
    acknowledge(when, entries, answered) {
      const message = entries.map((entry) =>
        typeof entry === 'string' ? { handler: entry, status: 'success' } : entry,
      );
      const outcome = answered instanceof Array ? answer(200, { success: answered[0], fail: answered[1] }) : answered;
      return story.exchange(when, {
        method: 'POST',
        target: `${path}/ack`,
        headers: [['content-type', 'application/json']],
        body: JSON.stringify({ message }),
        outcome,
      });
    },
    letter(failed, part = {}) {
      const tag = makeTag('test', 'a', made.length + 1);
      const letter: ArrangedDeadLetter = {
        type: 'dead-letter',
        scenario,
        queue: 'q1',
        group: 'g1',
        tag,
        tagged: true,
        position: made.length,
        body: JSON.stringify({ tag }),
        attributes: null,
        failed,
        ...part,
      };
      made.push(letter);
      lines.push(letter);
    },
    add: (line) => lines.push(line),
    lines: () => [head, ...lines, end(scenario), footer()],
    history() {
      const builder = historyBuilder(head, scenario);
      for (const line of [...lines, end(scenario)]) builder.add(line);
      return builder.history();
    },
    view: () => viewOf(story.history()),
    group() {
      const [own] = story.view().groups;
      if (own === undefined) throw new RangeError('the story has no group');
      return own;
    },
  };
  for (let index = 0; index < letters; index += 1) story.letter([0, 0]);
  return story;
}
