import type { Refusal } from './refusals.ts';
import type { Answer } from './responses.ts';

/** A request as far as its head tells. */
export interface Incoming {
  readonly method: string;
  readonly path: string;
  readonly contentType: string | undefined;
  /** Which of the two dead letter calls it is, if it is one. */
  readonly call: 'consume' | 'acknowledge' | undefined;
}

/** How a request is let in. */
export interface Reception {
  /** Real time that it takes to arrive, ms. Nothing has happened until then. */
  readonly delayMs: number;
  /** What it is answered with instead of being carried out. */
  readonly instead?: Answer | Refusal;
}

/** How an answer goes out. */
export interface Transmission {
  readonly answer: Answer;
  /** Real time that it takes to arrive, ms. What it tells of has happened already. */
  readonly delayMs: number;
  /** Without a Content-Length, in chunks. */
  readonly chunked: boolean;
  /** Whether the connection ends with it. */
  readonly close: boolean;
}

/** How requests and answers travel. */
export interface Transport {
  readonly receive: (incoming: Incoming) => Reception;
  readonly transmit: (answer: Answer, incoming: Incoming) => Transmission;
}

const atOnce: Reception = { delayMs: 0 };

export const documentedTransport: Transport = {
  receive: () => atOnce,
  transmit: (answer) => ({ answer, delayMs: 0, chunked: false, close: false }),
};

/** Reads off a path which of the two dead letter calls a request is. */
export function callOf(method: string, path: string): Incoming['call'] {
  if (method === 'GET' && path.endsWith('/deadletters')) return 'consume';
  return method === 'POST' && path.endsWith('/deadletters/ack') ? 'acknowledge' : undefined;
}
