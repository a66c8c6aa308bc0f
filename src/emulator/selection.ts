import type { Entry, Kind, Queue, Store } from './model.ts';
import type { ConsumeParameters } from './requests.ts';

/** The consumable messages of a store, first to be handed out first. */
export interface Ready {
  readonly size: number;
  readonly first: () => Entry | undefined;
  readonly takeFirst: () => Entry | undefined;
  /** Puts back what was taken, to its place. */
  readonly add: (entry: Entry) => void;
}

/** Why something is consumable that was not: it is new in this store, or it came back. */
export type Stir = 'arrival' | 'return';

/** Seam 4: which messages a consume gets, and when. */
export interface Selection {
  /** Takes a batch out of `ready`. What is taken but not returned is lost. */
  readonly select: (ready: Ready, parameters: ConsumeParameters, store: Store) => readonly Entry[];
  /** How long a consume waits that finds `available` consumable messages, ms; 0 when it does not. */
  readonly waitMs: (parameters: ConsumeParameters, available: number, store: Store) => number;
  /** Whether a waiting consume looks again. */
  readonly wakesPoll: (stir: Stir, kind: Kind) => boolean;
  /** Whether a waiting consume that looked again and found nothing for itself waits on. */
  readonly waitsOn: () => boolean;
  /** Whether a queue takes the calls for messages of that kind. */
  readonly serves: (queue: Queue, kind: Kind) => boolean;
}

/** 512 KB, as `max_msg_size_byte` counts them (ruling E9): the limit of a message, of a send and of a response. */
export const payloadLimitBytes = 524_288;

function select(ready: Ready, parameters: ConsumeParameters): readonly Entry[] {
  const selected: Entry[] = [];
  let bytes = 0;
  while (selected.length < parameters.maxMessages) {
    const next = ready.first();
    if (next === undefined) break;
    bytes += next.message.bytes;
    // E9: the limit ends the batch rather than letting a smaller, later message overtake. The first one always fits,
    // since no larger message can be sent.
    if (bytes > payloadLimitBytes) break;
    ready.takeFirst();
    selected.push(next);
  }
  return selected;
}

export const documentedSelection: Selection = {
  select,
  waitMs: (parameters, available) => (available > 0 ? 0 : parameters.timeWaitSeconds * 1000), // D4
  wakesPoll: () => true, // D4, D5
  waitsOn: () => true, // D4
  serves: ({ mode }, kind) => kind === 'normal' || mode === 'NORMAL' || mode === 'FIFO', // H2
};
