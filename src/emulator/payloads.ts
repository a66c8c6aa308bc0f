import { compact, elementsOf, membersOf } from './json-text.ts';
import type { QueueMode } from './model.ts';
import { isRefusal, refuse, shown, type Refusal } from './refusals.ts';
import { isObject } from './requests.ts';
import { payloadLimitBytes } from './selection.ts';

/** A message as a send carries it. Texts are compact JSON, spelled as the sender spelled it. */
export interface Payload {
  readonly body: string;
  readonly attributes: string | undefined;
  readonly bytes: number;
}

export interface Send {
  readonly payloads: readonly Payload[];
  readonly returnId: boolean;
}

const mostMessages = 10;

// Deeper JSON than this would be accepted here only to overflow the stack of whoever consumes it.
const deepestNesting = 1024;

/** Reads the JSON text of a send to a queue of this mode. */
export function readSend(text: string, value: unknown, mode: QueueMode): Send | Refusal {
  const payloads = readPayloads(text, value, mode, mostMessages);
  if (isRefusal(payloads)) return payloads;
  const bytes = payloads.reduce((sum, payload) => sum + payload.bytes, 0);
  if (bytes > payloadLimitBytes) {
    return refuse('messageTooLarge', `bodies and attributes have ${bytes} bytes, the most is ${payloadLimitBytes}`);
  }
  return { payloads, returnId: isObject(value) && value.returnId === true };
}

/** Reads the messages of an object with "messages", as many as there may be. */
export function readPayloads(
  text: string,
  value: unknown,
  mode: QueueMode,
  most = Infinity,
): readonly Payload[] | Refusal {
  if (!isObject(value) || !Array.isArray(value.messages) || value.messages.length === 0) {
    return refuse('invalidFields', 'expected an object with a non-empty array "messages"');
  }
  if (value.messages.length > most) {
    return refuse('wrongFormat', `expected at most ${most} messages, got ${value.messages.length}`);
  }
  const tight = compact(text);
  if (tight.depth > deepestNesting) {
    return refuse('notJson', `the body is nested ${tight.depth} deep, the most is ${deepestNesting}`);
  }
  const payloads: Payload[] = [];
  for (const [index, message] of elementsOf(membersOf(tight.text).get('messages')!).entries()) {
    const payload = readPayload(message, index, value.messages[index], mode);
    if (isRefusal(payload)) return payload;
    payloads.push(payload);
  }
  return payloads;
}

function readPayload(text: string, index: number, value: unknown, mode: QueueMode): Payload | Refusal {
  if (!isObject(value) || value.body === undefined) {
    return refuse('invalidFields', `messages[${index}] must be an object with a "body"`);
  }
  const members = membersOf(text);
  const body = members.get('body')!;
  if (value.attributes === undefined || value.attributes === null) {
    return { body, attributes: undefined, bytes: Buffer.byteLength(body) };
  }
  if (!isObject(value.attributes)) {
    return refuse(
      'invalidFields',
      `attributes of messages[${index}] must be an object, got ${shown(value.attributes)}`,
    );
  }
  if (mode === 'KAFKA_HA' || mode === 'KAFKA_HT') {
    return refuse('invalidFields', `a queue of mode ${mode} takes no attributes`);
  }
  const attributes = members.get('attributes')!;
  return { body, attributes, bytes: Buffer.byteLength(body) + Buffer.byteLength(attributes) };
}
