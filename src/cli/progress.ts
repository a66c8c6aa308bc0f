/** How far a run is, and how long it still takes. */
import type { Progress } from '../campaign/campaign.ts';

export interface Planned {
  /** What its waits take on a prompt endpoint. */
  readonly seconds: number;
  readonly queues: number;
}

export interface Status {
  readonly done: number;
  readonly total: number;
  /** How much of all is done, from 0 to 1: on the wall clock by time, since most scenarios end late. */
  readonly share: number;
  /** Of those that are done, the ones that could not be carried out. */
  readonly aborted: number;
  /** Undefined while nobody can know. */
  readonly secondsLeft: number | undefined;
  /** Of what is running the scenario that ends last. */
  readonly waitingFor: string | undefined;
}

export interface Tracker {
  hear(event: Progress): void;
  /** Undefined before anything was started. */
  status(): Status | undefined;
}

/** Below so many there is no rate to speak of. */
const LEAST_FOR_RATE = 20;

/**
 * On the wall clock a run takes as long as its longest wait, or as the waits that share the queues there are; a controlled clock goes
 * as fast as the endpoint answers, which shows in how long the others took.
 * @param plan - What is known of each scenario beforehand.
 * @param now - Seconds on our monotonic clock.
 */
export function tracker(
  plan: ReadonlyMap<string, Planned>,
  clock: 'wall' | 'controlled',
  now = (): number => performance.now() / 1000,
): Tracker {
  const running = new Map<string, { readonly until: number; readonly queues: number }>();
  // What is run again to explain something was not planned, and does not count.
  const planned = new Set<string>();
  const waiting = new Set<string>();
  let [done, aborted, queues, began] = [0, 0, Infinity, 0];

  const onTheWall = (): number => {
    const at = now();
    const left = [
      ...[...running.values()].map(({ until, queues }) => ({ seconds: Math.max(0, until - at), queues })),
      ...[...waiting].flatMap((id) => plan.get(id) ?? []),
    ];
    const forced = left.reduce((sum, { seconds, queues }) => sum + seconds * queues, 0) / queues;
    return Math.max(forced, 0, ...left.map(({ seconds }) => seconds));
  };
  const byRate = (): number | undefined =>
    done < LEAST_FOR_RATE ? undefined : ((now() - began) / done) * (planned.size - done);

  return {
    hear(event) {
      if (event.kind === 'started') {
        for (const id of event.header.selection) {
          planned.add(id);
          waiting.add(id);
        }
        queues = event.queues;
        began = now();
      } else if (event.kind === 'running') {
        waiting.delete(event.scenario);
        const { queues = 1 } = plan.get(event.scenario) ?? {};
        running.set(event.scenario, { until: now() + event.seconds, queues });
      } else if (event.kind === 'ended') {
        running.delete(event.scenario);
        if (!planned.has(event.scenario)) return;
        done += 1;
        if (event.outcome === 'aborted') aborted += 1;
      }
    },
    status() {
      if (planned.size === 0) return undefined;
      const [last] = [...running].toSorted(([, one], [, other]) => other.until - one.until);
      const secondsLeft = clock === 'wall' ? onTheWall() : byRate();
      const total = planned.size;
      const past = now() - began;
      const share = clock === 'wall' && past > 0 ? past / (past + (secondsLeft ?? 0)) : done / total;
      return { done, total, share, aborted, secondsLeft, waitingFor: last?.[0] };
    },
  };
}
