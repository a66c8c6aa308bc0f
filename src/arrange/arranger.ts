/** What arranging is, however it is done. */
import type { ArrangedDeadLetter, ArrangedGroup, ArrangedQueue, Arranging } from '../../schemas/types.ts';
import type { Clock } from '../clock/clock.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';

export interface QueueSpec {
  readonly mode: ArrangedQueue['mode'];
  readonly redrive: boolean;
  readonly maxConsumeCount: number;
}

/** What is to be sent: JSON texts, so that the spelling of numbers is ours. */
export interface MessageSpec {
  /** Whether the scenario is about just this body or these attributes. */
  readonly special: boolean;
  readonly body: string;
  readonly attributes: string | null;
  /** The tag in the body; where the body cannot carry one, the message has to be alone in its group. */
  readonly tag: string;
  readonly tagged: boolean;
}

/** What an arranger writes down. */
export type Noted = ArrangedQueue | ArrangedGroup | ArrangedDeadLetter | Arranging;

export interface ArrangerOptions {
  readonly endpoint: Endpoint;
  readonly clock: Clock;
  readonly project: string;
  readonly scenario: string;
  readonly signal: AbortSignal;
  readonly note: (arranged: Noted) => void;
}

/** Makes what a scenario asks for. Throws Trouble where that cannot be had. */
export interface Arranger {
  /** Creates a queue. Throws QuotaRefused where there are too many just now. */
  queue(name: string, spec: QueueSpec): Promise<string>;
  group(queue: string, name: string): Promise<string>;
  /** Waits until a group can be consumed from. */
  ready(queue: string, group: string): Promise<void>;
  /** Sends messages to a queue, in order, which are to become dead letters. */
  send(queue: string, messages: readonly MessageSpec[]): Promise<void>;
  /** Throws where messages cannot be had as normal ones, since there are no calls for them. */
  requireNormal(): void;
  /**
   * Has messages that were sent fail once in that group; the last failure that the queue allows makes each a dead letter of
   * the group. Resolves to those that it is about, which are others where dead letters are taken as they are.
   */
  fail(queue: string, group: string, messages: readonly MessageSpec[]): Promise<readonly MessageSpec[]>;
  deleteGroup(queue: string, group: string): Promise<boolean>;
  deleteQueue(queue: string): Promise<boolean>;
}

/** One message of a send, as JSON text. */
export function messageText({ body, attributes }: MessageSpec): string {
  return attributes === null ? `{"body":${body}}` : `{"body":${body},"attributes":${attributes}}`;
}
