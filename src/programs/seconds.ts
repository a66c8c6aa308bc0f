import type { ConsumeOperation, Operation, Program } from '../../schemas/types.ts';
import { GRACE } from '../campaign/world.ts';

/** Seconds that a parameter of a query stands for; what is no number of them stands for its default. */
function value(text: string | undefined, standard: number, most: number): number {
  const number = Number(text === undefined || text.trim() === '' ? standard : text);
  return number >= 0 && number <= most ? number : standard;
}

export const waitOf = ({ query }: ConsumeOperation): number => value(query.time_wait, 3, 60);
export const leaseOf = ({ query }: ConsumeOperation): number => value(query.ack_wait, 30, 300);

/** How long a drain goes on, in seconds: on a slow endpoint it does not come to its end, and need not. */
export const DRAIN_SECONDS = 2;

/** How long a program takes at most on a prompt endpoint, in seconds, until everything is back. */
export function secondsOf({ operations }: Program): number {
  const leaseEnds = new Map<number, number>();
  let last = new Map<number, { readonly at: number; readonly lease: number }>();
  const after = (start: number, operation: Operation): number => {
    switch (operation.do) {
      case 'consume': {
        const end = start + waitOf(operation);
        const lease = leaseOf(operation);
        last.set(operation.group, { at: end, lease });
        leaseEnds.set(operation.group, Math.max(leaseEnds.get(operation.group) ?? 0, end + lease));
        return end;
      }
      case 'wait': {
        const batch = last.get(operation.group);
        if (batch === undefined) return start;
        const { at, lease } = batch;
        return Math.max(
          start,
          at + { half: lease / 2, before: lease, after: lease + 1, late: lease + GRACE + 1 }[operation.until],
        );
      }
      case 'drain':
        return start + DRAIN_SECONDS;
      case 'together': {
        const before = new Map(last);
        const ends = operation.lanes.map((lane) => {
          last = new Map([...before, ...last]);
          return lane.reduce(after, start);
        });
        return Math.max(start, ...ends);
      }
      default:
        return start + 0.2;
    }
  };
  const end = operations.reduce(after, 0);
  return Math.max(end, ...leaseEnds.values()) + 1;
}
