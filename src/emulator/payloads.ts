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
  if (!isObject(value) || !Array.isArray(value.messages) || value.messages.length === 0) {
    return refuse('invalidFields', 'expected an object with a non-empty array "messages"');
  }
  if (value.messages.length > mostMessages) {
    return refuse('wrongFormat', `expected at most ${mostMessages} messages, got ${value.messages.length}`);
  }
  const tight = compact(text);
  if (tight.depth > deepestNesting) {
    return refuse('notJson', `the body is nested ${tight.depth} deep, the most is ${deepestNesting}`);
  }
  const payloads: Payload[] = [];
  let bytes = 0;
  for (const [index, message] of elementsOf(membersOf(tight.text).get('messages')!).entries()) {
    const payload = readPayload(message, index, value.messages[index], mode);
    if (isRefusal(payload)) return payload;
    payloads.push(payload);
    bytes += payload.bytes;
  }
  if (bytes > payloadLimitBytes) {
    return refuse('messageTooLarge', `bodies and attributes have ${bytes} bytes, the most is ${payloadLimitBytes}`);
  }
  return { payloads, returnId: value.returnId === true };
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
