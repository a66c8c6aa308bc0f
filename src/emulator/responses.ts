import type { Delivery, Kind, Store } from './model.ts';
import type { Refusal } from './refusals.ts';

/** An HTTP answer. Content-Length is added where it is not given. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** What an acknowledgement is answered with. */
export interface AckCounts {
  readonly success: number;
  readonly fail: number;
}

/** Seam 5: how outcomes look on the wire. */
export interface ResponseWriting {
  readonly writeConsumed: (deliveries: readonly Delivery[], kind: Kind) => Answer;
  readonly writeAcknowledged: (counts: AckCounts, kind: Kind) => Answer;
  readonly writeRefusal: (refusal: Refusal) => Answer;
  /** What the counters tell of a store as available; undefined where they do not tell. */
  readonly countAvailable: (store: Store) => number | undefined;
}

// Clients garble non-ASCII text under any other spelling of this value.
const jsonHeaders = { 'Content-Type': 'application/json;charset=UTF-8' };

// J4: a consuming GET must not be answered from a cache.
const consumedHeaders = { ...jsonHeaders, 'Cache-Control': 'no-store' };

/** A JSON answer. */
export function jsonAnswer(status: number, value: unknown): Answer {
  return { status, headers: jsonHeaders, body: JSON.stringify(value) };
}

/** The answer of a consume with that JSON text. */
export function consumedAnswer(body: string): Answer {
  return { status: 200, headers: consumedHeaders, body };
}

export const noContent: Answer = { status: 204, headers: {}, body: '' };

/** One element of a consume's answer, as JSON text. */
export function deliveryText({ handler, entry: { message } }: Delivery): string {
  // F4: without attributes sent, none come back; so the size of what comes back is that of what was sent.
  const attributes = message.attributes === undefined ? '' : `,"attributes":${message.attributes}`;
  return `{"message":{"body":${message.body}${attributes}},"handler":${JSON.stringify(handler)}}`;
}

export const documentedResponses: ResponseWriting = {
  writeConsumed: (deliveries) => consumedAnswer(`[${deliveries.map(deliveryText).join(',')}]`), // F2: `[]` when there is nothing
  writeAcknowledged: ({ success, fail }) => jsonAnswer(200, { success, fail }),
  countAvailable: ({ available }) => available, // K5: what is in flight is not consumed yet
  writeRefusal: ({ status, code, text }) => jsonAnswer(status, { error_code: `DMS.${code}`, error_msg: text }),
};
